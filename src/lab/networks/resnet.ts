/** Residual network of basic blocks (He et al. 2016): 3×3 stem, stages of blocks, average pool, linear head. */
import type * as tf from '@tensorflow/tfjs-core';
import { type ImageShape, type ResNetBlock, type ResNetConv, resnetPlan } from '../../experiment/describe.ts';
import type { ResNetSpec } from '../../experiment/schema.ts';
import * as ops from '../autodiff/ops.ts';
import type { Value } from '../autodiff/tape.ts';
import { batchNormParameters, bias, headWeight, hiddenWeight } from './init.ts';
import type { ForwardContext, NetworkProgram } from './program.ts';

type Images = Value<tf.Tensor5D>;

export function resnet(spec: ResNetSpec, task: ImageShape): NetworkProgram {
  const plan = resnetPlan(spec, task);
  const convs = [plan.stem, ...plan.blocks.flatMap((b) => (b.proj ? [b.conv1, b.conv2, b.proj] : [b.conv1, b.conv2]))];
  const post = spec.tap === 'post';

  /** Convolution and batch norm; taps the convolution's own output unless taps are read behind the activation. */
  const normalisedConv = (context: ForwardContext, conv: ResNetConv, x: Images, relu: boolean): Images => {
    const y = context.conv(conv.name, x, { stride: conv.stride, pad: (conv.kernel - 1) / 2 });
    if (!post) context.tap(conv.name, y);
    return context.batchNormImages(`${conv.name}.norm`, y, { relu });
  };

  const basicBlock = (context: ForwardContext, { conv1, conv2, proj }: ResNetBlock, x: Images): Images => {
    const first = normalisedConv(context, conv1, x, true);
    const second = normalisedConv(context, conv2, first, false);
    const skip = proj ? normalisedConv(context, proj, x, false) : x;
    const out = ops.relu(context.tape, ops.add(context.tape, second, skip));
    if (post) {
      context.tap(conv1.name, first);
      context.tap(conv2.name, out);
      if (proj) context.tap(proj.name, skip);
    }
    return out;
  };

  return {
    parameters: [
      ...convs.flatMap((conv) => {
        const fanIn = conv.kernel ** 2 * conv.inChannels;
        return [
          { name: `${conv.name}.weight`, shape: [conv.kernel, conv.kernel, conv.inChannels, conv.outChannels], init: hiddenWeight(spec.init, fanIn) },
          ...batchNormParameters(`${conv.name}.norm`, conv.outChannels),
        ];
      }),
      { name: 'head.weight', shape: [plan.features, task.classes], init: headWeight(spec.init, plan.features) },
      { name: 'head.bias', shape: [task.classes], init: bias(spec.init, plan.features) },
    ],
    statistics: convs.map((conv) => ({ name: `${conv.name}.norm`, features: conv.outChannels })),
    forward(context, images) {
      let x = normalisedConv(context, plan.stem, images as Images, true);
      if (post) context.tap('stem', x);
      for (const block of plan.blocks) x = basicBlock(context, block, x);
      const pooled = ops.globalAveragePool(context.tape, x);
      context.tap('pool', pooled);
      return context.dense('head', pooled);
    },
  };
}
