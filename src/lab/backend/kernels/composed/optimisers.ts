import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { AdamHyper, AdamState, SgdHyper, SgdState } from '../types.ts';
import { overMembers } from './shared.ts';

/** `next` for members whose `active` is not 0, `previous` for the others: chosen, as 0 · NaN is NaN. */
function whereActive<T extends Tensor>(active: Tensor1D, next: T, previous: T): T {
  const rows = (x: Tensor) => tf.reshape(x, [active.size, x.size / active.size]);
  // As matrices: WebGPU's select knows no rank above 4.
  return tf.reshape(tf.where(tf.cast(overMembers(active, 2), 'bool'), rows(next), rows(previous)), previous.shape) as T;
}

/** baseⁿ by multiplication: `Math.pow` differs in its last bits between JavaScript engines. */
function power(base: number, n: number): number {
  if (n <= 0) return 1;
  const half = power(base, Math.floor(n / 2));
  return n % 2 === 0 ? half * half : half * half * base;
}

/**
 * What a step of Adam is made of: p ← keep·p − rate·m / (rootScale·√v + ε), with the bias corrections in `rate` and
 * `rootScale`; `coupledDecay`·p is added to the gradient.
 */
export function adamFactors(hyper: AdamHyper): { rate: number; rootScale: number; coupledDecay: number; keep: number } {
  const { learningRate, beta1, beta2, step, weightDecay, decoupled } = hyper;
  return {
    rate: learningRate / (1 - power(beta1, step)),
    rootScale: 1 / Math.sqrt(1 - power(beta2, step)),
    coupledDecay: decoupled ? 0 : weightDecay,
    keep: decoupled ? 1 - learningRate * weightDecay : 1,
  };
}

export function adam(
  state: AdamState,
  gradient: Tensor,
  scale: Tensor1D,
  active: Tensor1D,
  hyper: AdamHyper,
): AdamState {
  return tf.tidy(() => {
    const { beta1, beta2, epsilon } = hyper;
    const { rate, rootScale, coupledDecay, keep } = adamFactors(hyper);
    const { parameter } = state;
    let g: Tensor = tf.mul(gradient, overMembers(scale, gradient.rank));
    if (coupledDecay !== 0) g = tf.add(g, tf.mul(parameter, coupledDecay));
    const m = tf.add(tf.mul(state.m, beta1), tf.mul(g, 1 - beta1));
    const v = tf.add(tf.mul(state.v, beta2), tf.mul(tf.square(g), 1 - beta2));
    const root = tf.add(tf.mul(tf.sqrt(v), rootScale), epsilon);
    const update = tf.mul(tf.div(m, root), rate);
    const kept = keep === 1 ? parameter : tf.mul(parameter, keep);
    return {
      parameter: whereActive(active, tf.sub(kept, update), parameter),
      m: whereActive(active, m, state.m),
      v: whereActive(active, v, state.v),
    };
  });
}

export function sgd(state: SgdState, gradient: Tensor, scale: Tensor1D, active: Tensor1D, hyper: SgdHyper): SgdState {
  return tf.tidy(() => {
    const { learningRate, momentum, weightDecay } = hyper;
    let g: Tensor = tf.mul(gradient, overMembers(scale, gradient.rank));
    if (weightDecay !== 0) g = tf.add(g, tf.mul(state.parameter, weightDecay));
    const velocity = tf.add(tf.mul(state.velocity, momentum), g);
    const parameter = tf.sub(state.parameter, tf.mul(velocity, learningRate));
    return {
      parameter: whereActive(active, parameter, state.parameter),
      velocity: whereActive(active, velocity, state.velocity),
    };
  });
}

export function runningAverage(running: Tensor2D, batch: Tensor2D, momentum: number, active: Tensor1D): Tensor2D {
  return tf.tidy(() => {
    const next = tf.add<Tensor2D>(running, tf.mul(tf.sub(batch, running), momentum));
    return whereActive(active, next, running);
  });
}
