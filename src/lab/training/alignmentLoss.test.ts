/** The alignment loss that a run records is the one that it minimises, computed here from activations by the textbook. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, it, test } from 'vitest';
import { alignedPairs } from '../../experiment/plan/arms.ts';
import { guideNetwork } from '../../experiment/plan/guides.ts';
import type { Measure } from '../../experiment/schema/measures.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';
import { composed } from '../backend/kernels/composed/index.ts';
import { runNow } from '../backend/steps.ts';
import { Guide } from '../guidance/guide.ts';
import { Model } from '../networks/model.ts';
import { Batches } from '../steps/batches.ts';
import { createTask } from '../tasks/index.ts';
import { prepare } from '../similarity/measures/forms.ts';
import { compare, MEASURES } from '../similarity/measures/index.ts';
import { referenceCka } from '../testing/referenceCka.ts';
import { tinyExperiment } from '../testing/experiments.ts';
import { Run } from './run.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** Arm 0 is not guided, arm 1 is, by random weights; nothing in the target differs between training and evaluation. */
function experimentWith(overrides: Record<string, unknown> = {}): Experiment {
  const tiny = tinyExperiment({ 'target.norm': 'none', 'target.dropout': 0, 'arms.1.terms.align.guide': 'untrained', ...overrides });
  return { ...tiny, guides: { untrained: tiny.guides.untrained }, arms: tiny.arms.slice(0, 2) };
}

function started(experiment: Experiment) {
  const task = createTask(experiment.task);
  const options = (id: string) => ({ task: task.shape, train: task.train, seeds: experiment.seeds, network: guideNetwork(experiment, id) });
  const guides = () => new Map(Object.entries(experiment.guides).map(([id, spec]) => [id, new Guide(id, spec, options(id), composed)]));
  return { task, guides, run: new Run(experiment, task, guides(), composed) };
}

/** Alignment losses `[steps][members]` of a run. */
async function recorded(run: Run, steps: number): Promise<number[][]> {
  for (let i = 0; i < steps; i++) await run.advance();
  const records = await run.flush();
  const values = [...(records?.series.alignmentLoss ?? [])];
  return Array.from({ length: steps }, (_, i) => values.slice((i * values.length) / steps, ((i + 1) * values.length) / steps));
}

/** Of activations of n examples, one behind the other. */
function similarity(measure: Measure, x: ArrayLike<number>, y: ArrayLike<number>, n: number): number {
  const { form, fused } = MEASURES[measure];
  if (fused) return referenceCka(x, y, n, fused.debiased);
  const gram = (values: ArrayLike<number>) => {
    const { z } = prepare(composed, tf.tensor3d(Float32Array.from(values), [1, n, values.length / n]), form);
    return composed.matmul(z, z, { transposeB: true });
  };
  return tf.tidy(() => compare(composed, { name: measure }, gram(x), gram(y)).dataSync()[0]);
}

it.each([
  ['cka', 'mean'],
  ['cka', 'sum'],
  ['cka-debiased', 'mean'],
  ['rsa', 'mean'],
  ['sp', 'sum'],
] as const)('is Σ weight · (1 − similarity) before the first update (%s, %s of the pairs)', async (measure, reduction) => {
  const experiment = experimentWith({ 'base.measure': { name: measure }, 'base.reduction': reduction, 'arms.1.terms.align.weight': 0.7 });
  const { task, guides, run } = started(experiment);
  const { seeds, base } = experiment;
  const pairs = alignedPairs(experiment, experiment.arms[1]);
  expect(pairs.length).toBeGreaterThan(1);
  const guide = guides().get('untrained') as Guide;
  const target = new Model({ network: experiment.target, task: task.shape, seeds, streamName: 'init' }, composed);
  const batches = new Batches({ task, seeds, batchSize: base.batchSize }, composed);
  const inputs = runNow(batches.at(0).feeds, (fed) => tf.clone(batches.inputs(fed))) as tf.Tensor;
  const expected = seeds.map((_, e) => {
    const own = tf.slice(inputs, [e, ...inputs.shape.slice(1).map(() => 0)], [1, ...inputs.shape.slice(1)]);
    const targets = target.infer(inputs).taps;
    const guided = (guide.models[e] as Model).infer(own).taps;
    const each = pairs.map(({ guideTap, targetTap }) => {
      const x = tf.slice(targets.get(targetTap) as tf.Tensor3D, [e, 0, 0], [1, -1, -1]).dataSync();
      const y = (guided.get(guideTap) as tf.Tensor3D).dataSync();
      return 1 - similarity(measure, x, y, base.batchSize);
    });
    return (0.7 * each.reduce((sum, value) => sum + value, 0)) / (reduction === 'mean' ? pairs.length : 1);
  });
  const [losses] = await recorded(run, 1);
  expect(losses.slice(0, seeds.length)).toEqual(seeds.map(() => Number.NaN));
  expected.forEach((value, e) => expect(losses[seeds.length + e]).toBeCloseTo(value, 5));
});

test('a similarity that is not defined counts as 0: three examples have no debiased CKA', async () => {
  const { run } = started(
    experimentWith({ 'base.measure': { name: 'cka-debiased' }, 'base.batchSize': 3, 'base.reduction': 'mean', 'arms.1.terms.align.weight': 0.7 }),
  );
  const [losses] = await recorded(run, 1);
  for (const value of losses.slice(2)) expect(value).toBeCloseTo(0.7, 6);
});

test.each<[string, Record<string, unknown>, (run: Run) => void]>([
  ['a weight of 0', { 'arms.1.terms.align.weight': 0 }, () => {}],
  ['guidance that has ended', { 'arms.1.terms.align.course': { kind: 'until', step: 2 } }, () => {}],
  ['guidance switched off by hand', {}, (run) => run.intervene({ guidance: false })],
])('%s is a gap', async (what, overrides, change) => {
  const { run } = started(experimentWith(overrides));
  const before = await recorded(run, 2);
  expect(before.flat().some(Number.isFinite)).toBe(what !== 'a weight of 0');
  change(run);
  expect((await recorded(run, 2)).flat().some(Number.isFinite)).toBe(false);
});

test('a step that its course leaves out is a gap, and falls with the weight otherwise', async () => {
  const losses = async (course: unknown) => (await recorded(started(experimentWith({ 'arms.1.terms.align.course': course })).run, 2)).map((step) => step[2]);
  const [first, second] = await losses({ kind: 'whole' });
  expect(await losses({ kind: 'every', steps: 2 })).toEqual([first, Number.NaN]);
  const falling = await losses({ kind: 'decay', shape: 'linear', steps: 2 });
  expect(falling[0]).toBe(first);
  // One update in, both have the same weights.
  expect(falling[1]).toBeCloseTo(second / 2, 6);
});

test('a frozen member has none, as it has no loss', async () => {
  const { run } = started(experimentWith({ 'arms.1.learningRate': 1e30 }));
  for (let i = 0; i < 4; i++) await run.advance();
  const records = await run.flush();
  expect(run.history.divergedAt.slice(2).every((step) => step > 0)).toBe(true);
  const { trainLoss, alignmentLoss } = records?.series ?? {};
  for (const at of [2, 3, 14, 15]) expect(Number.isNaN(alignmentLoss?.[at])).toBe(Number.isNaN(trainLoss?.[at]));
  expect(alignmentLoss?.[14]).toBeNaN();
});
