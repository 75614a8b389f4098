import { beforeEach, expect, test, vi } from 'vitest';
import version1 from '../../experiment/fixtures/v1/kept-run.json' with { type: 'json' };
import type { Checkpoint } from '../../experiment/contract/lab.ts';
import { parseExperiment } from '../../experiment/parse.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';
import { createLab } from '../lab.ts';
import { curve, openLab } from '../testing/drive.ts';
import { tinyExperiment } from '../testing/experiments.ts';
import type { OldCheckpoint } from './oldCheckpoint.ts';
import { runToEnd } from '../testing/collect.ts';

/** What the browser would keep. */
const kept = vi.hoisted(() => new Map<string, unknown>());
vi.mock('./storage.ts', () => ({
  recall: async (key: string) => structuredClone(kept.get(key)),
  remember: async (key: string, value: unknown) => Boolean(kept.set(key, structuredClone(value))),
  names: async (prefix: string) => [...kept.keys()].filter((key) => key.startsWith(prefix)),
  forget: async (prefix: string) => {
    for (const key of [...kept.keys()]) if (key.startsWith(prefix)) kept.delete(key);
  },
}));

beforeEach(() => kept.clear());

/** A run that is left at step 4, as by a tab that closes. */
async function cutShort(experiment: Experiment): Promise<void> {
  const { lab, steps } = await openLab(experiment, 'wasm', { keepAs: 'tab' });
  await steps(2);
  await lab.intervene({ learningRate: 0.002 });
  await steps(2);
  await lab.checkpoint();
  await lab.dispose();
}

test('a run that was cut short goes on as if nothing had happened, and tells again what it had recorded', async () => {
  const whole = await openLab(tinyExperiment(), 'wasm');
  await whole.steps(2);
  await whole.lab.intervene({ learningRate: 0.002 });
  const undisturbed = await whole.result();
  await whole.lab.dispose();

  await cutShort(tinyExperiment());
  const { lab, events, result } = await openLab(tinyExperiment(), 'wasm', { keepAs: 'tab', resume: 'tab' });
  const [run] = await lab.keptRuns();
  expect(run).toMatchObject({ name: 'tab', step: 4 });
  expect(run.experiment.interventions).toEqual([{ step: 2, set: { learningRate: 0.002 } }]);
  expect(events.flatMap((e) => (e.type === 'evaluation.recorded' ? [e.record.step] : []))).toEqual([0, 3]);
  expect(events.flatMap((e) => (e.type === 'training.recorded' ? [[e.records.firstStep, e.records.count]] : []))).toEqual([[1, 4]]);
  expect(events.findLast((e) => e.type === 'progress.changed')).toMatchObject({ step: 4 });
  expect((await result()).members.map(curve)).toEqual(undisturbed.members.map(curve));
  await lab.dispose();
});

test('it is kept until it ends, is closed or is forgotten', async () => {
  await cutShort(tinyExperiment());
  const ended = await openLab(tinyExperiment(), 'wasm', { keepAs: 'tab', resume: 'tab' });
  await ended.result();
  expect(await ended.lab.keptRuns()).toEqual([]);
  await ended.lab.dispose();

  await cutShort(tinyExperiment());
  const closed = await openLab(tinyExperiment(), 'wasm', { keepAs: 'tab', resume: 'tab' });
  await closed.lab.close();
  expect(await closed.lab.keptRuns()).toEqual([]);
  await closed.lab.dispose();

  await cutShort(tinyExperiment());
  const { lab } = await openLab(tinyExperiment(), 'wasm');
  await lab.forgetRun('tab');
  expect(await lab.keptRuns()).toEqual([]);
  expect([...kept.keys()].filter((key) => key.includes('tab'))).toEqual([]);
  await expect(lab.open(tinyExperiment(), { backend: 'wasm', resume: 'tab' })).rejects.toMatchObject({
    name: 'KeptRunGoneError',
    remedy: /from the beginning/,
  });
  await lab.dispose();
});

