/** Differentiable operations on values with a leading member axis E. Shapes as in `backend/kernels/types.ts`. */
import * as tf from '@tensorflow/tfjs-core';
import type { BatchNormOptions, ConvOptions, DenseInput, Shape5D } from '../backend/kernels/types.ts';
import { rowsOf, sharedRows } from './rows.ts';
import type { Tape, Value } from './tape.ts';

type V2 = Value<tf.Tensor2D>;
type V3 = Value<tf.Tensor3D>;
type V5 = Value<tf.Tensor5D>;

/**
 * A dense layer over the last axis, x·w (+ b) per member: x `[E|1, …, I]`, w `[E, I, O]`, b `[E, O]` → `[E, …, O]`.
 *
 * `input` may ask for a ReLU and a dropout mask, which are applied to x while it is read. So the output of the layer before
 * stays on the tape as it was before the ReLU: it can be tapped there, and a gradient injected at the tap is that of the
 * pre-activation, not passed through ReLU or mask.
 */
export function dense<T extends tf.Tensor>(tape: Tape, x: Value<T>, w: V3, b?: V2, input: DenseInput = {}): Value<T> {
  const { kernels } = tape;
  const rows = rowsOf(x.tensor);
  const y = kernels.dense(rows, w.tensor, { ...input, bias: b?.tensor });
  const shape = [y.shape[0], ...x.tensor.shape.slice(1, -1), y.shape[2]];
  return tape.push(tf.reshape(y, shape) as T, b ? [x, w, b] : [x, w], (dy) => {
    const { dx, dWeights, dBias } = kernels.denseGrad(rowsOf(dy), rows, w.tensor, { ...input, input: x.tracked, bias: b !== undefined });
    return [dx ? tf.reshape(dx, x.tensor.shape) : null, dWeights, ...(dBias ? [dBias] : [])];
  });
}

/** Batch normalisation over rows with batch statistics, then ReLU and mask where the options say so. */
export function batchNorm(tape: Tape, x: V3, gamma: V2, beta: V2, options: BatchNormOptions): { value: V3; mean: tf.Tensor2D; variance: tf.Tensor2D } {
  const { kernels } = tape;
  const forward = kernels.batchNorm(x.tensor, gamma.tensor, beta.tensor, options);
  const value = tape.push(forward.y, [x, gamma, beta], (dy) => {
    const { dx, dGamma, dBeta } = kernels.batchNormGrad(dy, x.tensor, gamma.tensor, forward, options);
    return [dx, dGamma, dBeta];
  });
  return { value, mean: forward.mean, variance: forward.variance };
}

/** max(x, 0), multiplied by the inverted-dropout mask if there is one. */
export function relu<T extends tf.Tensor>(tape: Tape, x: Value<T>, mask?: T): Value<T> {
  const { kernels } = tape;
  const y = kernels.relu(x.tensor, mask);
  return tape.push(y, [x], (dy) => [kernels.reluGrad(dy, y, mask)]);
}

/** Element-wise product with a constant of the same shape (dropout after a tap). */
export function multiplyMask<T extends tf.Tensor>(tape: Tape, x: Value<T>, mask: T): Value<T> {
  return tape.push(tf.mul(x.tensor, mask) as T, [x], (dy) => [tf.mul(dy, mask)]);
}

export function add<T extends tf.Tensor>(tape: Tape, a: Value<T>, b: Value<T>): Value<T> {
  return tape.push(tf.add(a.tensor, b.tensor) as T, [a, b], (dy) => [dy, dy]);
}

/** As `Tape.reshape`. */
export const reshape = <T extends tf.Tensor>(tape: Tape, x: Value, shape: number[]): Value<T> => tape.reshape<T>(x, shape);

/** `[E, B, H, W, C]` as `[E, B·H·W, C]`. */
const pixelsOf = (x: tf.Tensor5D) => tf.reshape(x, [x.shape[0], -1, x.shape[4]]) as tf.Tensor3D;

/** Convolution per member: x `[E|1, B, H, W, I]`, filter `[E, k, k, I, O]`, bias `[E, O]`. */
export function conv2d(tape: Tape, x: V5, filter: V5, options: ConvOptions, bias?: V2): V5 {
  const { kernels } = tape;
  const y = kernels.conv2d(x.tensor, filter.tensor, { ...options, bias: bias?.tensor });
  return tape.push(y, bias ? [x, filter, bias] : [x, filter], (dy) => [
    x.tracked ? kernels.conv2dInputGrad(dy, filter.tensor, x.tensor.shape as Shape5D, options) : null,
    kernels.conv2dFilterGrad(dy, x.tensor, filter.tensor.shape as Shape5D, options),
    ...(bias ? [kernels.sumRows(pixelsOf(dy))] : []),
  ]);
}

/** Depth-wise convolution per member, of the size of x `[E, B, H, W, C]`: filter `[E, k, k, C]`, bias `[E, C]`. */
export function depthwiseConv(tape: Tape, x: V5, filter: Value<tf.Tensor4D>, bias: V2): V5 {
  const { kernels } = tape;
  const y = kernels.depthwiseConv(x.tensor, filter.tensor, bias.tensor);
  return tape.push(y, [x, filter, bias], (dy) => [
    x.tracked ? kernels.depthwiseConvInputGrad(dy, filter.tensor) : null,
    kernels.depthwiseConvFilterGrad(dy, x.tensor, filter.tensor.shape[1]),
    kernels.sumRows(pixelsOf(dy)),
  ]);
}

/** Mean over height and width: `[E, B, H, W, C]` → `[E, B, C]`. */
export function globalAveragePool(tape: Tape, x: V5): V3 {
  const [e, b, h, w, c] = x.tensor.shape;
  const y = tf.reshape(tf.mean(tf.reshape(x.tensor, [e * b, h * w, c]), 1), [e, b, c]) as tf.Tensor3D;
  return tape.push(y, [x], (dy) => {
    // Every pixel gets the gradient of its example. tf.tile would be slower: it works out the index of each element anew.
    const examples = sharedRows(b * h * w, (i) => Math.floor(i / (h * w)));
    return [tf.reshape(tape.kernels.gatherRows(tf.mul(dy, 1 / (h * w)), examples, e), [e, b, h, w, c])];
  });
}
