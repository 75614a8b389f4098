/** Forks against runs in which their settings were changed at that step by other means: in a checkpoint, and by hand. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Checkpoint } from '../experiment/contract/lab.ts';
import type { RunResult } from '../experiment/contract/result.ts';
import { parseExperiment } from '../experiment/parse.ts';
import { observedPairs } from '../experiment/plan/arms.ts';
import type { AlignTerm, ArmSpec, Course, Experiment } from '../experiment/schema/schema.ts';
import { runToEnd } from './testing/collect.ts';
import { curve, member, openLab } from './testing/drive.ts';
import { tinyExperiment, tinySequences } from './testing/experiments.ts';

const [STEP, LATER] = [3, 5];
const TIMES = { 'base.steps': 8, 'base.evaluateEvery': 2, seeds: [0] };

const align = (guide: string, weight: number, course?: Course): AlignTerm => ({ kind: 'align', guide, weight, ...(course && { course }) });
const distil = { kind: 'distil', guide: 'trained', temperature: 2, ceWeight: 0.5, kdWeight: 0.5, direction: 'forward' } as const;
const arm = (id: string, own: Omit<ArmSpec, 'id' | 'name'>): ArmSpec => ({ id, name: id, ...own });
const until = (step: number): Course => ({ kind: 'until', step });

/** What each fork has from the step on; its own course counts from there, that of a run from 0. */
const CHANGED: Record<string, (from: number) => Omit<ArmSpec, 'id' | 'name'>> = {
  alone: () => ({ terms: [] }),
  slower: () => ({ terms: [align('untrained', 2)], learningRate: 1e-4 }),
  taught: () => ({ terms: [distil, align('untrained', 1), align('trained', 2)], learningRate: 3e-3, labelSmoothing: 0.1 }),
  decayed: () => ({ terms: [align('untrained', 2)], optimiser: { kind: 'adam', beta1: 0.8, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.5 } }),
  brief: (from) => ({ terms: [align('untrained', 6, until(from + 2))] }),
};
const PARENT = arm('guided', { terms: [align('untrained', 2)] });

const forks = Object.entries(CHANGED).map(([id, own]) => arm(id, { ...own(0), fork: { of: 'guided', step: STEP } }));
const again = arm('again', { terms: [align('trained', 1)], fork: { of: 'alone', step: LATER } });

const PRESETS: Record<string, Experiment> = {
  'wide-fcn': tinyExperiment(TIMES),
  'first-token': tinySequences('first-token', TIMES),
  'copy-paste': tinySequences('copy-paste', TIMES),
};
const withArms = (experiment: Experiment, arms: ArmSpec[]): Experiment => ({ ...experiment, asks: undefined, arms });

/** Take some steps, change the experiment inside of the checkpoint, and go on. */
async function goOn(experiment: Experiment, changes: readonly [step: number, arms: (arms: ArmSpec[]) => ArmSpec[]][]): Promise<RunResult> {
  let checkpoint: Checkpoint | undefined;
  let from = 0;
  for (const [step, change] of changes) {
    const { lab, steps } = await openLab(experiment, 'wasm', checkpoint && { checkpoint });
    await steps(step - from);
    const saved = await lab.checkpoint();
    checkpoint = { ...saved, experiment: { ...saved.experiment, arms: change(saved.experiment.arms) } };
    from = step;
    await lab.dispose();
  }
  const { result, lab } = await openLab(checkpoint?.experiment ?? experiment, 'wasm', { checkpoint });
  const ended = await result();
  await lab.dispose();
  return ended;
}

describe.each(Object.entries(PRESETS))('%s', (_, preset) => {
  const experiment = withArms(preset, [PARENT, ...forks, again]);
  let whole: RunResult;
  beforeAll(async () => {
    expect(parseExperiment(experiment)).toMatchObject({ ok: true });
    ({ result: whole } = await runToEnd(experiment, 'wasm'));
  });

  it('is the other arm until its step, and then as if that one had been changed there', async () => {
    const copies = [...Object.keys(CHANGED), 'again'].map((id) => ({ ...PARENT, id, name: id }));
    const reference = await goOn(withArms(preset, [PARENT, ...copies]), [
      [STEP, (arms) => arms.map((own) => arm(own.id, (CHANGED[own.id] ?? (own.id === 'again' ? CHANGED.alone : () => own))(STEP)))],
      [LATER, (arms) => arms.map((own) => (own.id === 'again' ? arm('again', { terms: again.terms }) : own))],
    ]);
    const [pairs, others] = [experiment, reference.experiment].map((of) => observedPairs(of).map((pair) => JSON.stringify(pair)));
    expect(pairs).toEqual(others);
    for (const { id } of experiment.arms) expect(curve(member(whole, id, 0))).toEqual(curve(member(reference, id, 0)));
    // And they do part: the loss of a step is measured before its update.
    const losses = experiment.arms.map(({ id }) => member(whole, id, 0).history.trainLoss);
    for (const own of losses.slice(1)) expect(own.findIndex((loss, i) => loss !== losses[0][i])).toBe(STEP + 1);
    expect(losses[6].findIndex((loss, i) => loss !== losses[1][i])).toBe(LATER + 1);
  });

  it('goes on from a checkpoint that was taken before there was a fork', async () => {
    const { lab, steps } = await openLab(withArms(preset, [PARENT]), 'wasm');
    await steps(STEP);
    const checkpoint = structuredClone(await lab.checkpoint());
    await lab.dispose();
    const next = await openLab(experiment, 'wasm', { checkpoint });
    const result = await next.result();
    expect(result.experiment).toEqual(whole.experiment);
    expect(result.members).toEqual(whole.members);
    await next.lab.dispose();
  });
});

