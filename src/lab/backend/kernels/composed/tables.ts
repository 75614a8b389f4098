/** Tables that lie on the device, read and written by rows. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Kernels } from '../types.ts';
import { flat } from './shared.ts';

export const gatherRows: Kernels['gatherRows'] = (table, rows, members = rows.shape[0]) =>
  tf.tidy(() => {
    const [tables, count, features] = table.shape;
    const [seeds, batch] = rows.shape;
    const all: Tensor = tf.concat(new Array<Tensor2D>(members / seeds).fill(rows), 0);
    const known = tf.minimum(tf.maximum(all, tf.scalar(0, 'int32')), tf.scalar(count - 1, 'int32'));
    const first = tf.tensor2d(
      Int32Array.from({ length: members }, (_, e) => (e % tables) * count),
      [members, 1],
      'int32',
    );
    const values = tf.gather(tf.reshape(table, [tables * count, features]), flat(tf.add(known, first)));
    const chosen = tf.where(tf.reshape(tf.equal(all, known), [-1, 1]), values, tf.zeros([1, features], table.dtype));
    return tf.reshape(chosen, [members, batch, features]) as Tensor3D;
  });

export const scatterRows: Kernels['scatterRows'] = (table, rows, values, at) =>
  tf.tidy(() => {
    const [tables, count, features] = table.shape;
    const places = tf.expandDims(tf.add(rows, tf.scalar(at * count, 'int32')), 1);
    return tf.reshape(tf.tensorScatterUpdate(tf.reshape(table, [tables * count, features]), places, values), table.shape) as Tensor3D;
  });
