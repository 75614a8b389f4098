import * as tf from '@tensorflow/tfjs-core';

/** Row indices for `Kernels.gatherRows` that all members share, int32 `[1, count]`. */
export function sharedRows(count: number, row: (i: number) => number): tf.Tensor2D {
  // A loop, because Int32Array.from is slow with a mapping function.
  const rows = new Int32Array(count);
  for (let i = 0; i < count; i++) rows[i] = row(i);
  return tf.tensor2d(rows, [1, count], 'int32');
}

/** `[E, …, F]` reshaped to `[E, R, F]`, as dense layers and layer norm read it. */
export const rowsOf = (x: tf.Tensor) => tf.reshape(x, [x.shape[0], -1, x.shape[x.rank - 1]]) as tf.Tensor3D;
