/**
 * A small ConvNeXt (Liu et al. 2022): a stem that cuts patches; blocks x + MLP(norm(depth-wise convolution(x))) with layer
 * norm over the channels and GELU; between stages norm and a 2×2 convolution of stride 2; average pool, norm, linear head.
 * Without layer scale and stochastic depth, which serve much deeper networks and longer training.
 */
import type * as tf from '@tensorflow/tfjs-core';
import { CONVNEXT_EXPANSION, convnextPlan, type ImageShape } from '../../experiment/networks/describe.ts';
import type { ConvNextSpec } from '../../experiment/schema/schema.ts';
import * as ops from '../autodiff/ops.ts';
import { mlp, mlpParameters } from './attentionBlocks.ts';
import type { Images } from './convolutional.ts';
import { bias, normParameters, uniform } from './init.ts';
import type { ForwardContext, NetworkProgram, ParameterSpec } from './program.ts';
import { headParameters } from './tokens.ts';

/** With PyTorch's default initialisation. */
const convParameters = (name: string, shape: number[], fanIn: number): ParameterSpec[] => [
  { name: `${name}.weight`, shape, init: uniform(1 / Math.sqrt(fanIn)) },
  { name: `${name}.bias`, shape: [shape[shape.length - 1]], init: bias('default', fanIn) },
];

function block(context: ForwardContext, name: string, x: Images): Images {
  const { tape } = context;
  const [e, b, h, w, c] = x.tensor.shape;
  const spatial = ops.depthwiseConv(tape, x, context.parameter(`${name}.depthwise.weight`), context.parameter(`${name}.depthwise.bias`));
  context.tap(`${name}.depthwise`, spatial);
  const pixels = ops.reshape<tf.Tensor4D>(tape, spatial, [e, b, h * w, c]);
  const mixed = mlp(context, name, context.layerNorm(`${name}.norm`, pixels), 'gelu');
  const out = ops.add(tape, x, ops.reshape<tf.Tensor5D>(tape, mixed, [e, b, h, w, c]));
  context.tap(`${name}.output`, out);
  return out;
}

export function convnext(spec: ConvNextSpec, task: ImageShape): NetworkProgram {
  const stages = convnextPlan(spec, task);
  const features = stages[stages.length - 1].channels;
  return {
    parameters: [
      ...stages.flatMap(({ entry, blocks, channels }, i) => [
        ...convParameters(entry.name, [entry.kernel, entry.kernel, entry.inChannels, channels], entry.kernel ** 2 * entry.inChannels),
        ...normParameters(`${entry.name}.norm`, i === 0 ? channels : entry.inChannels),
        ...blocks.flatMap(({ name }) => [
          ...convParameters(`${name}.depthwise`, [spec.kernel, spec.kernel, channels], spec.kernel ** 2),
          ...normParameters(`${name}.norm`, channels),
          ...mlpParameters(name, channels, CONVNEXT_EXPANSION * channels),
        ]),
      ]),
      ...normParameters('norm', features),
      ...headParameters(task.classes, features),
    ],
    statistics: [],
    forward(context, images) {
      let x = images as Images;
      stages.forEach(({ entry, blocks }, i) => {
        const norm = `${entry.name}.norm`;
        const before = i === 0 ? x : context.layerNorm(norm, x);
        const entered = context.conv(entry.name, before, { stride: entry.kernel, pad: 0, bias: true });
        context.tap(entry.name, entered);
        x = i === 0 ? context.layerNorm(norm, entered) : entered;
        for (const { name } of blocks) x = block(context, name, x);
      });
      const pooled = ops.globalAveragePool(context.tape, x);
      context.tap('pool', pooled);
      return context.dense('head', context.layerNorm('norm', pooled));
    },
  };
}