it('has of new pairs what is known of all layers, and gaps of a measure that was not in use', async () => {
  const preset = PRESETS['wide-fcn'];
  const term: AlignTerm = { ...align('untrained', 1), measure: { name: 'rsa' }, mapping: [{ guide: 'stem', target: 'linear1' }] };
  const experiment = withArms(preset, [PARENT, arm('other', { terms: [term], fork: { of: 'guided', step: STEP } })]);
  const { result: whole } = await runToEnd(experiment, 'wasm');
  const { lab, steps } = await openLab(withArms(preset, [PARENT]), 'wasm');
  await steps(STEP);
  const checkpoint = structuredClone(await lab.checkpoint());
  await lab.dispose();
  const next = await openLab(experiment, 'wasm', { checkpoint });
  const [expected, found] = [whole, await next.result()].map((of) => member(of, 'other', 0).history);
  await next.lab.dispose();
  const { similarityMeasured: all = [], ...rest } = expected;
  const { similarityMeasured: some = [], ...others } = found;
  expect(others).toEqual(rest);
  expect(some).toEqual(all.map((values, i) => (expected.valStep[i] < STEP ? values.map(() => null) : values)));
  expect(all[0].every((value) => value !== null)).toBe(true);
});

it('is taken apart as what it is at a step', async () => {
  const experiment = withArms(PRESETS['wide-fcn'], [PARENT, ...forks]);
  const { result } = await runToEnd(experiment, 'wasm');
  const { lab, steps } = await openLab(experiment, 'wasm');
  for (const [from, to, learningRate] of [
    [0, STEP - 1, experiment.base.learningRate],
    [STEP - 1, STEP + 1, 1e-4],
  ]) {
    await steps(to - from);
    const { history } = member(result, 'slower', 0);
    const { taskLoss, alignment, update } = await lab.inspect({ arm: 'slower', seed: 0, pair: null, of: 'next' });
    expect(taskLoss).toBe(history.trainLoss[to]);
    expect(alignment?.loss).toBe(history.alignmentLoss?.[to]);
    expect(update.learningRate).toBe(learningRate);
    expect((await lab.inspect({ arm: 'alone', seed: 0, pair: null, of: 'next' })).alignment === null).toBe(to > STEP);
  }
  await lab.dispose();
});

it('is what an intervention makes of all arms', async () => {
  const preset = PRESETS['wide-fcn'];
  const forked = withArms(preset, [
    PARENT,
    arm('rate', { terms: PARENT.terms, learningRate: 5e-4, fork: { of: 'guided', step: STEP } }),
    arm('off', { terms: [], fork: { of: 'guided', step: STEP } }),
  ]);
  const { result } = await runToEnd(forked, 'wasm');
  for (const [id, set] of [
    ['rate', { learningRate: 5e-4 }],
    ['off', { guidance: false }],
  ] as const) {
    const changed = { ...withArms(preset, [PARENT]), interventions: [{ step: STEP, set }] };
    const reference = member((await runToEnd(changed, 'wasm')).result, 'guided', 0);
    expect(curve(member(result, id, 0))).toEqual(curve(reference));
  }
});

it('states its rate after what was changed by hand before it, and follows what is changed later', async () => {
  const own = (id: string, learningRate?: number) => arm(id, { terms: [], ...(learningRate && { learningRate }), fork: { of: 'unguided', step: STEP } });
  const experiment = withArms(PRESETS['wide-fcn'], [arm('unguided', { terms: [] }), own('same'), own('own', 1e-4)]);
  const changed = (step: number): Experiment => ({ ...experiment, interventions: [{ step, set: { learningRate: 5e-3 } }] });
  const [before, after] = [await runToEnd(changed(STEP - 1), 'wasm'), await runToEnd(changed(LATER), 'wasm')];
  const losses = ({ result }: typeof before, id: string) => member(result, id, 0).history.trainLoss;
  expect(losses(before, 'same')).toEqual(losses(before, 'unguided'));
  expect(losses(before, 'own')).not.toEqual(losses(before, 'unguided'));
  expect(losses(after, 'own').slice(0, LATER)).not.toEqual(losses(after, 'unguided').slice(0, LATER));
  const { interventions: _, ...rest } = changed(LATER);
  const later = await runToEnd({ ...rest, interventions: [] }, 'wasm');
  expect(losses(later, 'own').slice(0, LATER + 1)).toEqual(losses(after, 'own').slice(0, LATER + 1));
  expect(losses(later, 'own')).not.toEqual(losses(after, 'own'));
});
