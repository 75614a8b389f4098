import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { Average, Kernels, MemberControl, ParameterUpdate, Updated } from '../types.ts';
import { flat, overMembers, sumPerMember } from './shared.ts';

/** `next` for members whose `active` is not 0, `previous` for the others: chosen, as 0 · NaN is NaN. */
function whereActive<T extends Tensor>(active: Tensor1D, next: T, previous: T): T {
  const rows = (x: Tensor) => tf.reshape(x, [active.size, x.size / active.size]);
  // As matrices: WebGPU's select knows no rank above 4.
  return tf.reshape(tf.where(tf.cast(overMembers(active, 2), 'bool'), rows(next), rows(previous)), previous.shape) as T;
}

/** A row of the members' factors, to broadcast over a tensor of the given rank. */
const factor = ({ factors }: MemberControl, row: number, rank: number): Tensor => overMembers(tf.reshape(tf.slice(factors, [row, 0], [1, -1]), [-1]), rank);

/** One step of a parameter: from its gradient and its slots of the state to the next of both. */
type Step = (parameter: Tensor, gradient: Tensor, slots: Tensor[]) => { parameter: Tensor; slots: Tensor[] };

function stepAll(updates: readonly ParameterUpdate[], state: Tensor2D, step: Step): Updated {
  return tf.tidy(() => {
    const [count, size] = state.shape;
    const rows = Array.from({ length: count }, () => [] as Tensor1D[]);
    const part = (slot: number, from: number, to: number) => tf.reshape(tf.slice(state, [slot, from], [1, to - from]), [-1]) as Tensor1D;
    let done = 0;
    const keepUntil = (to: number) => {
      if (to > done) rows.forEach((row, slot) => row.push(part(slot, done, to)));
      done = to;
    };
    const parameters = updates.map(({ parameter, gradient, at }) => {
      keepUntil(at);
      done = at + parameter.size;
      const next = step(
        parameter,
        gradient,
        rows.map((_, slot) => tf.reshape(part(slot, at, done), parameter.shape)),
      );
      next.slots.forEach((values, slot) => rows[slot].push(flat(values)));
      return next.parameter;
    });
    keepUntil(size);
    return { parameters, state: tf.stack(rows.map((row) => tf.concat1d(row))) as Tensor2D };
  });
}

export const adam: Kernels['adam'] = (updates, state, members, { beta1, beta2, epsilon, coupledDecay }) =>
  stepAll(updates, state, (parameter, gradient, [m, v]) => {
    const [rate, rootScale, keep] = [0, 1, 2].map((row) => factor(members, row, parameter.rank));
    let g: Tensor = tf.mul(gradient, overMembers(members.scale, gradient.rank));
    if (coupledDecay !== 0) g = tf.add(g, tf.mul(parameter, coupledDecay));
    const first = tf.add(tf.mul(m, beta1), tf.mul(g, 1 - beta1));
    const second = tf.add(tf.mul(v, beta2), tf.mul(tf.square(g), 1 - beta2));
    const root = tf.add(tf.mul(tf.sqrt(second), rootScale), epsilon);
    const update = tf.mul(tf.div(first, root), rate);
    return {
      parameter: whereActive(members.active, tf.sub(tf.mul(parameter, keep), update), parameter),
      slots: [whereActive(members.active, first, m), whereActive(members.active, second, v)],
    };
  });

export const sgd: Kernels['sgd'] = (updates, state, members, { momentum, weightDecay }) =>
  stepAll(updates, state, (parameter, gradient, [velocity]) => {
    let g: Tensor = tf.mul(gradient, overMembers(members.scale, gradient.rank));
    if (weightDecay !== 0) g = tf.add(g, tf.mul(parameter, weightDecay));
    const next = tf.add(tf.mul(velocity, momentum), g);
    return {
      parameter: whereActive(members.active, tf.sub(parameter, tf.mul(next, factor(members, 0, next.rank))), parameter),
      slots: [whereActive(members.active, next, velocity)],
    };
  });

export function sumSquares(tensors: readonly Tensor[]): Tensor1D {
  // Not addN: on WebGPU it fails for more tensors than a shader has bindings.
  return tf.tidy(() => tf.sum<Tensor1D>(tf.stack(tensors.map((x) => sumPerMember(tf.square(x)))), 0));
}

export function control(active: Tensor1D, loss: Tensor1D, squaredNorm: Tensor1D, clipNorm: number | null): { active: Tensor1D; scale: Tensor1D } {
  return tf.tidy(() => {
    const finite = tf.isFinite(tf.add(loss, squaredNorm));
    const scale = clipNorm === null ? tf.onesLike(active) : tf.minimum<Tensor1D>(1, tf.div(clipNorm, tf.add(tf.sqrt(squaredNorm), 1e-6)));
    // Selected, never multiplied: 0 × NaN is NaN.
    return { active: tf.where(finite, active, tf.zerosLike(active)), scale };
  });
}

export function runningAverages(averages: readonly Average[], momentum: number, active: Tensor1D): Tensor2D[] {
  return tf.tidy(() =>
    averages.map(({ running, batch, factor: scale }) => {
      const next = tf.add<Tensor2D>(running, tf.mul(tf.sub(tf.mul(batch, scale), running), momentum));
      return whereActive(active, next, running);
    }),
  );
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
