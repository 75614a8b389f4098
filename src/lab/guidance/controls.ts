/**
 * Controls: stand-ins for a guide that lack some property of it (structure, the data, the assignment to examples). If a
 * target learns as well from a control, that property was not what helped. All draws are functions of (seed, guide, step).
 */
import * as tf from '@tensorflow/tfjs-core';
import type { TaskShape } from '../../experiment/networks/describe.ts';
import type { Stream } from '../random/stream.ts';
import type { Split } from '../tasks/index.ts';

export type DirectKind = 'identity-gram' | 'running-mean';

/** Smooth noise: the side of its coarse grid, and the factors on its smooth and on its rough part (recipes, 1.3 and 0.2). */
const GRID = 4;
const SMOOTH = 1.3;
const ROUGH = 0.2;

/**
 * Activations of a control without a network, `[1, B, T·F]`. Call inside `tf.tidy`.
 *
 * - 'identity-gram': a one-hot vector per example, the same at every position (with `byToken`, one per token). Its Gram
 *   matrix is the identity.
 * - 'running-mean': for tokens, the mean of the one-hot vectors up to each position; for images, their pixels.
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

/** The mean of the one-hot vectors of each token and all tokens before it, `[B × T × V]`. Padding counts as zeros. */
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

/** Of images: smooth, white, or with as much in every octave (1/f). Of tokens there is one kind, 'noise'. */
export type NoiseKind = 'noise' | 'white-noise' | 'pink-noise';

/** A batch of random inputs in the shape of the given one. Of the data it keeps only the lengths of sequences. */
export function noiseLike(batch: Split, shape: TaskShape, kind: NoiseKind, random: Stream): Split {
  if (shape.tokens) {
    const { vocabulary } = shape.tokens;
    return { ...batch, inputs: Int32Array.from(batch.inputs, (token) => (token < 0 ? token : random.integer(vocabulary))) };
  }
  const inputs = random.normals(batch.inputs.length);
  if (kind === 'noise') addGrid(inputs, shape.input, { side: GRID, smooth: SMOOTH, rough: ROUGH }, random);
  if (kind === 'pink-noise') addOctaves(inputs, shape.input, random);
  return { ...batch, inputs };
}

type ImageSize = readonly [height: number, width: number, channels: number];

/**
 * Turn white noise `[B × H × W × C]` into one whose amplitudes fall as 1/f, in place: the sum of octaves of the same variance,
 * which are normal draws on grids of 2, 4, 8 … points a side, interpolated bilinearly, and at last the pixels themselves.
 * Its variance is 1 on average.
 */
function addOctaves(images: Float32Array, size: ImageSize, random: Stream): void {
  const [height, width] = size;
  const octaves = Math.floor(Math.log2(Math.max(height, width)));
  const share = Math.sqrt(1 / Math.max(1, octaves));
  for (let octave = 1, rough = share; octave < octaves; octave++, rough = 1) {
    const side = 2 ** octave;
    const deviation = Math.sqrt(interpolatedVariance(height, side) * interpolatedVariance(width, side));
    addGrid(images, size, { side, smooth: share / deviation, rough }, random);
  }
}

/** Mean variance along an axis of what is interpolated between independent draws of variance 1. */
const interpolatedVariance = (size: number, side: number): number =>
  gridPlaces(size, side).reduce((sum, [, fraction]) => sum + (1 - fraction) ** 2 + fraction ** 2, 0) / size;

/**
 * Add to images `[B × H × W × C]`, in place, `smooth` of normal draws on a grid of `side` points a side, interpolated
 * bilinearly; of what was there `rough` remains.
 */
function addGrid(
  images: Float32Array,
  [height, width, channels]: ImageSize,
  { side, smooth: share, rough }: { side: number; smooth: number; rough: number },
  random: Stream,
): void {
  const ys = gridPlaces(height, side);
  const xs = gridPlaces(width, side);
  for (let from = 0; from < images.length; from += height * width * channels) {
    const grid = random.normals(side * side * channels);
    const at = (y: number, x: number, c: number) => grid[(y * side + x) * channels + c];
    for (let y = 0; y < height; y++) {
      const [y0, fy] = ys[y];
      for (let x = 0; x < width; x++) {
        const [x0, fx] = xs[x];
        for (let c = 0; c < channels; c++) {
          const smooth = (1 - fy) * ((1 - fx) * at(y0, x0, c) + fx * at(y0, x0 + 1, c)) + fy * ((1 - fx) * at(y0 + 1, x0, c) + fx * at(y0 + 1, x0 + 1, c));
          const i = from + (y * width + x) * channels + c;
          images[i] = share * smooth + rough * images[i];
        }
      }
    }
  }
}

/**
 * For every pixel the grid cell between whose centres it lies, and how far along (0 … 1). Pixels outside of the outermost
 * centres take the value at the edge.
 */
function gridPlaces(size: number, side: number): [cell: number, fraction: number][] {
  return Array.from({ length: size }, (_, i) => {
    const place = Math.min(side - 1, Math.max(0, ((i + 0.5) * side) / size - 0.5));
    const cell = Math.min(side - 2, Math.floor(place));
    return [cell, place - cell];
  });
}

/**
 * A permutation of 0 … n−1 that moves places with an example among themselves and leaves the others (padding) alone.
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
