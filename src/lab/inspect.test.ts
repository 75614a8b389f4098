/** A step taken apart: the numbers are the run's own, the matrices those of a computation by hand, and the run feels nothing. */
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { InspectedMatrices, Inspection, InspectQuestion } from '../experiment/contract/inspection.ts';
import { alignedPairs } from '../experiment/plan/arms.ts';
import { MEASURE_FACTS, MEASURE_NAMES, type Measure } from '../experiment/schema/measures.ts';
import type { AlignTerm, Experiment, TokenView } from '../experiment/schema/schema.ts';
import { createTask } from './tasks/index.ts';
import { runToEnd } from './testing/collect.ts';
import { curve, openLab } from './testing/drive.ts';
import { tinyExperiment, tinySequences } from './testing/experiments.ts';
import { referenceCka } from './testing/referenceCka.ts';

type Opened = Awaited<ReturnType<typeof openLab>>;

/** The arm's first pair. */
function asked(experiment: Experiment, arm: string, seed: number, of: InspectQuestion['of']): InspectQuestion {
  const spec = experiment.arms.find(({ id }) => id === arm) as Experiment['arms'][number];
  const guided = experiment.arms.find((other) => alignedPairs(experiment, other).length > 0) as Experiment['arms'][number];
  const [pair = alignedPairs(experiment, guided)[0]] = alignedPairs(experiment, spec);
  return { arm, seed, pair, of };
}

/** What a step (from 1) recorded of a member. */
function recorded({ events }: Opened, experiment: Experiment, arm: string, seed: number, step: number) {
  const m = experiment.arms.findIndex(({ id }) => id === arm) * experiment.seeds.length + experiment.seeds.indexOf(seed);
  for (const event of events) {
    if (event.type !== 'training.recorded') continue;
    const { firstStep, count, series } = event.records;
    if (step < firstStep || step >= firstStep + count) continue;
    const at = (values: Float32Array) => values[((step - firstStep) * values.length) / count + m];
    return { loss: at(series.trainLoss), alignment: at(series.alignmentLoss) };
  }
  throw new Error(`step ${step} was not recorded`);
}

const products = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a, (value, i) => value * b[i]).reduce((x, y) => x + y, 0);

/** Gram matrix of rows centred over themselves, of trace 1. */
function gramOf(x: ArrayLike<number>, n: number): number[] {
  const f = x.length / n;
  const means = Array.from({ length: f }, (_, j) => Array.from({ length: n }, (_, i) => x[i * f + j]).reduce((a, b) => a + b, 0) / n);
  const rows = Array.from({ length: n }, (_, i) => means.map((mean, j) => x[i * f + j] - mean));
  const k = rows.flatMap((a) => rows.map((b) => products(a, b)));
  const trace = rows.reduce((sum, row) => sum + products(row, row), 0);
  return k.map((value) => value / trace);
}

/** What the matrices shown give, for measures of which that is short. */
const GIVEN: Partial<Record<Measure, (a: Float32Array, b: Float32Array, n: number) => number>> = {
  cka: (a, b) => products(a, b) / Math.sqrt(products(a, a) * products(b, b)),
  rsa: pearson,
  'rsa-correlation': pearson,
  'rsa-euclidean': pearson,
  sp: (a, b, n) => {
    const rows = (m: Float32Array) => Array.from({ length: n }, (_, i) => m.subarray(i * n, (i + 1) * n));
    const [x, y] = [rows(a), rows(b)];
    return x.reduce((sum, row, i) => sum + products(row, y[i]) / Math.sqrt(products(row, row) * products(y[i], y[i])) / n, 0);
  },
};

/** Of the entries off the diagonals. */
function pearson(a: Float32Array, b: Float32Array, n: number): number {
  const off = (m: Float32Array) => {
    const values = [...m].filter((_, i) => i % (n + 1) !== 0);
    const mean = values.reduce((x, y) => x + y, 0) / values.length;
    return values.map((value) => value - mean);
  };
  const [x, y] = [off(a), off(b)];
  return products(x, y) / Math.sqrt(products(x, x) * products(y, y));
}

