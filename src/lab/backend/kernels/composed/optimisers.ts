import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { AdamHyper, AdamState, Average, MemberControl, SgdHyper, SgdState } from '../types.ts';
import { overMembers, sumPerMember } from './shared.ts';

/** `next` for members whose `active` is not 0, `previous` for the others: chosen, as 0 · NaN is NaN. */
function whereActive<T extends Tensor>(active: Tensor1D, next: T, previous: T): T {
  const rows = (x: Tensor) => tf.reshape(x, [active.size, x.size / active.size]);
  // As matrices: WebGPU's select knows no rank above 4.
  return tf.reshape(tf.where(tf.cast(overMembers(active, 2), 'bool'), rows(next), rows(previous)), previous.shape) as T;
}

/** A row of the members' factors, to broadcast over a tensor of the given rank. */
const factor = ({ factors }: MemberControl, row: number, rank: number): Tensor =>
  overMembers(tf.reshape(tf.slice(factors, [row, 0], [1, -1]), [-1]), rank);

export function adam(state: AdamState, gradient: Tensor, members: MemberControl, hyper: AdamHyper): AdamState {
  return tf.tidy(() => {
    const { beta1, beta2, epsilon, coupledDecay } = hyper;
    const { parameter } = state;
    const [rate, rootScale, keep] = [0, 1, 2].map((row) => factor(members, row, parameter.rank));
    let g: Tensor = tf.mul(gradient, overMembers(members.scale, gradient.rank));
    if (coupledDecay !== 0) g = tf.add(g, tf.mul(parameter, coupledDecay));
    const m = tf.add(tf.mul(state.m, beta1), tf.mul(g, 1 - beta1));
    const v = tf.add(tf.mul(state.v, beta2), tf.mul(tf.square(g), 1 - beta2));
    const root = tf.add(tf.mul(tf.sqrt(v), rootScale), epsilon);
    const update = tf.mul(tf.div(m, root), rate);
    return {
      parameter: whereActive(members.active, tf.sub(tf.mul(parameter, keep), update), parameter),
      m: whereActive(members.active, m, state.m),
      v: whereActive(members.active, v, state.v),
    };
  });
}

export function sgd(state: SgdState, gradient: Tensor, members: MemberControl, hyper: SgdHyper): SgdState {
  return tf.tidy(() => {
    const { momentum, weightDecay } = hyper;
    let g: Tensor = tf.mul(gradient, overMembers(members.scale, gradient.rank));
    if (weightDecay !== 0) g = tf.add(g, tf.mul(state.parameter, weightDecay));
    const velocity = tf.add(tf.mul(state.velocity, momentum), g);
    const parameter = tf.sub(state.parameter, tf.mul(velocity, factor(members, 0, velocity.rank)));
    return {
      parameter: whereActive(members.active, parameter, state.parameter),
      velocity: whereActive(members.active, velocity, state.velocity),
    };
  });
}

export function sumSquares(tensors: readonly Tensor[]): Tensor1D {
  // Not addN: on WebGPU it fails for more tensors than a shader has bindings.
  return tf.tidy(() => tf.sum<Tensor1D>(tf.stack(tensors.map((x) => sumPerMember(tf.square(x)))), 0));
}

export function control(
  active: Tensor1D, loss: Tensor1D, squaredNorm: Tensor1D, clipNorm: number | null,
): { active: Tensor1D; scale: Tensor1D } {
  return tf.tidy(() => {
    const finite = tf.isFinite(tf.add(loss, squaredNorm));
    const scale = clipNorm === null
      ? tf.onesLike(active)
      : tf.minimum<Tensor1D>(1, tf.div(clipNorm, tf.add(tf.sqrt(squaredNorm), 1e-6)));
    // Selected, never multiplied: 0 × NaN is NaN.
    return { active: tf.where(finite, active, tf.zerosLike(active)), scale };
  });
}

export function runningAverages(averages: readonly Average[], momentum: number, active: Tensor1D): Tensor2D[] {
  return tf.tidy(() => averages.map(({ running, batch, factor: scale }) => {
    const next = tf.add<Tensor2D>(running, tf.mul(tf.sub(tf.mul(batch, scale), running), momentum));
    return whereActive(active, next, running);
  }));
}

export function addToMembers<T extends Tensor>(x: T, part: T, first: number): T {
  return tf.tidy(() => {
    const members = x.shape[0];
    const count = part.shape[0];
    const slice = (from: number, n: number) => tf.slice(x, [from, ...x.shape.slice(1).map(() => 0)], [n, ...x.shape.slice(1)]);
    const parts: Tensor[] = [];
    if (first > 0) parts.push(slice(0, first));
    parts.push(tf.add(count === members ? x : slice(first, count), part));
    if (first + count < members) parts.push(slice(first + count, members - first - count));
    return (parts.length === 1 ? parts[0] : tf.concat(parts, 0)) as T;
  });
}
