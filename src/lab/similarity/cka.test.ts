import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { composed } from '../backend/kernels/composed/index.ts';
import { alignmentGradient, centredGram } from './alignment.ts';
import { stream } from '../random/stream.ts';
import { referenceCka } from '../testing/referenceCka.ts';
import { cka } from './cka.ts';
import reference from './fixtures/reference.json' with { type: 'json' };

// Values computed with the google-research implementation (Kornblith et al. 2019) on X, Y of its demo.
const KORNBLITH = { biased: 0.5576132566117588, debiased: 0.513456489505526 };

const matrix = (rows: number, columns: number, name: string) => tf.tensor2d(stream(1, name).normals(rows * columns), [rows, columns]);
const similarity = (x: tf.Tensor2D, y: tf.Tensor2D) => cka(composed, x, y);

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('linear CKA', () => {
  it('agrees with the reference implementation, biased and debiased', async () => {
    const result = await similarity(tf.tensor2d(reference.X), tf.tensor2d(reference.Y));
    expect(result.cka).toBeCloseTo(KORNBLITH.biased, 5);
    expect(result.debiased).toBeCloseTo(KORNBLITH.debiased, 6);
  });

  it.each([
    [
      'a rotation by 45°',
      [
        [0.70710678, 0.70710678],
        [-0.70710678, 0.70710678],
      ],
      1,
    ],
    ['the first column', [[1], [0]], Math.SQRT1_2],
    [
      'diag(2, 1)',
      [
        [2, 0],
        [0, 1],
      ],
      5 / Math.sqrt(34),
    ],
  ])('of four points and their product with %s', async (_, map, expected) => {
    const x = tf.tensor2d([
      [1, 0],
      [0, 1],
      [-1, 0],
      [0, -1],
    ]);
    expect((await similarity(x, tf.matMul(x, tf.tensor2d(map as number[][])))).cka).toBeCloseTo(expected as number, 5);
  });

  it('ignores rotation, scale and offset, but not general linear maps', async () => {
    const x = matrix(40, 6, 'x');
    const y = matrix(40, 9, 'y');
    const { q } = { q: tf.linalg.qr(matrix(6, 6, 'q'))[0] as tf.Tensor2D };
    const plain = await similarity(x, y);
    const moved = await similarity(tf.add(tf.mul(tf.matMul(x, q), 7), 3) as tf.Tensor2D, y);
    const sheared = await similarity(
      tf.matMul(
        x,
        tf.tensor2d(
          Array.from({ length: 36 }, (_, i) => (i % 7 === 0 ? i + 1 : 0)),
          [6, 6],
        ),
      ),
      y,
    );
    expect(moved.cka).toBeCloseTo(plain.cka, 5);
    expect(moved.debiased).toBeCloseTo(plain.debiased, 4);
    expect(Math.abs(sheared.cka - plain.cka)).toBeGreaterThan(0.01);
  });

  it('keeps its digits in float32 at a mean offset of 1000', async () => {
    const x = tf.tensor2d(reference.X);
    // The offset is rounded away from the reference by float32 itself: compare with the values that float32 holds.
    const shifted = tf.add(x, 1000) as tf.Tensor2D;
    const back = tf.sub(shifted, 1000) as tf.Tensor2D;
    const y = tf.tensor2d(reference.Y);
    const at1000 = await similarity(shifted, y);
    const at0 = await similarity(back, y);
    expect(at1000.cka).toBeCloseTo(at0.cka, 5);
    expect(at1000.cka).toBeCloseTo(KORNBLITH.biased, 4);
  });

  it('flags a collapsed layer and gives it a zero gradient', async () => {
    const x = tf.fill([10, 4], 3) as tf.Tensor2D;
    const result = await similarity(x, matrix(10, 3, 'y'));
    expect(result.cka).toBeNaN();
    expect(result.debiased).toBeNaN();
    const gram = centredGram(composed, tf.expandDims(matrix(10, 3, 'y'), 0) as tf.Tensor3D);
    const { gradient } = alignmentGradient(composed, tf.expandDims(x, 0) as tf.Tensor3D, gram, tf.tensor1d([4]), { name: 'cka' });
    expect(Math.max(...(await gradient.data()).map(Math.abs))).toBe(0);
  });

  it('has exactly the chance level that permuting the examples gives on average', async () => {
    // The closed form is the mean over all permutations; with 3 cases and 4,000 draws the mean is within 4 standard errors.
    for (const [p, q] of [
      [3, 5],
      [20, 2],
      [64, 64],
    ]) {
      const n = 24;
      const x = matrix(n, p, `x${p}`);
      const y = tf.add(matrix(n, q, `y${q}`), tf.slice(tf.tile(x, [1, 64]), [0, 0], [n, q])) as tf.Tensor2D;
      const { chance } = await similarity(x, y);
      const gram = async (m: tf.Tensor2D) => (await centredGram(composed, tf.expandDims(m, 0) as tf.Tensor3D).data()) as Float32Array;
      const k = await gram(x);
      const l = await gram(y);
      const norm = (m: Float32Array) => Math.sqrt(m.reduce((sum, v) => sum + v * v, 0));
      const draws: number[] = [];
      const random = stream(2, 'permutations', p);
      for (let d = 0; d < 4000; d++) {
        const order = random.permutation(n);
        let dot = 0;
        for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) dot += k[i * n + j] * l[order[i] * n + order[j]];
        draws.push(dot / (norm(k) * norm(l)));
      }
      const mean = draws.reduce((a, b) => a + b, 0) / draws.length;
      const sd = Math.sqrt(draws.reduce((a, b) => a + (b - mean) ** 2, 0) / draws.length);
      expect(Math.abs(mean - chance)).toBeLessThan((4 * sd) / Math.sqrt(draws.length));
    }
  });

  it('of independent Gaussians is high when biased and about 0 when debiased', async () => {
    const result = await similarity(matrix(32, 256, 'left'), matrix(32, 256, 'right'));
    expect(result.cka).toBeGreaterThan(0.8);
    expect(Math.abs(result.debiased)).toBeLessThan(0.1);
  });
});

