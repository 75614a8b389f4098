/** Matrices of examples as they are shown: of some of a batch's examples, in an order of their own. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor3D } from '@tensorflow/tfjs-core';
import type { MatrixMeasure } from '../../experiment/schema/measures.ts';
import type { TokenView } from '../../experiment/schema/schema.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import type { Split } from '../tasks/index.ts';
import { compare, MEASURES } from './measures/index.ts';
import { distances } from './measures/matrices.ts';

/** Examples of a batch: their rows in its Gram matrices, and what class each is of (−1: none is asked for). */
export interface ShownRows {
  rows: Int32Array<ArrayBuffer>;
  classes: Int32Array<ArrayBuffer>;
}

/**
 * The first examples of a batch as a token view counts them, without padding, in the order of their classes.
 * @param length tokens of a sequence
 * @param position from 0, where positions are compared one by one
 */
export function shownRows({ examples, inputs, labels }: Split, view: TokenView | null, length: number, position: number, most: number): ShownRows {
  const outputs = labels.length / examples;
  const found: { row: number; label: number }[] = [];
  for (let i = 0; i < examples && found.length < most; i++) {
    const labelAt = (t: number) => (outputs === 1 ? labels[i] : labels[i * outputs + t]);
    const real = (t: number) => inputs[i * length + t] >= 0;
    if (view === 'position') {
      if (real(position)) found.push({ row: i, label: labelAt(position) });
    } else if (view === 'all-tokens') {
      for (let t = 0; t < length && found.length < most; t++) if (real(t)) found.push({ row: i * length + t, label: labelAt(t) });
    } else {
      let last = length - 1;
      while (view !== null && last > 0 && !real(last)) last--;
      found.push({ row: i, label: labelAt(last) });
    }
  }
  found.sort((a, b) => a.label - b.label);
  return { rows: Int32Array.from(found, ({ row }) => row), classes: Int32Array.from(found, ({ label }) => label) };
}

/** Rows that a Gram matrix is of, centred over themselves. */
function centred(k: Tensor3D): Tensor3D {
  const rows = tf.mean(k, 2, true);
  return tf.add(tf.sub(tf.sub(k, rows), tf.transpose(rows, [0, 2, 1])), tf.mean(rows, 1, true));
}

/** Some examples of a Gram matrix as if they were all: `[1, n, n]`, of trace 1, or 0 where they are all the same. */
function ofRows(gram: Tensor3D, at: number, rows: tf.Tensor1D, centre: boolean): Tensor3D {
  const [, n] = gram.shape;
  const one = tf.slice(gram, [at, 0, 0], [1, n, n]);
  const chosen = tf.gather(tf.gather(one, rows, 1), rows, 2);
  const k = centre ? centred(chosen) : chosen;
  const trace = tf.sum(tf.mul(k, tf.expandDims(tf.eye(rows.size), 0)));
  return tf.mul(k, tf.where(tf.greater(trace, 0), tf.div(1, trace), 0));
}

/** Whether the rows that a measure compares are centred. */
export const centres = (measure: MatrixMeasure): boolean => MEASURES[measure.name].form !== 'raw';

/**
 * The matrices that a measure compares, of some examples of two Gram matrices in its form, and the similarity that they give.
 * Call inside `tf.tidy`.
 * @param k `[N, B, B]` of the target, @param l of the guide; those at `at` are shown
 * @returns of n examples `[2·n² + 1]`: the target's matrix, the guide's, the similarity
 */
export function shownMatrices(kernels: Kernels, measure: MatrixMeasure, k: Tensor3D, l: Tensor3D, at: number, { rows }: ShownRows): tf.Tensor1D {
  const indices = tf.tensor1d(rows, 'int32');
  const [own, other] = [k, l].map((gram) => ofRows(gram, at, indices, centres(measure)));
  const value = compare(kernels, measure, own, other);
  const shown = (gram: Tensor3D) => (MEASURES[measure.name].compares === 'dissimilarities' ? distances(gram).d : gram);
  return tf.concat1d([...[own, other].map((gram) => tf.reshape(shown(gram), [-1]) as tf.Tensor1D), value]);
}
