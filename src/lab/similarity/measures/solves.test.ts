import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { composed } from '../../backend/kernels/composed/index.ts';
import { stream } from '../../random/stream.ts';
import { factored, inverted, polar } from './solves.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const random = (name: string, n: number, p: number): tf.Tensor3D => tf.tensor3d(stream(1, name).normals(2 * n * p), [2, n, p]);
const gram = (z: tf.Tensor3D): tf.Tensor3D => tf.div(composed.matmul(z, z, { transposeB: true }), z.shape[1] * z.shape[2]);
const largest = (x: tf.Tensor): number => tf.max(tf.abs(x)).dataSync()[0];
const eye = (n: number) => tf.expandDims(tf.eye(n), 0);

describe.each([1, 5, 16, 37])('matrices of %i rows', (n) => {
  it.each([1e-2, 1, 1e3])('are inverted, with %f on their diagonal', (ridge) => {
    const a = tf.add<tf.Tensor3D>(gram(random('a', n, 3)), tf.mul(eye(n), ridge));
    expect(largest(tf.sub(composed.matmul(a, inverted(composed, a)), eye(n)))).toBeLessThan(2e-5);
  });

  it.each([2, 60])('are factored, of rank %i at most', (rank) => {
    const a = gram(random('b', n, rank));
    const f = factored(a);
    expect(largest(tf.sub(composed.matmul(f, f, { transposeB: true }), a)) / largest(a)).toBeLessThan(1e-6);
    // Nothing is made of what rounding leaves beyond the rank.
    for (let column = rank; column < n; column++) expect(largest(tf.slice(f, [0, 0, column], [2, n, 1]))).toBe(0);
  });
});

it.each([
  [7, 4],
  [4, 7],
])('a polar factor of %i × %i is orthonormal and leaves a symmetric rest', (rows, columns) => {
  const x = random('c', rows, columns);
  const u = polar(composed, x);
  const [square, rest] =
    rows < columns
      ? [composed.matmul(u, u, { transposeB: true }), composed.matmul(x, u, { transposeB: true })]
      : [composed.matmul(u, u, { transposeA: true }), composed.matmul(u, x, { transposeA: true })];
  expect(largest(tf.sub(square, eye(Math.min(rows, columns))))).toBeLessThan(1e-5);
  expect(largest(tf.sub(rest, tf.transpose(rest, [0, 2, 1])))).toBeLessThan(1e-5);
});

it('frees at once what a turn leaves behind: the step needs no more of it the more turns there are', () => {
  const most = (n: number): number => {
    let seen = 0;
    tf.tidy(() => {
      const a = gram(random('d', n, 9));
      const counted = {
        ...composed,
        matmul: (...of: Parameters<typeof composed.matmul>) => {
          seen = Math.max(seen, tf.memory().numTensors);
          return composed.matmul(...of);
        },
      };
      const before = tf.memory().numTensors;
      inverted(counted, tf.add(a, eye(n)) as tf.Tensor3D);
      polar(counted, a);
      seen -= before;
    });
    return seen;
  };
  expect(most(160)).toBe(most(48));
});
