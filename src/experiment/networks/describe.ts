/**
 * What a network looks like before it exists: taps, shapes, parameters and arithmetic. Read by the page (the
 * picture, the estimates) and by the lab (names and shapes of taps must agree with what it builds; a test checks).
 */
import { describeCustom } from '../custom/describe.ts';
import { describeConvNet, describeConvNext, describeResNet } from './describeConvolutional.ts';
import { describeRnn, describeTransformer, describeVit } from './describeSequence.ts';
import type { ImageShape, SequenceShape, TaskShape } from '../shapes/describeTask.ts';
import { type NetworkDescription, product, tap, type TapDescription } from '../shapes/description.ts';
import type { FcnSpec, NetworkSpec } from '../schema/networkSchema.ts';

export * from './describeConvolutional.ts';
export { patchSizes, vitTokens } from './describeSequence.ts';
export * from '../shapes/describeTask.ts';
export type { NetworkDescription, TapDescription } from '../shapes/description.ts';

function describeFcn(spec: FcnSpec, task: ImageShape): NetworkDescription {
  const input = product(task.input);
  const taps: TapDescription[] = [];
  let parameters = 0;
  let multiplyAdds = 0;
  for (let i = 0, fanIn = input; i < spec.depth; i++, fanIn = spec.width) {
    taps.push(tap(`linear${i + 1}`, `linear ${i + 1}`, [spec.width]));
    parameters += fanIn * spec.width + spec.width + (spec.norm === 'none' ? 0 : 2 * spec.width);
    multiplyAdds += fanIn * spec.width;
  }
  // Values kept per layer: the linear output, the normalised one unless it is fused with the ReLU, and the activation.
  const kept = spec.norm === 'none' || (spec.norm === 'batch' && (spec.activation ?? 'relu') === 'relu') ? 2 : 3;
  parameters += spec.width * task.classes + task.classes;
  multiplyAdds += spec.width * task.classes;
  return {
    title: `${spec.depth}×${spec.width} FCN`,
    taps,
    parameters,
    flops: 2 * multiplyAdds,
    activations: input + kept * spec.depth * spec.width + task.classes,
    layers: spec.depth + 1,
  };
}

/** Whether a network reads what a task gives: images or tokens. Networks of one's own can be written for either. */
export const familyFits = (family: NetworkSpec['family'], task: TaskShape): boolean =>
  family === 'custom' || (family === 'rnn' || family === 'transformer') === (task.tokens !== undefined);

/**
 * Describe a network on a task without building it. If the network does not fit the task, it is described on a blank task
 * that it does fit, so that a half-edited experiment can still be drawn; the checks report what is wrong.
 */
export function describeNetwork(spec: NetworkSpec, task: TaskShape): NetworkDescription {
  switch (spec.family) {
    case 'fcn':
      return describeFcn(spec, asImages(task));
    case 'resnet':
      return describeResNet(spec, asImages(task));
    case 'convnet':
      return describeConvNet(spec, asImages(task));
    case 'convnext':
      return describeConvNext(spec, asImages(task));
    case 'vit':
      return describeVit(spec, asImages(task));
    case 'rnn':
      return describeRnn(spec, asSequence(task));
    case 'transformer':
      return describeTransformer(spec, asSequence(task));
    case 'custom':
      return describeCustom(spec, task);
  }
}

const asImages = (task: TaskShape): ImageShape => (task.tokens ? { ...task, tokens: undefined, input: [1, 1, 1] } : task);
const asSequence = (task: TaskShape): SequenceShape => (task.tokens ? task : { ...task, input: [1], tokens: { vocabulary: 1, padded: false, outputs: 1 } });
