/** What networks for sequences share: embedding, padding, and the head. Values are `[E, B, T, F]`. */
import * as tf from '@tensorflow/tfjs-core';
import type { SequenceShape } from '../../experiment/networks/describe.ts';
import * as ops from '../autodiff/ops.ts';
import * as sequence from '../autodiff/sequenceOps.ts';
import type { Value } from '../autodiff/tape.ts';
import { bias, headWeight, normal } from './init.ts';
import type { ForwardContext, ParameterSpec } from './program.ts';

type V4 = Value<tf.Tensor4D>;

/** N(0, 1), as PyTorch's `nn.Embedding`. */
export const embeddingParameter = (task: SequenceShape, width: number): ParameterSpec => ({
  name: 'embedding',
  shape: [task.tokens.vocabulary, width],
  init: normal(1),
});

export const headParameters = (classes: number, width: number): ParameterSpec[] => [
  { name: 'head.weight', shape: [width, classes], init: headWeight('default', width, classes) },
  { name: 'head.bias', shape: [classes], init: bias('default', width) },
];

export const embed = (context: ForwardContext, tokens: tf.Tensor3D): V4 => sequence.embedding(context.tape, tokens, context.parameter('embedding'));

/** Which positions hold a token, and which is the last of them; undefined where sequences have no padding. */
export interface Padding {
  /** `[E|1, B, T]`, 1 or 0 */
  mask: tf.Tensor3D;
  /** int32 `[E|1, B]` */
  last: tf.Tensor2D;
}

export function paddingOf(task: SequenceShape, tokens: tf.Tensor3D): Padding | undefined {
  if (!task.tokens.padded) return undefined;
  const mask = tf.cast(tf.greaterEqual(tokens, 0), 'float32') as tf.Tensor3D;
  return { mask, last: tf.cast(tf.sub(tf.sum(mask, 2), 1), 'int32') as tf.Tensor2D };
}

/** Logits: one row a sequence from the mean or the last token, or one row a token. */
export function readOut(context: ForwardContext, task: SequenceShape, states: V4, pooling: 'mean' | 'last', padding: Padding | undefined): Value<tf.Tensor3D> {
  const [e, b, t, f] = states.tensor.shape;
  if (task.tokens.outputs > 1) return context.dense('head', ops.reshape<tf.Tensor3D>(context.tape, states, [e, b * t, f]));
  return context.dense(
    'head',
    pooling === 'mean' ? sequence.meanOverPositions(context.tape, states, padding?.mask) : sequence.takePosition(context.tape, states, padding?.last),
  );
}
