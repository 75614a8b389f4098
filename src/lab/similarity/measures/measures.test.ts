import { fileURLToPath } from 'node:url';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeEach, describe, expect, it } from 'vitest';
import { type MatrixMeasure, factsOf, MEASURE_NAMES, measureKey } from '../../../experiment/schema/measures.ts';
import { FEWEST_IN_BATCH } from '../../../experiment/schema/training.ts';
import { composed } from '../../backend/kernels/composed/index.ts';
import type { Kernels } from '../../backend/kernels/types.ts';
import { createWasmKernels } from '../../backend/kernels/wasm/index.ts';
import { stream } from '../../random/stream.ts';
import kornblith from '../fixtures/reference.json' with { type: 'json' };
import { prepare } from './forms.ts';
import { compare, MEASURES, pull } from './index.ts';
// Values and gradients of 1 − value in float64 by automatic differentiation, checked against central differences.
import reference from './reference.json' with { type: 'json' };

const one = (values: number[][]) => tf.expandDims(tf.tensor2d(values), 0) as tf.Tensor3D;
const random = (n: number, features: number, name: string) => tf.tensor3d(stream(1, name).normals(n * features), [1, n, features]);

interface Reference {
  small: number;
  gradient: number[][];
  kornblith: number;
}
const references: Readonly<Record<string, Reference>> = reference.measures;

/** Every measure as it is without its option, and some with one. */
const CASES: MatrixMeasure[] = [...MEASURE_NAMES.map((name) => ({ name })), { name: 'rbf-cka', bandwidth: 0.5 }];

/** Value and gradient of the value for x `[1, n, F]`. */
function measured(
  measure: MatrixMeasure,
  x: tf.Tensor3D,
  y: tf.Tensor3D,
  real?: tf.Tensor2D,
  kernels: Kernels = composed,
): { value: number; gradient: Float32Array } {
  const { form } = MEASURES[measure.name];
  const [own, other] = [prepare(kernels, x, form, real), prepare(kernels, y, form, real)];
  const gram = (z: tf.Tensor3D) => kernels.matmul(z, z, { transposeB: true });
  const { value, dz } = pull(kernels, measure, own.z, gram(other.z), tf.ones([1]), real);
  expect(compare(kernels, measure, gram(own.z), gram(other.z), real).dataSync()[0]).toBeCloseTo(value.dataSync()[0], 5);
  return { value: value.dataSync()[0], gradient: own.back(dz).dataSync<'float32'>() };
}

/** Orthonormal, of no particular kind: the QR decomposition's Q. */
function rotation(size: number): number[][] {
  const [q] = tf.linalg.qr(tf.tensor2d(stream(1, 'rotation').normals(size * size), [size, size]));
  return q.arraySync() as number[][];
}

/** Largest error over the largest entry of the reference. */
function error(found: Float32Array, expected: readonly number[]): number {
  const largest = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(found[i] - value))) / largest;
}

beforeEach(async () => {
  await tf.setBackend('cpu');
});

