/**
 * Vision Transformer (Dosovitskiy et al. 2021): the image cut into patches, each embedded as a token; a class token or
 * the mean over the patches is read. Its blocks are those of the Transformer over tokens (pre-norm, GELU).
 */
import * as tf from '@tensorflow/tfjs-core';
import { type ImageShape, vitTokens } from '../../experiment/networks/describe.ts';
import type { VitSpec } from '../../experiment/schema/schema.ts';
import * as ops from '../autodiff/ops.ts';
import * as sequence from '../autodiff/sequenceOps.ts';
import { attentionBlocks } from './attentionBlocks.ts';
import type { Images } from './convolutional.ts';
import { bias, constant, hiddenWeight, normal } from './init.ts';
import type { NetworkProgram } from './program.ts';
import { headParameters } from './tokens.ts';

/** Standard deviation of the positions at the start, as in torchvision. */
const POSITIONS_SD = 0.02;

export function vit(spec: VitSpec, task: ImageShape): NetworkProgram {
  const { width, patch } = spec;
  const length = vitTokens(spec, task);
  const fanIn = patch ** 2 * task.input[2];
  const hasClass = spec.pooling === 'class';
  const blocks = attentionBlocks({ ...spec, causal: false, norm: 'pre', activation: 'gelu' });
  return {
    parameters: [
      {
        name: 'patches.weight',
        shape: [patch, patch, task.input[2], width],
        init: hiddenWeight('default', { inputs: task.input[2], outputs: width, kernel: patch }),
      },
      { name: 'patches.bias', shape: [width], init: bias('default', fanIn) },
      ...(hasClass ? [{ name: 'class', shape: [width], init: constant(0) }] : []),
      { name: 'positions', shape: [length, width], init: normal(POSITIONS_SD) },
      ...blocks.parameters,
      ...headParameters(task.classes, width),
    ],
    statistics: [],
    forward(context, images) {
      const { tape } = context;
      const embedded = context.conv('patches', images as Images, { stride: patch, pad: 0, bias: true });
      const [e, b, h, w] = embedded.tensor.shape;
      const patches = ops.reshape<tf.Tensor4D>(tape, embedded, [e, b, h * w, width]);
      context.tap('patches', patches);
      const tokens = hasClass ? sequence.prependToken(tape, context.parameter('class'), patches) : patches;
      const states = blocks.forward(context, sequence.addPositions(tape, tokens, context.parameter('positions')));
      return context.dense('head', hasClass ? sequence.takePosition(tape, states, tf.zeros([1, 1], 'int32')) : sequence.meanOverPositions(tape, states));
    },
  };
}
