import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { guideNetwork } from '../../experiment/plan/guides.ts';
import { observedPairs, sharedTokens } from '../../experiment/plan/arms.ts';
import { measuresInUse } from '../../experiment/plan/plan.ts';
import { isMatrixMeasure, isObservedOnly, optionOf } from '../../experiment/schema/measures.ts';
import type { Experiment, Term } from '../../experiment/schema/schema.ts';
import { composed } from '../backend/kernels/composed/index.ts';
import { Guide } from '../guidance/guide.ts';
import { stream } from '../random/stream.ts';
import { prepare } from '../similarity/measures/forms.ts';
import { compare, MEASURES } from '../similarity/measures/index.ts';
import { OBSERVED } from '../similarity/observed/index.ts';
import { createTask } from '../tasks/index.ts';
import { tinyExperiment, tinySequences } from '../testing/experiments.ts';
import { MeasuredPairs } from './measured.ts';
import { probeSheets } from './probe.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const FEATURES = 3;
/** Two members, each with a guide of its own. */
const small = { seeds: [0, 1], 'task.val': 24, 'base.mapping': { rule: 'even' } };
const images = tinyExperiment({
  ...small,
  'base.measure': { name: 'rsa' },
  'arms.1.terms.align.measure': { name: 'rsa-euclidean' },
  'arms.2.terms.align.measure': { name: 'soft-knn', temperature: 0.5 },
});
const sequences = (tokens: string) => tinySequences('parity', { ...small, 'base.measure': { name: 'sp' }, 'base.tokens': tokens, 'task.minLength': 3 });

function measuredOn({ arms, guides, ...rest }: Experiment) {
  const experiment = {
    ...rest,
    guides: { untrained: guides.untrained },
    arms: arms.map((arm) => ({ ...arm, terms: arm.terms.map((term) => ({ ...term, guide: 'untrained' }) as Term) })),
  };
  const task = createTask(experiment.task);
  const options = { task: task.shape, train: task.train, seeds: experiment.seeds, network: guideNetwork(experiment, 'untrained') };
  const guide = new Guide('untrained', guides.untrained, options, composed);
  const measured = new MeasuredPairs(composed, new Map([['untrained', guide]]), experiment, task);
  return { experiment, task, guide, measured };
}

/** Activations of two members `[2, B, T·F]`. */
const tapsOf = (names: readonly string[], examples: number, length: number) =>
  new Map(names.map((name) => [name, tf.tensor3d(stream(0, name).normals(2 * examples * length * FEATURES), [2, examples, length * FEATURES])]));

describe.each([
  ['images', images],
  ['padded sequences, position', sequences('position')],
  ['padded sequences, all-tokens', sequences('all-tokens')],
] as const)('on %s', (_, given) => {
  const { experiment, task, guide, measured } = measuredOn(given);
  const { sheets, seen, length, eachToken } = probeSheets(task, sharedTokens(experiment.base));
  const pairs = observedPairs(experiment);
  const names = [...new Set(pairs.map(({ targetTap }) => targetTap))];

  it('compares every member by every measure in use: a mean over positions of what the measure says of the examples there', () => {
    const taps = tapsOf(names, 24, length);
    const found = tf.tidy(() => measured.compare(taps).map((values) => [...values.dataSync()]));
    const wanted = measuresInUse(experiment)
      .filter(isMatrixMeasure)
      .flatMap((measure) => pairs.map((pair) => ({ measure, ...pair })));
    expect(found).toHaveLength(wanted.length);
    wanted.forEach(({ measure, guideTap, targetTap }, at) => {
      for (const member of [0, 1]) {
        const own = tf.slice(taps.get(targetTap) as tf.Tensor3D, [member, 0, 0], [1, -1, -1]);
        const other = guide.observe(member, seen, eachToken).taps.get(guideTap) as tf.Tensor3D;
        const gram = (x: tf.Tensor3D, rows: Int32Array | null) => {
          const examples = rows ? tf.gather(tf.reshape(x, [1, x.shape[1] * length, -1]), tf.tensor1d(rows, 'int32'), 1) : x;
          const { z } = prepare(composed, examples as tf.Tensor3D, MEASURES[measure.name].form);
          return composed.matmul(z, z, { transposeB: true });
        };
        const each = sheets.map((rows) => compare(composed, measure, gram(own, rows), gram(other, rows)).dataSync()[0]);
        expect(found[at][member]).toBeCloseTo(each.reduce((sum, value) => sum + value, 0) / each.length, 5);
      }
    });
  });

  it('says nothing of a member whose weights are no longer finite', () => {
    const taps = new Map([...tapsOf(names, 24, length)].map(([name, x]) => [name, tf.mul(x, tf.tensor3d([1, Number.NaN], [2, 1, 1])) as tf.Tensor3D]));
    for (const values of tf.tidy(() => measured.compare(taps).map((tensor) => tensor.dataSync()))) {
      expect(values[0]).not.toBeNaN();
      expect(values[1]).toBeNaN();
    }
  });
});