test('closed so that it stays, it is kept as it stands, and goes on from there', async () => {
  const whole = await openLab(tinyExperiment(), 'wasm');
  const undisturbed = await whole.result();
  await whole.lab.dispose();

  const { lab, steps } = await openLab(tinyExperiment(), 'wasm', { keepAs: 'aside' });
  expect(await lab.close(true)).toBe(false);
  await lab.open(tinyExperiment(), { backend: 'wasm', keepAs: 'aside' });
  await steps(3);
  expect(await lab.close(true)).toBe(true);
  expect(await lab.keptRuns()).toMatchObject([{ name: 'aside', step: 3 }]);
  expect(await lab.close(true)).toBe(false);
  await lab.dispose();

  const again = await openLab(tinyExperiment(), 'wasm', { keepAs: 'aside', resume: 'aside' });
  expect((await again.result()).members.map(curve)).toEqual(undisturbed.members.map(curve));
  await again.lab.dispose();
});

test('nothing is kept of a run that nobody asked to keep', async () => {
  await runToEnd(tinyExperiment(), 'wasm');
  expect([...kept.keys()].filter((key) => key.startsWith('run'))).toEqual([]);
});

test('a run that was kept before quantities had names goes on, with gaps where nothing was recorded', async () => {
  const whole = await openLab(tinyExperiment(), 'wasm');
  await whole.steps(2);
  await whole.lab.intervene({ learningRate: 0.002 });
  const undisturbed = await whole.result();
  await whole.lab.dispose();

  await cutShort(tinyExperiment());
  const { history, ...rest } = kept.get('run-state/tab') as Checkpoint;
  const { series, ...steps } = history.training;
  const old: OldCheckpoint = {
    ...rest,
    history: {
      training: { ...steps, loss: series.trainLoss, metric: series.trainMetric },
      evaluations: history.evaluations.map(({ series: { valLoss, valMetric }, ...record }) => ({ ...record, valLoss, valMetric })),
    },
  };
  kept.set('run-state/tab', old);
  const { lab, result } = await openLab(tinyExperiment(), 'wasm', { keepAs: 'tab', resume: 'tab' });
  const { members } = await result();
  expect(members.map(curve)).toEqual(undisturbed.members.map(curve));
  const guided = members.find(({ arm }) => arm === 'guided')?.history;
  expect(guided?.alignmentLoss?.map((value) => value === null)).toEqual([true, true, true, true, false, false]);
  await lab.dispose();
});

const ARRAYS = { Float32Array, Int32Array, Uint16Array };

/** A value out of the fixture: its typed arrays are written as `{<class>: base64}`. */
function revived(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(revived);
  const [[name, content] = ['', null], ...more] = Object.entries(value);
  if (more.length === 0 && Object.hasOwn(ARRAYS, name)) {
    return new ARRAYS[name as keyof typeof ARRAYS](Uint8Array.from(Buffer.from(content, 'base64')).buffer);
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revived(inner)]));
}

test('a run that the page kept under schema version 1 is listed in the words of today, and goes on to the curves of then', async () => {
  for (const [key, value] of Object.entries(version1.kept)) kept.set(key, revived(value));
  expect(version1.kept['run/tab'].experiment).toMatchObject({ version: 1, arms: [{}, { align: { until: 5 } }, {}] });
  const lab = createLab({ assets: null });
  const [run] = await lab.keptRuns();
  expect(run).toMatchObject({ name: 'tab', step: 4, experiment: { version: 2, revision: 1, interventions: [{ step: 2, set: { learningRate: 0.002 } }] } });
  expect(run.experiment.arms[1].terms).toMatchObject([
    { kind: 'align', course: { kind: 'until', step: 5 }, mapping: [{ guide: 'stem', target: 'linear1' }, {}] },
  ]);
  expect(parseExperiment(run.experiment)).toEqual({ ok: true, experiment: run.experiment });
  await lab.dispose();

  const resumed = await openLab(run.experiment, 'cpu', { keepAs: 'tab', resume: 'tab' });
  const { members, experiment } = await resumed.result();
  expect(experiment).toEqual(run.experiment);
  expect(members.map((each) => ({ arm: each.arm, curve: JSON.parse(JSON.stringify(curve(each))) }))).toEqual(version1.members);
  await resumed.lab.dispose();
});
