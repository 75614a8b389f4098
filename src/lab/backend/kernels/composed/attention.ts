import * as tf from '@tensorflow/tfjs-core';
import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { AttentionOptions, SequenceKernels } from '../sequenceTypes.ts';
import { zero } from './shared.ts';

/** `[E, B, T, heads·D]` as `[E·B·heads, T, D]`. */
function splitHeads(x: Tensor4D, heads: number): Tensor3D {
  const [members, batch, length, features] = x.shape;
  const split = tf.reshape(x, [members, batch, length, heads, features / heads]);
  return tf.reshape(tf.transpose(split, [0, 1, 3, 2, 4]), [members * batch * heads, length, features / heads]);
}

/** The inverse of `splitHeads`. */
function joinHeads(x: Tensor3D, members: number, batch: number, heads: number): Tensor4D {
  const [, length, width] = x.shape;
  const split = tf.reshape(x, [members, batch, heads, length, width]);
  return tf.reshape(tf.transpose(split, [0, 1, 3, 2, 4]), [members, batch, length, heads * width]);
}

/** Queries, keys and values of every head, `[E·B·heads, T, D]` each. */
function partsOf(qkv: Tensor4D, heads: number): Tensor3D[] {
  const [members, batch, length, features] = qkv.shape;
  return [0, 1, 2].map((i) => {
    const part = tf.slice(qkv, [0, 0, 0, (i * features) / 3], [members, batch, length, features / 3]);
    return splitHeads(part, heads);
  });
}

/** Which keys each query may see, broadcasting to `[E·B, heads, T, T]`: 1 or 0. */
function visible(members: number, batch: number, length: number, { causal, keyMask }: AttentionOptions): Tensor4D {
  const positions = tf.range(0, length);
  const past = tf.lessEqual(tf.reshape(positions, [1, length]), tf.reshape(positions, [length, 1]));
  const order = causal ? tf.cast(past, 'float32') : tf.ones([length, length]);
  const whole = tf.reshape(order, [1, 1, length, length]) as Tensor4D;
  if (!keyMask) return whole;
  const everyMember = keyMask.shape[0] === members ? keyMask : tf.tile(keyMask, [members, 1, 1]);
  return tf.mul(whole, tf.reshape(everyMember, [members * batch, 1, 1, length]));
}

export const attention: SequenceKernels['attention'] = (qkv, options) =>
  tf.tidy(() => {
    const [members, batch, length, features] = qkv.shape;
    const { heads } = options;
    const [q, k, v] = partsOf(qkv, heads);
    const scale = Math.sqrt((3 * heads) / features);
    const scores = tf.reshape(tf.mul(tf.matMul(q, k, false, true), scale), [members * batch, heads, length, length]);
    const mask = visible(members, batch, length, options);
    const seen = tf.where(tf.greater(mask, 0), scores as Tensor4D, tf.scalar(-1e30) as tf.Tensor as Tensor4D);
    // Chosen once more: where a query sees nothing, the softmax is uniform.
    const weights = tf.where(tf.greater(mask, 0), tf.softmax(seen), zero<Tensor4D>());
    const y = tf.matMul<Tensor3D>(tf.reshape(weights, [-1, length, length]) as Tensor3D, v);
    return {
      y: joinHeads(y, members, batch, heads),
      weights: tf.reshape(weights, [members, batch, heads, length, length]) as tf.Tensor5D,
    };
  });

export const attentionGrad: SequenceKernels['attentionGrad'] = (dy, qkv, forward, { heads }) =>
  tf.tidy(() => {
    const [members, batch, length, features] = qkv.shape;
    const [q, k, v] = partsOf(qkv, heads);
    const weights = tf.reshape(forward.weights, [-1, length, length]) as Tensor3D;
    const d = splitHeads(dy, heads);
    const dWeights = tf.matMul<Tensor3D>(d, v, false, true);
    const mean = tf.sum(tf.mul(dWeights, weights), 2, true);
    const scale = Math.sqrt((3 * heads) / features);
    const dScores = tf.mul<Tensor3D>(tf.mul(weights, tf.sub(dWeights, mean)), scale);
    const parts = [tf.matMul<Tensor3D>(dScores, k), tf.matMul<Tensor3D>(dScores, q, true), tf.matMul<Tensor3D>(weights, d, true)];
    return tf.concat(
      parts.map((part) => joinHeads(part, members, batch, heads)),
      3,
    );
  });