it('keeps and leaves nothing: what it made is disposed', () => {
  const { experiment, task, guide } = measuredOn(images);
  const before = tf.memory().numTensors;
  const again = new MeasuredPairs(composed, new Map([['untrained', guide]]), experiment, task);
  expect(tf.memory().numTensors).toBeGreaterThan(before);
  again.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

it('is nothing where arms learn by CKA and nothing else is asked for', () => {
  expect(measuredOn(tinyExperiment()).measured.count).toBe(0);
  const observe = [{ what: 'similarity', measure: { name: 'cca', ridge: 1 } }];
  const { experiment, measured } = measuredOn(tinyExperiment({ observe }));
  expect(measured.count).toBe(observedPairs(experiment).length);
});

describe('measures that are only looked at', () => {
  const observe = [
    { what: 'similarity', measure: { name: 'mutual-knn', neighbours: 3 } },
    { what: 'similarity', measure: { name: 'rsa-spearman' } },
    { what: 'similarity', measure: { name: 'svcca' } },
    { what: 'similarity', measure: { name: 'ridge-absolute', ridge: 10 } },
  ];

  it.each([
    ['images', tinyExperiment({ ...small, observe })],
    ['padded sequences, position', tinySequences('parity', { ...small, observe, 'task.minLength': 3 })],
  ])('are computed of every member from matrices that are read back, of %s', async (_, given) => {
    const { experiment, task, guide, measured } = measuredOn(given);
    const { sheets, seen, length, eachToken } = probeSheets(task, sharedTokens(experiment.base));
    const pairs = observedPairs(experiment);
    const taps = tapsOf([...new Set(pairs.map(({ targetTap }) => targetTap))], 24, length);
    const before = tf.memory().numTensors;
    const values = tf.tidy(() => measured.compare(taps).flatMap((tensor) => [...tensor.dataSync()]));
    expect(tf.memory().numTensors).toBe(before);
    expect(values).toHaveLength(2 * measured.values);
    const found = await measured.read(Float32Array.from(values), 2);
    expect(found).toHaveLength(2 * observe.length * pairs.length);
    const wanted = measuresInUse(experiment).flatMap((measure) => pairs.map((pair) => ({ measure, ...pair })));
    for (const [at, { measure, guideTap, targetTap }] of wanted.entries()) {
      if (!isObservedOnly(measure)) throw new Error('only those are asked for');
      const { form, of } = OBSERVED[measure.name];
      for (const member of [0, 1]) {
        const own = tf.slice(taps.get(targetTap) as tf.Tensor3D, [member, 0, 0], [1, -1, -1]);
        const other = guide.observe(member, seen, eachToken).taps.get(guideTap) as tf.Tensor3D;
        const side = (x: tf.Tensor3D, rows: Int32Array | null) => {
          const examples = rows ? tf.gather(tf.reshape(x, [1, x.shape[1] * length, -1]), tf.tensor1d(rows, 'int32'), 1) : x;
          const { z, norm } = prepare(composed, examples as tf.Tensor3D, form);
          return { n: z.shape[1], gram: composed.matmul(z, z, { transposeB: true }).dataSync(), norm: norm.dataSync()[0] };
        };
        const each = sheets.map((rows) => of(side(own, rows), side(other, rows), side(own, rows).n, optionOf(measure)));
        expect(found[member * wanted.length + at]).toBeCloseTo(each.reduce((sum, value) => sum + value, 0) / each.length, 5);
      }
    }
  });
});
