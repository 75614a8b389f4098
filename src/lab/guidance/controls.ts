/**
 * Controls: guides that show something else than a network's view of the batch, to tell what it is of a guide that
 * helps. All draws are functions of (seed, guide, step).
 */
import * as tf from '@tensorflow/tfjs-core';
import type { TaskShape } from '../../experiment/networks/describe.ts';
import type { Stream } from '../random/stream.ts';
import type { Split } from '../tasks/index.ts';

export type DirectKind = 'identity-gram' | 'running-mean';

/** Side of the grid of normal draws that smooth noise is drawn over, and the sizes of its two parts (recipes, 1.3 and 0.2). */
const GRID = 4;
const SMOOTH = 1.3;
const ROUGH = 0.2;

/**
 * Activations of a control without a network, `[1, B, T·F]`. Call inside `tf.tidy`.
 *
 * 'identity-gram': a one-hot vector for each example (at every position; for each token where `byToken`), so that its
 * Gram matrix is the identity. 'running-mean': of tokens the mean of the one-hot vectors so far, of images their pixels.
 */
export function directActivations(kind: DirectKind, batch: Split, shape: TaskShape, byToken: boolean): tf.Tensor3D {
  const b = batch.examples;
  const t = shape.tokens ? shape.input[0] : 1;
  if (kind === 'running-mean') {
    const values = shape.tokens ? meanOfTokens(batch.inputs, t, shape.tokens.vocabulary) : Float32Array.from(batch.inputs);
    return tf.tensor3d(values, [1, b, values.length / b]);
  }
  if (byToken) return tf.reshape(tf.eye(b * t), [1, b, t * b * t]);
  return tf.reshape(tf.tile(tf.expandDims(tf.eye(b), 1), [1, t, 1]), [1, b, t * b]);
}

/** Per token the mean over it and those before it of their one-hot vectors: `[B × T × V]`. Padding adds nothing. */
function meanOfTokens(tokens: ArrayLike<number>, length: number, vocabulary: number): Float32Array<ArrayBuffer> {
  const values = new Float32Array(tokens.length * vocabulary);
  const counts = new Float64Array(vocabulary);
  for (let i = 0; i < tokens.length; i++) {
    const position = i % length;
    if (position === 0) counts.fill(0);
    if (tokens[i] >= 0) counts[tokens[i]]++;
    for (let v = 0; v < vocabulary; v++) values[i * vocabulary + v] = counts[v] / (position + 1);
  }
  return values;
}

/** A batch of the same form that has nothing of the data but, of sequences, their lengths. */
export function noiseLike(batch: Split, shape: TaskShape, kind: 'noise' | 'white-noise', random: Stream): Split {
  if (shape.tokens) {
    const { vocabulary } = shape.tokens;
    return { ...batch, inputs: Int32Array.from(batch.inputs, (token) => (token < 0 ? token : random.integer(vocabulary))) };
  }
  const inputs = random.normals(batch.inputs.length);
  if (kind === 'noise') smoothen(inputs, shape.input, random);
  return { ...batch, inputs };
}

/** White noise `[B × H × W × C]` to 0.2 of it and 1.3 of normal draws on a 4×4 grid, interpolated bilinearly between pixel centres. */
function smoothen(images: Float32Array, [height, width, channels]: readonly [number, number, number], random: Stream): void {
  const ys = gridPlaces(height);
  const xs = gridPlaces(width);
  for (let from = 0; from < images.length; from += height * width * channels) {
    const grid = random.normals(GRID * GRID * channels);
    const at = (y: number, x: number, c: number) => grid[(y * GRID + x) * channels + c];
    for (let y = 0; y < height; y++) {
      const [y0, fy] = ys[y];
      for (let x = 0; x < width; x++) {
        const [x0, fx] = xs[x];
        for (let c = 0; c < channels; c++) {
          const smooth = (1 - fy) * ((1 - fx) * at(y0, x0, c) + fx * at(y0, x0 + 1, c)) + fy * ((1 - fx) * at(y0 + 1, x0, c) + fx * at(y0 + 1, x0 + 1, c));
          const i = from + (y * width + x) * channels + c;
          images[i] = SMOOTH * smooth + ROUGH * images[i];
        }
      }
    }
  }
}

/** For every pixel the grid cell that its centre lies in and how far into it; beyond the outer centres the edge goes on. */
function gridPlaces(size: number): [cell: number, fraction: number][] {
  return Array.from({ length: size }, (_, i) => {
    const place = Math.min(GRID - 1, Math.max(0, ((i + 0.5) * GRID) / size - 0.5));
    const cell = Math.min(GRID - 2, Math.floor(place));
    return [cell, place - cell];
  });
}

/**
 * A permutation of 0 … n−1 that leaves places without an example where they are, and moves the others in an order.
 * @param order a permutation of all n
 * @param present whether a place holds an example; absent: all do
 * @returns the place from which each one is filled
 */
export function permuteWithin(order: Uint32Array, present?: (place: number) => boolean): Int32Array {
  if (!present) return Int32Array.from(order);
  const moved = order.filter(present);
  let next = 0;
  return Int32Array.from(order, (_, place) => (present(place) ? moved[next++] : place));
}
