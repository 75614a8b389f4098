/** Each unit's mean and variance over the examples of a batch, and how far two layers are apart in them. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';

/** Of the units of a layer, `[S, 1, F]` each; the variance is the biased one. */
export interface Moments {
  mean: Tensor3D;
  variance: Tensor3D;
}

/** What of the whole each example is: `[S, n, 1]`. */
function shares(real: Tensor2D): Tensor3D {
  return tf.expandDims(tf.div(real, tf.maximum(1, tf.sum(real, 1, true))), 2);
}

/**
 * Call inside `tf.tidy`.
 * @param x activations `[S, n, F]`
 * @param real `[S, n]`, 1 for examples and 0 for padding; absent: all are examples
 */
export function momentsOf(x: Tensor3D, real?: Tensor2D): Moments {
  const share = real && shares(real);
  const mean = (values: Tensor3D): Tensor3D => (share ? tf.sum(tf.mul(values, share), 1, true) : tf.mean(values, 1, true));
  const own = mean(x);
  return { mean: own, variance: mean(tf.square(tf.sub(x, own))) };
}

/**
 * Mean over units of (mean − guide's)² + (variance − guide's)², and the gradient of weight times that for the activations x
 * `[E, n, F]`: of unit f at example i 2·share_i/F · (mean − guide's + 2·(variance − guide's)·(x − mean)).
 * @param weights `[E]`
 * @returns value `[E]`, without the weight
 */
export function momentsApart(x: Tensor3D, guide: Moments, weights: Tensor1D, real?: Tensor2D): { value: Tensor1D; gradient: Tensor3D } {
  const [, n, features] = x.shape;
  const { mean, variance } = momentsOf(x, real);
  const dMean = tf.sub<Tensor3D>(mean, guide.mean);
  const dVariance = tf.sub<Tensor3D>(variance, guide.variance);
  const factor = tf.mul<Tensor3D>(tf.reshape(weights, [-1, 1, 1]), 2 / features);
  const perExample = tf.mul<Tensor3D>(tf.add(dMean, tf.mul(tf.mul(dVariance, 2), tf.sub(x, mean))), factor);
  return {
    value: tf.reshape(tf.mean(tf.add(tf.square(dMean), tf.square(dVariance)), 2), [-1]),
    gradient: real ? tf.mul<Tensor3D>(perExample, shares(real)) : tf.div<Tensor3D>(perExample, n),
  };
}
