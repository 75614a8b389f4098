/**
 * Differentiable operations of networks for sequences. Values are `[E, B, T, F]`: members, examples, positions,
 * features; a constant input that all members share may have member axis 1. Shapes as in
 * `backend/kernels/sequenceTypes.ts`.
 */
import * as tf from '@tensorflow/tfjs-core';
import { type AttentionOptions, GATES, type RecurrentKind } from '../backend/kernels/sequenceTypes.ts';
import { dense } from './ops.ts';
import { rowsOf, sharedRows } from './rows.ts';
import type { Tape, Value } from './tape.ts';

type V2 = Value<tf.Tensor2D>;
type V3 = Value<tf.Tensor3D>;
type V4 = Value<tf.Tensor4D>;

/** Look tokens up in a table: int32 `[E|1, B, T]` and `[E, V, F]` → `[E, B, T, F]`. Padding (−1) becomes zeros. */
export function embedding(tape: Tape, tokens: tf.Tensor3D, table: V3): V4 {
  const { kernels } = tape;
  const y = kernels.embedding(tokens, table.tensor);
  return tape.push(y, [table], (dy) => [kernels.embeddingGrad(dy, tokens, table.tensor.shape[1])]);
}

/** Tokens int32 `[E|1, B, T]` with the table `[E, V, F]` that embeds them; there must be no padding among them. */
export interface Embedded {
  tokens: tf.Tensor3D;
  table: V3;
}

/** `dense` of embedded tokens. If the vocabulary is smaller than the batch has tokens, the table is projected instead. */
function denseOfTokens(tape: Tape, { tokens, table }: Embedded, w: V3, b?: V2): V4 {
  const [members, vocabulary, features] = table.tensor.shape;
  const [, batch, length] = tokens.shape;
  if (vocabulary >= batch * length) return dense(tape, embedding(tape, tokens, table), w, b);
  const rows = dense(tape, tape.reshape<tf.Tensor4D>(table, [members, 1, vocabulary, features]), w, b);
  return embedding(tape, tokens, tape.reshape<tf.Tensor3D>(rows, [members, vocabulary, w.tensor.shape[2]]));
}

/** The parameters of a recurrent layer, columns in PyTorch's order of gates (`GATES[kind]` · H of them). */
export interface RecurrentWeights {
  /** `[E, I, G·H]` */
  input: V3;
  /** `[E, H, G·H]` */
  hidden: V3;
  /** PyTorch has two biases, `[E, G·H]` each. They add up, but Adam moves each by a step of its own: one would not do. */
  inputBias?: V2;
  hiddenBias?: V2;
}

/**
 * A recurrent layer as one operation: x `[E|1, B, T, I]`, or tokens, → hidden states at all positions `[E, B, T, H]`. `initial`
 * `[E, B, H]` is the state before the first position, zero by default.
 */
export function recurrent(tape: Tape, kind: RecurrentKind, x: V4 | Embedded, weights: RecurrentWeights, initial?: V3): V4 {
  const { kernels } = tape;
  const { input, hidden, inputBias, hiddenBias } = weights;
  // In a GRU the hidden bias of n is multiplied by the reset gate. In all other cells the two biases just add up.
  const foldable = kind !== 'gru' && hiddenBias !== undefined;
  const bias = foldable && inputBias ? addBiases(tape, inputBias, hiddenBias) : foldable ? hiddenBias : inputBias;
  const projected = 'table' in x ? denseOfTokens(tape, x, input, bias) : dense(tape, x, input, bias);
  const options = { kind, bias: foldable ? undefined : hiddenBias?.tensor, initial: initial?.tensor };
  const forward = kernels.recurrent(projected.tensor, hidden.tensor, options);
  const inputs: Value[] = [projected, hidden];
  if (options.bias && hiddenBias) inputs.push(hiddenBias);
  if (initial) inputs.push(initial);
  return tape.push(forward.states, inputs, (dy) => {
    const gradient = kernels.recurrentGrad(dy, hidden.tensor, forward, options);
    const { dProjected, dWeights, dBias, dInitial } = gradient;
    return [dProjected, dWeights, ...(dBias ? [dBias] : []), ...(dInitial ? [dInitial] : [])];
  });
}

function addBiases(tape: Tape, a: V2, b: V2): V2 {
  return tape.push(tf.add(a.tensor, b.tensor) as tf.Tensor2D, [a, b], (dy) => [dy, dy]);
}

/** γ·(x−μ)/√(σ²+ε) + β over the last axis; x `[E, …, F]`, γ and β `[E, F]`. PyTorch's ε is 1e-5. */
export function layerNorm<T extends tf.Tensor>(tape: Tape, x: Value<T>, gamma: V2, beta: V2, epsilon = 1e-5): Value<T> {
  const { kernels } = tape;
  const rows = rowsOf(x.tensor);
  const forward = kernels.layerNorm(rows, gamma.tensor, beta.tensor, epsilon);
  const y = tf.reshape(forward.y, x.tensor.shape) as T;
  return tape.push(y, [x, gamma, beta], (dy) => {
    const { dx, dGamma, dBeta } = kernels.layerNormGrad(rowsOf(dy), rows, gamma.tensor, forward);
    return [tf.reshape(dx, x.tensor.shape), dGamma, dBeta];
  });
}

/**
 * Multi-head self-attention without its projections: qkv `[E, B, T, 3·F]` (all queries, all keys, all values; F =
 * heads·D) → `[E, B, T, F]`, and the attention weights `[E, B, heads, T, T]`.
 */