function expectConsistent({ alignment, matrices, total, taskLoss }: Inspection): InspectedMatrices {
  const { pairs, loss } = alignment as NonNullable<Inspection['alignment']>;
  const sum = pairs.reduce((all, { similarity, weight }) => all + weight * (1 - similarity), 0);
  expect(loss).toBeCloseTo(sum, 3);
  expect(total).toBe(taskLoss + loss);
  const shown = matrices as InspectedMatrices;
  const own = pairs.find(({ guideTap, targetTap }) => guideTap === shown.pair.guideTap && targetTap === shown.pair.targetTap);
  expect(shown.target.batch).toBeCloseTo(own?.similarity ?? Number.NaN, 5);
  expect([...shown.classes]).toEqual([...shown.classes].sort((a, b) => a - b));
  for (const matrix of [shown.guide, shown.target.matrix, shown.start.matrix]) {
    expect(matrix).toHaveLength(shown.n ** 2);
    expect(matrix.every(Number.isFinite)).toBe(true);
  }
  const given = GIVEN[shown.measure.name];
  if (given) for (const side of [shown.target, shown.start]) expect(side.shown).toBeCloseTo(given(side.matrix, shown.guide, shown.n), 4);
  return shown;
}

describe('a step taken apart', () => {
  it.each(['cpu', 'wasm'] as const)('is on %s the step that the run takes, number by number, and the run feels nothing of it', async (backend) => {
    const length = backend === 'cpu' ? 2 : 4;
    const experiment = tinyExperiment({ 'base.steps': length, 'base.evaluateEvery': 2, 'base.clipNorm': 1, 'base.batchSize': 8 });
    const plain = await runToEnd(experiment, backend);
    const opened = await openLab(experiment, backend);
    const { lab, steps } = opened;
    const members = experiment.arms.flatMap(({ id }) => experiment.seeds.map((seed) => [id, seed] as const));
    for (let step = 1; step < length; step++) {
      const ahead: Inspection[] = [];
      const tensors = tf.memory().numTensors;
      for (const [arm, seed] of members) ahead.push(await lab.inspect(asked(experiment, arm, seed, 'next')));
      expect(tf.memory().numTensors).toBe(tensors);
      const before = await lab.checkpoint();
      await steps(1);
      const after = await lab.checkpoint();
      for (const [i, [arm, seed]] of members.entries()) {
        const { taken, question, ...same } = await lab.inspect(asked(experiment, arm, seed, 'last'));
        expect(taken).toBe(true);
        expect(ahead[i]).toEqual({ ...same, taken: false, question: { ...question, of: 'next' } });
        expect(same.step).toBe(step);
        const { loss, alignment } = recorded(opened, experiment, arm, seed, step);
        expect(same.taskLoss).toBe(loss);
        expect(same.alignment?.loss ?? Number.NaN).toEqual(alignment);
        if (same.alignment) expectConsistent({ ...same, taken, question });
        let change = 0;
        for (const [name, { data, shape }] of Object.entries(after.tensors)) {
          if (!name.startsWith(`${arm}/parameter/`)) continue;
          const each = data.length / shape[0];
          const from = experiment.seeds.indexOf(seed) * each;
          for (let k = from; k < from + each; k++) change += (data[k] - before.tensors[name].data[k]) ** 2;
        }
        expect(same.update.change).toBe(Math.sqrt(change));
        expect(same.update.change).toBeGreaterThan(0);
      }
    }
    const result = await opened.result();
    // After the end, too.
    expect((await lab.inspect(asked(experiment, 'guided', 1, 'last'))).step).toBe(length);
    await lab.dispose();
    expect(result.members.map(curve)).toEqual(plain.result.members.map(curve));
  });

  it('shows the matrices that a computation by hand gives, now and at the start', async () => {
    const tiny = tinyExperiment({ 'target.norm': 'none', 'target.dropout': 0, 'target.depth': 1, 'base.batchSize': 48, seeds: [5] });
    const terms: AlignTerm[] = [{ kind: 'align', guide: 'pixels', weight: 2 }];
    const experiment: Experiment = {
      ...tiny,
      guides: { pixels: { state: 'control', kind: 'running-mean' } },
      arms: [{ id: 'guided', name: 'Guided', terms }],
    };
    const { lab, steps } = await openLab(experiment, 'cpu');
    const first = await lab.checkpoint();
    await steps(2);
    const { tensors } = await lab.checkpoint();
    const question = asked(experiment, 'guided', 5, 'next');
    const inspection = await lab.inspect(question);
    await lab.dispose();
    const { inputs, labels } = createTask(experiment.task).batch(5, 2, 48);
    const width = inputs.length / 48;
    const order = Array.from({ length: 32 }, (_, i) => i).sort((a, b) => labels[a] - labels[b]);
    const layer = ({ 'guided/parameter/linear1.weight': w, 'guided/parameter/linear1.bias': b }: typeof tensors) =>
      Array.from({ length: 48 }, (_, i) => {
        const units = b.data.length;
        return Array.from(
          { length: units },
          (_, u) =>
            b.data[u] +
            products(
              inputs.subarray(i * width, (i + 1) * width),
              Float32Array.from({ length: width }, (_, j) => w.data[j * units + u]),
            ),
        );
      });
    const shown = expectConsistent(inspection);
    expect(shown).toMatchObject({ n: 32, kind: 'products', centred: true, tokens: null, position: null, pair: question.pair });
    expect([...shown.classes]).toEqual(order.map((i) => labels[i]));
    const pixels = Array.from({ length: 48 }, (_, i) => [...inputs.subarray(i * width, (i + 1) * width)]);
    const near = (values: Float32Array, rows: number[][]) => {
      const wanted = gramOf(
        order.flatMap((i) => rows[i]),
        32,
      );
      expect(Math.max(...wanted.map((value, i) => Math.abs(value - values[i])))).toBeLessThan(1e-5);
    };
    near(shown.guide, pixels);
    for (const [side, weights] of [
      [shown.target, tensors],
      [shown.start, first.tensors],
    ] as const) {
      near(side.matrix, layer(weights));
      expect(side.batch).toBeCloseTo(referenceCka(layer(weights).flat(), pixels.flat(), 48, false), 4);
    }
    expect(shown.target.batch).not.toBe(shown.start.batch);
    expect(inspection.examples).toMatchObject({ kind: 'images', count: 8, labels: labels.slice(0, 8) });
  });

  it('shows layers that an arm does not align, and says what it does not know', async () => {
    const experiment = tinyExperiment();
    const { lab, steps } = await openLab(experiment, 'wasm');
    const unguided = await lab.inspect(asked(experiment, 'unguided', 1, 'last'));
    // No step has been taken by itself: what comes next is told.
    expect(unguided).toMatchObject({ taken: false, step: 1, alignment: null, divergedAt: null, total: unguided.taskLoss });
    expect(unguided.matrices?.target).toEqual(unguided.matrices?.start);
    expect((await lab.inspect(asked(experiment, 'distilled', 0, 'next'))).total).toBeNull();
    expect((await lab.inspect({ arm: 'guided', seed: 0, pair: null, of: 'next' })).matrices).toBeNull();
    // Weights are kept of single steps only, and of the latest.
    await steps(1);
    expect(await lab.inspect(asked(experiment, 'guided', 0, 'last'))).toMatchObject({ taken: true, step: 1 });
    await steps(2);
    expect(await lab.inspect(asked(experiment, 'guided', 0, 'last'))).toMatchObject({ taken: false, step: 4 });
    const { pair } = asked(experiment, 'guided', 0, 'next');
    await expect(lab.inspect({ arm: 'nobody', seed: 0, pair, of: 'next' })).rejects.toThrow('no arm "nobody"');
    await expect(lab.inspect({ arm: 'guided', seed: 9, pair, of: 'next' })).rejects.toThrow('seed 9');
    await expect(lab.inspect({ arm: 'guided', seed: 0, pair: { guide: 'trained', guideTap: 'pool', targetTap: 'nowhere' }, of: 'next' })).rejects.toThrow(
      '"nowhere"',
    );
    await lab.intervene({ guidance: false });
    expect((await lab.inspect(asked(experiment, 'guided', 0, 'next'))).alignment).toBeNull();
    await lab.dispose();
  });

  it('says that a member has diverged', async () => {
    const experiment = tinyExperiment();
    const first = await openLab(experiment, 'wasm');
    await first.steps(2);
    const checkpoint = await first.lab.checkpoint();
    await first.lab.dispose();
    const { data, shape } = checkpoint.tensors['guided/parameter/linear1.weight'];
    data.fill(Number.NaN, 0, data.length / shape[0]);
    const { lab, steps } = await openLab(experiment, 'wasm', { checkpoint });
    await steps(1);
    expect(await lab.inspect(asked(experiment, 'guided', 0, 'last'))).toMatchObject({ divergedAt: 3, taskLoss: Number.NaN });
    expect(await lab.inspect(asked(experiment, 'guided', 1, 'last'))).toMatchObject({ divergedAt: null });
    await lab.dispose();
  });
});

