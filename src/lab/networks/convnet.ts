/** Plain convolutional network without skips: stages of [3×3 convolution → batch norm? → ReLU], average pool, linear head. */
import { convnetPlan, type ImageShape } from '../../experiment/networks/describe.ts';
import type { ConvNetSpec } from '../../experiment/schema/schema.ts';
import { convolutionalParameters, convolutionalStatistics, convUnit, type Images, poolAndClassify } from './convolutional.ts';
import type { NetworkProgram } from './program.ts';

export function convnet(spec: ConvNetSpec, task: ImageShape): NetworkProgram {
  const convs = convnetPlan(spec, task);
  const features = convs[convs.length - 1].outChannels;
  return {
    parameters: convolutionalParameters(convs, features, task.classes, spec),
    statistics: convolutionalStatistics(convs, spec.norm),
    forward(context, images) {
      let x = images as Images;
      for (const conv of convs) {
        x = convUnit(context, conv, x, true, spec);
        if (spec.tap === 'post') context.tap(conv.name, x);
      }
      return poolAndClassify(context, x);
    },
  };
}
