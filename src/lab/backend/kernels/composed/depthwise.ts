import * as tf from '@tensorflow/tfjs-core';
import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Kernels } from '../types.ts';
import { memberOf, stackMembers } from './shared.ts';

/** One member's filter as tfjs has it: one output per channel, `[k, k, C, 1]`. */
function filterOf(filters: Tensor4D, e: number): Tensor4D {
  const [, size, , channels] = filters.shape;
  return tf.reshape(tf.slice(filters, [e], [1]), [size, size, channels, 1]) as Tensor4D;
}

export const depthwiseConv: Kernels['depthwiseConv'] = (x, filter, bias) =>
  stackMembers(filter.shape[0], (e) => {
    const y = tf.depthwiseConv2d(memberOf(x, e), filterOf(filter, e), 1, 'same');
    return bias ? tf.add<Tensor4D>(y, tf.slice(bias, [e, 0], [1, bias.shape[1]])) : y;
  });

/** The same with the filter turned round. */
export const depthwiseConvInputGrad: Kernels['depthwiseConvInputGrad'] = (dy, filter) => tf.tidy(() => depthwiseConv(dy, tf.reverse(filter, [1, 2])));

/** Tap by tap the product of dy with x where that tap reads it, summed over all pixels: in operations that every backend has. */
export const depthwiseConvFilterGrad: Kernels['depthwiseConvFilterGrad'] = (dy, x, size) =>
  tf.tidy(() => {
    const [members, batch, height, width, channels] = x.shape;
    const images = members * batch;
    const pad = (size - 1) / 2;
    const padded = tf.pad(tf.reshape(x, [images, height, width, channels]), [
      [0, 0],
      [pad, pad],
      [pad, pad],
      [0, 0],
    ]);
    const above = tf.reshape(dy, [members, batch * height * width, channels]) as Tensor3D;
    const rows = Array.from({ length: size }, (_, ky) => {
      const taps = Array.from({ length: size }, (__, kx) => {
        const read = tf.reshape(tf.slice(padded, [0, ky, kx, 0], [images, height, width, channels]), above.shape);
        return tf.sum<Tensor3D>(tf.mul(above, read), 1, true);
      });
      return tf.concat(taps, 1);
    });
    return tf.reshape(tf.concat(rows, 1), [members, size, size, channels]) as Tensor4D;
  });
