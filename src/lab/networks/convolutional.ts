/** What convolutional networks share: a convolution with what follows it, and its parameters. */
import type * as tf from '@tensorflow/tfjs-core';
import type { ConvLayer } from '../../experiment/networks/describe.ts';
import * as ops from '../autodiff/ops.ts';
import type { Value } from '../autodiff/tape.ts';
import { bias, headWeight, hiddenWeight, normParameters, type WeightInit } from './init.ts';
import type { ForwardContext, ParameterSpec, StatisticSpec } from './program.ts';

export type Images = Value<tf.Tensor5D>;

export interface ConvStyle {
  /** 'none': the convolution has a bias instead. */
  norm: 'batch' | 'none';
  init: WeightInit;
  /** Read a layer's activations where the convolution ends, or behind the ReLU. */
  tap: 'pre' | 'post';
}

const normName = (conv: ConvLayer): string => `${conv.name}.norm`;

/** Parameters of convolutions, each with its batch norm or its bias, and of the head. */
export function convolutionalParameters(convs: readonly ConvLayer[], features: number, classes: number, { norm, init }: ConvStyle): ParameterSpec[] {
  return [
    ...convs.flatMap((conv) => {
      const { name, kernel, inChannels, outChannels } = conv;
      const fanIn = kernel ** 2 * inChannels;
      return [
        {
          name: `${name}.weight`,
          shape: [kernel, kernel, inChannels, outChannels],
          init: hiddenWeight(init, { inputs: inChannels, outputs: outChannels, kernel }),
        },
        ...(norm === 'batch' ? normParameters(normName(conv), outChannels) : [{ name: `${name}.bias`, shape: [outChannels], init: bias(init, fanIn) }]),
      ];
    }),
    { name: 'head.weight', shape: [features, classes], init: headWeight(init, features, classes) },
    { name: 'head.bias', shape: [classes], init: bias(init, features) },
  ];
}

export const convolutionalStatistics = (convs: readonly ConvLayer[], norm: ConvStyle['norm']): StatisticSpec[] =>
  norm === 'batch' ? convs.map((conv) => ({ name: normName(conv), features: conv.outChannels })) : [];

/** Convolution, batch norm, ReLU. Taps the convolution's own output, unless taps are read behind the activation. */
export function convUnit(context: ForwardContext, conv: ConvLayer, x: Images, relu: boolean, { norm, tap }: ConvStyle): Images {
  const y = context.conv(conv.name, x, { stride: conv.stride, pad: (conv.kernel - 1) / 2, bias: norm === 'none' });
  if (tap === 'pre') context.tap(conv.name, y);
  if (norm === 'batch') return context.batchNormImages(normName(conv), y, { relu });
  return relu ? ops.relu(context.tape, y) : y;
}

/** Average pool and head. */
export function poolAndClassify(context: ForwardContext, x: Images): Value<tf.Tensor3D> {
  const pooled = ops.globalAveragePool(context.tape, x);
  context.tap('pool', pooled);
  return context.dense('head', pooled);
}