describe('debiased CKA', () => {
  /** Normal activations of n examples, each times its factor. */
  const scaled = (n: number, features: number, name: string, factor: (i: number) => number): tf.Tensor2D =>
    tf.mul(
      matrix(n, features, name),
      tf.tensor2d(
        Array.from({ length: n }, (_, i) => factor(i)),
        [n, 1],
      ),
    );

  it.each([16, 400])('keeps its digits where one example is 1,000 times larger than 255 others, of %i features', async (features) => {
    const n = 256;
    const larger = (i: number) => (i === 17 ? 1000 : 1);
    const [x, y, plain] = [scaled(n, features, 'x', larger), scaled(n, 24, 'y', larger), matrix(n, 24, 'z')];
    for (const other of [y, plain]) {
      const expected = referenceCka(x.dataSync(), other.dataSync(), n, true);
      expect((await similarity(x, other)).debiased).toBeCloseTo(expected, 5);
      expect((await similarity(other, x)).debiased).toBeCloseTo(expected, 5);
    }
    expect((await similarity(x, x)).debiased).toBeCloseTo(1, 4);
  });

  it.each([
    [4, 3],
    [5, 16],
    [64, 300],
    [67, 33],
    [256, 16],
  ])('is not defined where one of %i examples differs from the others, of %i features', async (n, features) => {
    const active = scaled(n, features, 'active', (i) => Number(i === n - 2));
    const shifted = tf.add(active, matrix(1, features, 'offset')) as tf.Tensor2D;
    const other = matrix(n, 5, 'other');
    for (const x of [active, shifted]) {
      expect((await similarity(x, other)).cka).toBeGreaterThan(0);
      for (const [a, b] of [
        [x, other],
        [other, x],
        [x, x],
      ]) {
        expect((await similarity(a, b)).debiased).toBeNaN();
      }
      const { gradient } = alignmentGradient(composed, tf.expandDims(x, 0) as tf.Tensor3D, centredGram(composed, tf.expandDims(other, 0)), tf.ones([1]), {
        name: 'cka-debiased',
      });
      expect((await gradient.data()).every((v) => v === 0)).toBe(true);
    }
  });

  it('of two active examples is defined unless they have nothing in common', async () => {
    const n = 64;
    const other = matrix(n, 5, 'other');
    const two = scaled(n, 6, 'two', (i) => Number(i < 2));
    expect((await similarity(two, other)).debiased).toBeCloseTo(referenceCka(two.dataSync(), other.dataSync(), n, true), 5);
    // The first has the first three features to itself, the second the others.
    const apart = tf.tensor2d(
      two.dataSync().map((v, at) => (Math.floor((at % 6) / 3) === Math.floor(at / 6) ? v : 0)),
      [n, 6],
    );
    expect((await similarity(apart, other)).debiased).toBeNaN();
  });
});

describe('the gradient of 1 − CKA', () => {
  const { X, Y, analytic } = reference.gradCheck;
  const as3d = (m: number[][]) => tf.expandDims(tf.tensor2d(m), 0) as tf.Tensor3D;

  it('agrees with the reference gradient', async () => {
    const { gradient } = alignmentGradient(composed, as3d(X), centredGram(composed, as3d(Y)), tf.tensor1d([1]), { name: 'cka' });
    const values = await gradient.data();
    analytic.flat().forEach((expected, i) => {
      expect(values[i]).toBeCloseTo(expected, 5);
    });
  });

  it.each(['cka', 'cka-debiased'] as const)('agrees with finite differences of %s', async (measure) => {
    const gradient = await alignmentGradient(composed, as3d(X), centredGram(composed, as3d(Y)), tf.tensor1d([1]), { name: measure }).gradient.data();
    const loss = async (x: number[][]) => {
      const result = await similarity(tf.tensor2d(x), tf.tensor2d(Y));
      return 1 - (measure === 'cka' ? result.cka : result.debiased);
    };
    const h = 1e-2;
    for (const [i, j] of [
      [0, 0],
      [1, 2],
      [2, 1],
      [4, 0],
    ]) {
      const moved = (by: number) => X.map((row, r) => row.map((v, c) => (r === i && c === j ? v + by : v)));
      const difference = ((await loss(moved(h))) - (await loss(moved(-h)))) / (2 * h);
      expect(gradient[i * 3 + j]).toBeCloseTo(difference, 3);
    }
  });

  it('is orthogonal to the activations', async () => {
    const x = as3d(X);
    const { gradient } = alignmentGradient(composed, x, centredGram(composed, as3d(Y)), tf.tensor1d([1]), { name: 'cka' });
    expect((await tf.sum(tf.mul(gradient, x)).data())[0]).toBeCloseTo(0, 5);
  });
});
