import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { SequenceKernels } from '../sequenceTypes.ts';
import { flat, overRows } from './shared.ts';

export const embedding: SequenceKernels['embedding'] = (tokens, table) =>
  tf.tidy(() => {
    const [members, vocabulary, features] = table.shape;
    const [, batch, length] = tokens.shape;
    const last = tf.scalar(vocabulary - 1, 'int32');
    const known = tf.minimum(tf.maximum(tokens, tf.scalar(0, 'int32')), last);
    const firstRows = Int32Array.from({ length: members }, (_, e) => e * vocabulary);
    const rows = flat(tf.add(known, tf.tensor3d(firstRows, [members, 1, 1], 'int32')));
    const values = tf.gather(tf.reshape(table, [members * vocabulary, features]) as Tensor2D, rows);
    const valid = tf.tile(tf.equal(tokens, known), [members / tokens.shape[0], 1, 1]);
    const chosen = tf.where(tf.reshape(valid, [-1, 1]), values, tf.zeros([1, features]));
    return tf.reshape(chosen, [members, batch, length, features]) as Tensor4D;
  });

/** Rows of tokens as rows of 0 and 1; all 0 for a token that is none. */
function oneHot(tokens: Tensor3D, vocabulary: number): Tensor3D {
  const [members, batch, length] = tokens.shape;
  const rows = tf.reshape(tokens, [members, batch * length, 1]);
  const entries = tf.range(0, vocabulary, 1, 'int32');
  return tf.cast(tf.equal(rows, tf.reshape(entries, [1, 1, vocabulary])), 'float32') as Tensor3D;
}

export const embeddingGrad: SequenceKernels['embeddingGrad'] = (dy, tokens, vocabulary) =>
  tf.tidy(() => {
    const [members, batch, length, features] = dy.shape;
    const rows = tf.reshape(dy, [members, batch * length, features]) as Tensor3D;
    return tf.matMul<Tensor3D>(oneHot(tokens, vocabulary), rows, true);
  });

export const layerNorm: SequenceKernels['layerNorm'] = (x, gamma, beta, epsilon) =>
  tf.tidy(() => {
    const mean = tf.mean<Tensor3D>(x, 2, true);
    const centred = tf.sub<Tensor3D>(x, mean);
    const inverse = tf.rsqrt(tf.add<Tensor3D>(tf.mean(tf.square(centred), 2, true), epsilon));
    const y = tf.add<Tensor3D>(tf.mul(tf.mul(centred, inverse), overRows(gamma)), overRows(beta));
    return { y, mean: tf.squeeze<Tensor2D>(mean, [2]), inverse: tf.squeeze<Tensor2D>(inverse, [2]) };
  });

export const layerNormGrad: SequenceKernels['layerNormGrad'] = (dy, x, gamma, { mean, inverse }) =>
  tf.tidy(() => {
    const inverses = tf.expandDims<Tensor3D>(inverse, 2);
    const standard = tf.mul<Tensor3D>(tf.sub(x, tf.expandDims(mean, 2)), inverses);
    const d = tf.mul<Tensor3D>(dy, overRows(gamma));
    const along = tf.mean(tf.mul(d, standard), 2, true);
    const dx = tf.mul<Tensor3D>(tf.sub(tf.sub(d, tf.mean(d, 2, true)), tf.mul(standard, along)), inverses);
    return { dx, dGamma: tf.sum<Tensor2D>(tf.mul(dy, standard), 1), dBeta: tf.sum<Tensor2D>(dy, 1) };
  });

export const tanh: SequenceKernels['tanh'] = (x) => tf.tanh(x);

export const tanhGrad: SequenceKernels['tanhGrad'] = <T extends Tensor>(dy: T, y: T) => tf.tidy(() => tf.mul<T>(dy, tf.sub(1, tf.square(y))));

/**
 * The normal distribution function of `[n]`, to about 1e-7 (Abramowitz and Stegun 7.1.26), in operations that every
 * backend has; the tail below 0 without cancellation.
 */
function normalCdf(x: Tensor1D, density: Tensor1D): Tensor1D {
  const t = tf.div<Tensor1D>(1, tf.add(1, tf.mul(tf.abs(x), 0.3275911 * Math.SQRT1_2)));
  let series = tf.mul<Tensor1D>(t, 1.061405429);
  for (const a of [-1.453152027, 1.421413741, -0.284496736, 0.254829592]) series = tf.mul(t, tf.add(series, a));
  const tail = tf.mul<Tensor1D>(tf.mul(series, density), 0.5);
  return tf.where(tf.less(x, 0), tail, tf.sub<Tensor1D>(1, tail));
}

export const gelu: SequenceKernels['gelu'] = <T extends Tensor>(x: T) =>
  tf.tidy(() => {
    const values = flat(x);
    const bell = tf.exp(tf.mul<Tensor1D>(tf.square(values), -0.5));
    return tf.reshape(tf.mul(values, normalCdf(values, bell)), x.shape) as T;
  });

export const geluGrad: SequenceKernels['geluGrad'] = <T extends Tensor>(dy: T, x: T) =>
  tf.tidy(() => {
    const values = flat(x);
    const bell = tf.exp(tf.mul<Tensor1D>(tf.square(values), -0.5));
    const slope = tf.add(normalCdf(values, bell), tf.mul(tf.mul(values, bell), 1 / Math.sqrt(2 * Math.PI)));
    return tf.mul<T>(dy, tf.reshape(slope, x.shape));
  });