describe.each(CASES.map((measure) => [measureKey(measure), measure] as const))('%s', (key, measure) => {
  const { name } = measure;
  const facts = factsOf(measure);
  const { small, gradient, kornblith: wide } = references[key];
  const [x, y] = [reference.X, reference.Y];

  it('has the value and the gradient of the reference', () => {
    const found = measured(measure, one(x), one(y));
    expect(Math.abs(found.value - small)).toBeLessThan(1e-5);
    expect(
      error(
        found.gradient,
        gradient.flat().map((value) => -value),
      ),
    ).toBeLessThan(1e-5);
    expect(measured(measure, one(kornblith.X), one(kornblith.Y)).value).toBeCloseTo(wide, 5);
  });

  it('is 1 of a layer with itself', () => {
    // A ridge holds what is predicted back: it shrinks some directions more than others.
    if (name === 'ridge') expect(measured({ name, ridge: 1e-3 }, one(x), one(x)).value).toBeCloseTo(1, 3);
    else expect(measured(measure, one(x), one(x)).value).toBeCloseTo(1, 4);
  });

  it('says nothing, and pulls nowhere, where a layer on either side has collapsed', () => {
    // A measure of raw rows sees a constant as something; nothing at all is nothing to any.
    const same = (features: number) => tf.fill<tf.Rank.R3>([1, 12, features], MEASURES[name].form === 'raw' ? 0 : 1);
    for (const [a, b] of [
      [same(4), one(y)],
      [one(x), same(5)],
    ]) {
      const found = measured(measure, a, b);
      expect(found.value).toBe(0);
      expect([...found.gradient].every((value) => value === 0)).toBe(true);
    }
  });

  it('is defined of as few examples as a batch has at least', () => {
    const [few, others] = [random(FEWEST_IN_BATCH, 5, 'few'), random(FEWEST_IN_BATCH, 40, 'others')];
    const found = measured(measure, few, others);
    expect(Number.isFinite(found.value) && Math.abs(found.value) > 1e-3).toBe(true);
    expect(found.gradient.every(Number.isFinite) && found.gradient.some((entry) => Math.abs(entry) > 1e-4)).toBe(true);
  });

  it('is finite of layers of one unit, of examples that are all in two places, and of values far from 1', () => {
    const places = tf.reshape(
      tf.tile(
        tf.tensor2d([
          [1, 0, 2],
          [-1, 3, 0],
        ]),
        [6, 1],
      ),
      [1, 12, 3],
    ) as tf.Tensor3D;
    for (const x of [random(12, 1, 'unit'), places, tf.mul<tf.Tensor3D>(random(12, 3, 'small'), 1e-12), tf.mul<tf.Tensor3D>(random(12, 3, 'large'), 1e12)]) {
      for (const [a, b] of [
        [x, one(reference.Y)],
        [one(reference.Y), x],
        [x, x],
      ]) {
        const { value, gradient } = measured(measure, a, b);
        expect(Number.isFinite(value)).toBe(true);
        expect(gradient.every(Number.isFinite)).toBe(true);
      }
    }
  });

  it('says the truth on whether it is defined where all examples are equally unlike each other', () => {
    const examples = tf.expandDims(tf.eye(12), 0) as tf.Tensor3D;
    const { value, gradient } = measured(measure, one(x), examples);
    const pulls = gradient.some((entry) => Math.abs(entry) > 1e-6);
    expect([Math.abs(value) > 1e-6, pulls]).toEqual([facts.equidistant, facts.equidistant]);
  });

  it('keeps its digits in float32 at a mean offset of 1000', () => {
    const { form } = MEASURES[name];
    // Measures that see the offset are compared with the same in float64 elsewhere; the others must not see it.
    if (form !== 'centred') return expect(['rsa', 'rsa-correlation', 'sp']).toContain(name);
    const moved = measured(measure, tf.add(one(x), 1000), one(y));
    expect(moved.value).toBeCloseTo(small, 3);
  });

  const { invariances } = facts;
  const features = 5;
  const changes: [keyof typeof invariances, (x: tf.Tensor3D) => tf.Tensor3D][] = [
    ['rotation', (x) => composed.matmul(x, one(rotation(features)))],
    ['scale', (x) => tf.mul(x, 3)],
    ['translation', (x) => tf.add(x, tf.tensor3d([2, -1, 0.5, 3, -2], [1, 1, features]))],
    ['invertibleMap', (x) => tf.mul(x, tf.tensor3d([4, 1, 0.25, 2, 1], [1, 1, features]))],
    ['permutation', (x) => tf.reverse(x, 2)],
  ];
  it.each(changes)('says the truth on whether it ignores: %s', (what, change) => {
    const [a, b] = [random(20, features, 'x'), random(20, 7, 'y')];
    const difference = Math.abs(measured(measure, change(a), b).value - measured(measure, a, b).value);
    if (invariances[what]) expect(difference).toBeLessThan(1e-5);
    else expect(difference).toBeGreaterThan(1e-4);
  });

  it('stays within its range', () => {
    const [least, most] = facts.range;
    for (const seed of ['a', 'b', 'c', 'd']) {
      const { value } = measured(measure, random(9, 3, seed), random(9, 3, `other ${seed}`));
      expect(value).toBeGreaterThanOrEqual(least);
      expect(value).toBeLessThanOrEqual(most);
    }
  });

  it('leaves padding out', () => {
    const [long, other] = [random(12, 4, 'x'), random(12, 5, 'y')];
    const real = tf.tensor2d([[1, 1, 1, 1, 1, 0, 1, 1, 1, 0, 1, 0]]);
    const rows = tf.tensor1d([0, 1, 2, 3, 4, 6, 7, 8, 10], 'int32');
    const shown = (values: tf.Tensor3D) => tf.gather(values, rows, 1) as tf.Tensor3D;
    const whole = measured(measure, shown(long), shown(other));
    if (name === 'cka-debiased') return expect(whole.value).toBeLessThan(1);
    const padded = measured(measure, long, other, real);
    expect(padded.value).toBeCloseTo(whole.value, 5);
    const kept = [0, 1, 2, 3, 4, 6, 7, 8, 10].flatMap((row) => [...padded.gradient.subarray(row * 4, row * 4 + 4)]);
    expect(error(Float32Array.from(kept), [...whole.gradient])).toBeLessThan(1e-4);
    for (const row of [5, 9, 11]) expect(padded.gradient.subarray(row * 4, row * 4 + 4).every((value) => value === 0)).toBe(true);
  });
});

