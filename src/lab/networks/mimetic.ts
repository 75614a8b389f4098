/**
 * Mimetic initial weights: drawn so that they look like those of trained networks. Every layer starts as by default, but for
 * - the first layer of an MLP, whose weights have a mean other than 0 (Trockman & Kolter 2026, of the MLP blocks of
 *   Transformers and ConvNeXts). That the first layer of a whole network gets one, where it has no such blocks, is ours, and so
 *   is the size of the mean;
 * - attention: queries times keys of every head αZ + βI, and values times projection αZ − βI (Trockman & Kolter 2023), Z random.
 *   The products are theirs, with the numbers that they give for images; how a product is split in two is ours;
 * - positions that are learnt, which start as sines and cosines (ibid.).
 */
import { type TaskShape, vitTokens } from '../../experiment/networks/describe.ts';
import type { NetworkSpec } from '../../experiment/schema/schema.ts';
import type { Stream } from '../random/stream.ts';
import { orthonormalise } from './init.ts';
import type { NetworkProgram, ParameterSpec } from './program.ts';
import { sinusoids } from './transformer.ts';

type Init = ParameterSpec['init'];

/** Share of the random matrix and of the identity in both products. */
const QUERY_KEY = { random: 0.7, identity: 0.7 };
const VALUE_PROJECTION = { random: 0.4, identity: -0.4 };
/** Steps towards the largest singular directions: as many as make the product of a head nearly the best of its rank. */
const POWER_STEPS = 4;

/** Layers that get a mean: the first of each MLP, or the first of all. */
const FIRST_LAYERS: Readonly<Record<Exclude<NetworkSpec['family'], 'custom'>, RegExp>> = {
  fcn: /^linear1\.weight$/,
  resnet: /^stem\.weight$/,
  convnet: /^conv1\.weight$/,
  rnn: /^layer1\.input$/,
  convnext: /\.up\.weight$/,
  vit: /\.up\.weight$/,
  transformer: /\.up\.weight$/,
};

/**
 * Weights U(±1/√fan-in) with a mean of their standard deviation over √fan-in: the one direction that all units then share is
 * about as strong as the largest of the random ones, and so is seen beside them and does not drown them.
 */
const withMean =
  (init: Init, outputs: number): Init =>
  (stream, count) => {
    const fanIn = count / outputs;
    const mean = 1 / (Math.sqrt(3) * fanIn);
    return init(stream, count).map((value) => value + mean);
  };

/** `random`·Z + `identity`·I, Z with entries N(0, 1/n): `[n, n]`. */
function nearIdentity(stream: Stream, n: number, { random, identity }: typeof QUERY_KEY): Float64Array {
  const matrix = Float64Array.from(stream.normals(n * n), (value) => (random * value) / Math.sqrt(n));
  for (let i = 0; i < n; i++) matrix[i * n + i] += identity;
  return matrix;
}

/** Rows `[count, n]` times a matrix `[n, n]`, or times its transpose. */
function timesMatrix(rows: Float64Array, matrix: Float64Array, n: number, transposed: boolean): Float64Array {
  const out = new Float64Array(rows.length);
  for (let r = 0; r < rows.length; r += n) {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) out[r + (transposed ? i : j)] += rows[r + (transposed ? j : i)] * matrix[i * n + j];
    }
  }
  return out;
}

const norm = (values: Float64Array): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

/** Queries and keys of one head, rows `[size, width]` each: their product is αZ + βI, cut down to the head's rank. */
function queriesAndKeys(stream: Stream, width: number, size: number): [Float64Array, Float64Array] {
  const product = nearIdentity(stream, width, QUERY_KEY);
  let directions: Float64Array = Float64Array.from(stream.normals(size * width));
  orthonormalise(directions, size, width);
  for (let step = 0; step < POWER_STEPS; step++) {
    directions = timesMatrix(timesMatrix(directions, product, width, true), product, width, false);
    orthonormalise(directions, size, width);
  }
  const images = timesMatrix(directions, product, width, true);
  // As much of the product's size in the one as in the other.
  const scale = Math.sqrt(norm(images) / norm(directions));
  return [images.map((value) => value / scale), directions.map((value) => value * scale)];
}

/** What values are the identity times; the projection behind them has the rest of the product. */
const VALUE_SCALE = Math.sqrt(Math.sqrt(VALUE_PROJECTION.random ** 2 + VALUE_PROJECTION.identity ** 2));

/** `[width, 3·width]`: queries, keys and values, of each the heads side by side. */
const attentionInputs =
  (width: number, heads: number): Init =>
  (stream) => {
    const size = width / heads;
    const values = new Float32Array(3 * width * width);
    for (let head = 0; head < heads; head++) {
      for (const [part, rows] of queriesAndKeys(stream, width, size).entries()) {
        rows.forEach((value, at) => {
          values[(at % width) * 3 * width + part * width + head * size + Math.floor(at / width)] = value;
        });
      }
    }
    for (let i = 0; i < width; i++) values[i * 3 * width + 2 * width + i] = VALUE_SCALE;
    return values;
  };

const projection =
  (width: number): Init =>
  (stream) =>
    Float32Array.from(nearIdentity(stream, width, VALUE_PROJECTION), (value) => value / VALUE_SCALE);

/** Positions of an image's patches: rows in the first half of the width, columns in the second; 0 for a class token. */
function patchPositions(tokens: number, [height, width]: readonly number[], patch: number, features: number): Float32Array {
  const [rows, columns] = [Math.floor(height / patch), Math.floor(width / patch)];
  const half = Math.ceil(features / 2);
  const [down, across] = [sinusoids(rows, half), sinusoids(columns, features - half)];
  const values = new Float32Array(tokens * features);
  for (let i = 0; i < rows * columns; i++) {
    const [row, column] = [Math.floor(i / columns), i % columns];
    const at = (tokens - rows * columns + i) * features;
    values.set(down.subarray(row * half, (row + 1) * half), at);
    values.set(across.subarray(column * (features - half), (column + 1) * (features - half)), at + half);
  }
  return values;
}

/** The same network with mimetic weights. @param program with the default ones */
export function withMimeticWeights(program: NetworkProgram, spec: NetworkSpec, task: TaskShape): NetworkProgram {
  if (spec.family === 'custom') throw new Error('networks in text form have no mimetic weights');
  const attention = spec.family === 'vit' || spec.family === 'transformer' ? spec : null;
  const initOf = ({ name, shape, init }: ParameterSpec): Init => {
    if (FIRST_LAYERS[spec.family].test(name)) return withMean(init, shape[shape.length - 1]);
    if (!attention) return init;
    if (name.endsWith('.qkv')) return attentionInputs(attention.width, attention.heads);
    if (name.endsWith('.out.weight')) return projection(attention.width);
    if (name !== 'positions') return init;
    return attention.family === 'vit' && !task.tokens
      ? () => patchPositions(vitTokens(attention, task), task.input, attention.patch, attention.width)
      : () => sinusoids(shape[0], shape[1]);
  };
  return { ...program, parameters: program.parameters.map((parameter) => ({ ...parameter, init: initOf(parameter) })) };
}
