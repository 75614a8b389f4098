/** Parts of a group. */
import * as tf from '@tensorflow/tfjs-core';

/** Consecutive members of a group. */
export interface MemberRange {
  first: number;
  count: number;
}

/** Members `[first, first + count)` of a tensor; the tensor itself if those are all. */
export function membersOf<T extends tf.Tensor>(x: T, { first, count }: MemberRange): T {
  const [members, ...shape] = x.shape;
  if (count === members) return x;
  return tf.slice(x, [first, ...shape.map(() => 0)], [count, ...shape]) as T;
}

/** One of a step's rows of numbers, `[rows, E]` → `[E]`. */
export const rowOf = (scalars: tf.Tensor2D, row: number): tf.Tensor1D => tf.reshape(membersOf(scalars, { first: row, count: 1 }), [-1]);