it('takes the median where many distances are the same', () => {
  // All but the zeros of the diagonal: a kernel of two values, which centring leaves one of.
  const examples = tf.expandDims(tf.eye(9), 0) as tf.Tensor3D;
  for (const bandwidth of [0.3, 3]) expect(measured({ name: 'rbf-cka', bandwidth }, examples, examples).value).toBeCloseTo(1, 5);
  const pairs = one([[0], [0], [1], [1], [5], [5]]);
  const gaussian = (a: number, b: number) => Math.exp(-((a - b) ** 2) / 2);
  // Of 36 squared distances 12 are 0, 8 are 1, 8 are 16 and 8 are 25: the two in the middle are 1.
  const positions = [0, 0, 1, 1, 5, 5];
  const kernel = positions.map((a) => positions.map((b) => gaussian(a, b)));
  const found = measured({ name: 'rbf-cka' }, pairs, one(reference.Y.slice(0, 6))).value;
  const exact = tf.tidy(() => {
    const { z } = prepare(composed, one(reference.Y.slice(0, 6)), 'centred');
    const centre = tf.sub(tf.eye(6), 1 / 6) as tf.Tensor2D;
    const squares = (tf.sum(tf.square(tf.sub(tf.expandDims(z, 2), tf.expandDims(z, 1))), 3) as tf.Tensor3D).dataSync();
    const sorted = [...squares].sort((a, b) => a - b);
    const median = (sorted[17] + sorted[18]) / 2;
    const l = tf.tensor2d(
      Float32Array.from(squares, (value) => Math.exp(-value / (2 * median))),
      [6, 6],
    );
    const [k, other] = [tf.tensor2d(kernel), l].map((of) => tf.matMul(tf.matMul(centre, of), centre));
    return tf.div(tf.sum(tf.mul(k, other)), tf.sqrt(tf.mul(tf.sum(tf.square(k)), tf.sum(tf.square(other))))).dataSync()[0];
  });
  expect(found).toBeCloseTo(exact, 5);
});

describe('on WASM', () => {
  beforeEach(async () => {
    setWasmPaths(fileURLToPath(new URL('../../../../node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/', import.meta.url)));
    await tf.setBackend('wasm');
  });

  it.each(CASES.map((measure) => [measureKey(measure), measure] as const))('%s has the value and the gradient of the reference', async (key, measure) => {
    const native = await createWasmKernels({ relaxed: false, threads: 1 });
    if (!native) throw new Error('No native kernels.');
    const { small, gradient } = references[key];
    const found = measured(measure, one(reference.X), one(reference.Y), undefined, native.kernels);
    // Solves and roots multiply what float32 rounds.
    const digits = ['ridge', 'procrustes', 'cca'].includes(measure.name) ? 1e-3 : 1e-4;
    expect(Math.abs(found.value - small)).toBeLessThan(digits);
    expect(
      error(
        found.gradient,
        gradient.flat().map((value) => -value),
      ),
    ).toBeLessThan(digits);
    native.dispose();
  });
});
