import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** A small seeded generator of numbers that look normal, for tests. */
export function normals(seed: number): () => number {
  let state = (seed * 2654435761 + 12345) >>> 0;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return () => uniform() + uniform() + uniform() + uniform() - 2;
}

/** Random values of a shape: `offset + scale · normal`. */
export function randomValues(shape: readonly number[], seed: number, scale = 1, offset = 0): Float32Array {
  const next = normals(seed);
  return Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => offset + scale * next());
}

/** A random float32 tensor on the current backend. */
export function randomTensor<T extends Tensor>(shape: readonly number[], seed: number, scale = 1, offset = 0): T {
  return tf.tensor(randomValues(shape, seed, scale, offset), [...shape]) as T;
}

/** Entries 0 or 1/keep, as an inverted dropout mask has them. */
export function dropoutMask<T extends Tensor>(shape: readonly number[], seed: number, keep = 0.8): T {
  const values = randomValues(shape, seed).map((v) => (v > -0.5 ? 1 / keep : 0));
  return tf.tensor(values, [...shape]) as T;
}

/** The largest |a − b| relative to the largest |b| (or to 1e-30); NaN and infinities must agree exactly. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let difference = 0;
  let size = 1e-30;
  for (let i = 0; i < actual.length; i++) {
    if (Object.is(actual[i], expected[i])) continue;
    const d = Math.abs(actual[i] - expected[i]);
    if (!Number.isFinite(d)) return Infinity;
    difference = Math.max(difference, d);
  }
  for (let i = 0; i < expected.length; i++) {
    if (Number.isFinite(expected[i])) size = Math.max(size, Math.abs(expected[i]));
  }
  return difference / size;
}

/** Central finite differences of a float64 function of a vector. */
export function numericalGradient(f: (x: Float64Array) => number, x: ArrayLike<number>, step = 1e-5): Float64Array {
  const at = Float64Array.from(x);
  return at.map((value, i) => {
    at[i] = value + step;
    const above = f(at);
    at[i] = value - step;
    const below = f(at);
    at[i] = value;
    return (above - below) / (2 * step);
  });
}