describe('the matrices of a step', () => {
  /** One arm aligned to the untrained guide in some way. */
  const oneArm = (experiment: Experiment, term: Partial<AlignTerm>): Experiment => ({
    ...experiment,
    seeds: [3, 4],
    guides: { untrained: experiment.guides.untrained },
    arms: [{ id: 'guided', name: 'Guided', terms: [{ kind: 'align', guide: 'untrained', weight: 3, ...term }] }],
  });
  const look = async (experiment: Experiment) => {
    const opened = await openLab(experiment, 'wasm');
    await opened.steps(1);
    const inspection = await opened.lab.inspect(asked(experiment, 'guided', 4, 'last'));
    await opened.lab.dispose();
    expect(inspection.alignment?.loss).toBe(recorded(opened, experiment, 'guided', 4, 1).alignment);
    return expectConsistent(inspection);
  };

  it.each(MEASURE_NAMES)('are those that %s compares', async (name) => {
    const shown = await look(oneArm(tinyExperiment(), { measure: { name } }));
    expect(shown).toMatchObject({
      measure: { name },
      n: 16,
      kind: ['cka', 'cka-debiased', 'sp', 'ridge', 'procrustes', 'cca'].includes(name) ? 'products' : 'dissimilarities',
      centred: name !== 'sp',
    });
  });

  const views: TokenView[] = ['position', 'flattened', 'all-tokens', 'last-token'];
  it.each(views)('of sequences are of %s', async (tokens) => {
    const shown = await look(oneArm(tinySequences('copy-paste'), { tokens }));
    const { input } = createTask(tinySequences('copy-paste').task).shape;
    expect(shown).toMatchObject({ tokens, n: tokens === 'all-tokens' ? 32 : 16, position: tokens === 'position' ? { at: input[0], of: input[0] } : null });
  });

  const paddedMeasures = MEASURE_NAMES.filter((name) => MEASURE_FACTS[name].padding);
  it.each(paddedMeasures.flatMap((name) => (['position', 'all-tokens', 'last-token'] as const).map((tokens) => [name, tokens] as const)))(
    'by %s leave padding out, of %s',
    async (name, tokens) => {
      const experiment = oneArm(tinySequences('parity', { 'task.minLength': 2 }), { tokens, measure: { name } });
      const shown = await look(experiment);
      const { inputs } = createTask(experiment.task).batch(4, 0, 16);
      const length = inputs.length / 16;
      const real = (t: number) => Array.from({ length: 16 }, (_, i) => inputs[i * length + t] >= 0).filter(Boolean).length;
      if (tokens === 'position') expect(shown.n).toBe(real((shown.position?.at ?? 0) - 1));
      else expect(shown.n).toBe(tokens === 'all-tokens' ? 32 : 16);
      expect(shown.guide.some((value) => value > 0)).toBe(true);
    },
  );
});