export function attention(tape: Tape, qkv: V4, options: AttentionOptions): { value: V4; weights: tf.Tensor5D } {
  const { kernels } = tape;
  const forward = kernels.attention(qkv.tensor, options);
  const value = tape.push(forward.y, [qkv], (dy) => [kernels.attentionGrad(dy, qkv.tensor, forward, options)]);
  return { value, weights: forward.weights };
}

export function tanh<T extends tf.Tensor>(tape: Tape, x: Value<T>): Value<T> {
  const { kernels } = tape;
  const y = kernels.tanh(x.tensor);
  return tape.push(y, [x], (dy) => [kernels.tanhGrad(dy, y)]);
}

/** x·Φ(x), the exact form. */
export function gelu<T extends tf.Tensor>(tape: Tape, x: Value<T>): Value<T> {
  const { kernels } = tape;
  return tape.push(kernels.gelu(x.tensor), [x], (dy) => [kernels.geluGrad(dy, x.tensor)]);
}

/** Adds a vector per position, of each member or of all: x `[E, B, T, F]` + positions `[E|1, T, F]`. */
export function addPositions(tape: Tape, x: V4, positions: V3): V4 {
  const [shared, length, features] = positions.tensor.shape;
  const y = tf.add(x.tensor, tf.reshape(positions.tensor, [shared, 1, length, features])) as tf.Tensor4D;
  return tape.push(y, [x, positions], (dy) => {
    if (!positions.tracked) return [dy, null];
    const perMember = tf.sum(dy, 1);
    return [dy, shared === dy.shape[0] ? perMember : tf.sum(perMember, 0, true)];
  });
}

/** One token before all others: token `[E, F]`, x `[E, B, T, F]` → `[E, B, T + 1, F]`. */
export function prependToken(tape: Tape, token: V2, x: V4): V4 {
  const [members, batch, length, features] = x.tensor.shape;
  const first = tf.tile(tf.reshape(token.tensor, [members, 1, 1, features]), [1, batch, 1, 1]);
  return tape.push(tf.concat([first, x.tensor], 2) as tf.Tensor4D, [token, x], (dy) => [
    tf.sum(tf.slice(dy, [0, 0, 0, 0], [members, batch, 1, features]), [1, 2]),
    x.tracked ? tf.slice(dy, [0, 0, 1, 0], [members, batch, length, features]) : null,
  ]);
}

/**
 * Mean over all positions, or over those where the mask `[E|1, B, T]` is 1: `[E, B, T, F]` → `[E, B, F]`. An example
 * whose mask is 0 everywhere gives 0.
 */
export function meanOverPositions(tape: Tape, x: V4, mask?: tf.Tensor3D): V3 {
  const length = x.tensor.shape[2];
  const shares = mask ? tf.expandDims(tf.div(mask, tf.maximum(tf.sum(mask, 2, true), 1)), 3) : tf.fill([1, 1, length, 1], 1 / length);
  return weightedSum(tape, x, shares);
}

/** One position of each example, `[E, B, T, F]` → `[E, B, F]`: the last by default, or those of int32 `[E|1, B]`. */
export function takePosition(tape: Tape, x: V4, positions?: tf.Tensor2D): V3 {
  const { kernels } = tape;
  const [members, batch, length, features] = x.tensor.shape;
  const { taken, from } = positions ? rowsAt(positions, batch, length) : lastRows(batch, length);
  const y = kernels.gatherRows(tf.reshape(x.tensor, [members, batch * length, features]), taken, members);
  return tape.push(y, [x], (dy) => [tf.reshape(kernels.gatherRows(dy, from(), members), x.tensor.shape)]);
}

/**
 * Which rows of `[B·T, F]` are taken, int32 `[S, B]`; and, for the backward pass, from which example each of the B·T rows
 * gets its gradient, int32 `[S, B·T]` (−1: none, the row was not taken).
 */
interface Rows {
  taken: tf.Tensor2D;
  from: () => tf.Tensor2D;
}

function lastRows(batch: number, length: number): Rows {
  return {
    taken: sharedRows(batch, (b) => b * length + length - 1),
    from: () => sharedRows(batch * length, (i) => (i % length === length - 1 ? (i - length + 1) / length : -1)),
  };
}

function rowsAt(positions: tf.Tensor2D, batch: number, length: number): Rows {
  const examples = sharedRows(batch, (b) => b);
  const taken = tf.add(tf.mul(examples, tf.scalar(length, 'int32')), positions) as tf.Tensor2D;
  return {
    taken,
    from: () => {
      const each = tf.tensor3d(
        Int32Array.from({ length }, (_, t) => t),
        [1, 1, length],
        'int32',
      );
      const here = tf.cast(tf.equal(tf.expandDims(positions, 2), each), 'int32');
      const one = tf.scalar(1, 'int32');
      const chosen = tf.sub(tf.mul(here, tf.expandDims(tf.add(examples, one), 2)), one);
      return tf.reshape(chosen, [positions.shape[0], batch * length]);
    },
  };
}

/** Σ over positions of x times weights `[E|1, B|1, T, 1]`. */
function weightedSum(tape: Tape, x: V4, weights: tf.Tensor): V3 {
  const y = tf.sum(tf.mul(x.tensor, weights), 2) as tf.Tensor3D;
  return tape.push(y, [x], (dy) => [tf.mul(tf.expandDims(dy, 2), weights)]);
}

/** Columns of the projections of a recurrent layer. */
export const recurrentColumns = (kind: RecurrentKind, hidden: number): number => GATES[kind] * hidden;
