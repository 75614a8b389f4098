import * as tf from '@tensorflow/tfjs-core';

/** Rows for `Kernels.gatherRows`, the same for all members: int32 `[1, count]`. */
export function sharedRows(count: number, row: (i: number) => number): tf.Tensor2D {
  // Not Int32Array.from, which takes its time with a function.
  const rows = new Int32Array(count);
  for (let i = 0; i < count; i++) rows[i] = row(i);
  return tf.tensor2d(rows, [1, count], 'int32');
}

/** A dense layer's view of any tensor: `[E, …, F]` as `[E, R, F]`. */
export const rowsOf = (x: tf.Tensor) => tf.reshape(x, [x.shape[0], -1, x.shape[x.rank - 1]]) as tf.Tensor3D;
