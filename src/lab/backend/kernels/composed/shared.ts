import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D, Tensor5D } from '@tensorflow/tfjs-core';

/** `[E]` as `[E, 1, …, 1]`, to broadcast over a tensor of the given rank. */
export function overMembers(values: Tensor1D, rank: number): Tensor {
  return tf.reshape(values, [values.shape[0], ...Array<number>(rank - 1).fill(1)]);
}

/** `[E, F]` as `[E, 1, F]`. */
export function overRows(values: Tensor2D): Tensor3D {
  return tf.expandDims(values, 1);
}

/** Zeros that broadcast against a tensor of any rank. */
export function zero<T extends Tensor>(): T {
  return tf.scalar(0) as Tensor as T;
}

/** Sum over everything but the member axis. */
export function sumPerMember(x: Tensor): Tensor1D {
  return tf.sum(tf.reshape(x, [x.shape[0], -1]), 1);
}

/** The same values as one axis: WebGPU's select knows no rank above 4. */
export const flat = (x: Tensor) => tf.reshape(x, [x.size]) as Tensor1D;

/** Member `e` of a stack (the only one, where the stack is shared by all members) without its member axis. */
export function memberOf(stack: Tensor5D, e: number): Tensor4D {
  const [members, ...shape] = stack.shape;
  if (members === 1) return tf.reshape(stack, shape);
  return tf.reshape(tf.slice(stack, [e, 0, 0, 0, 0], [1, ...shape]), shape);
}

export function stackMembers(count: number, member: (e: number) => Tensor4D): Tensor5D {
  return tf.tidy(() => tf.stack(Array.from({ length: count }, (_, e) => member(e))) as Tensor5D);
}
