/** Descriptions of convolutional networks: layers, taps, parameters and operations. */
import type { ImageShape } from '../shapes/describeTask.ts';
import { type NetworkDescription, product, tap } from '../shapes/description.ts';
import type { ConvNetSpec, ConvNextSpec, ResNetSpec } from '../schema/networkSchema.ts';

/** One convolution, padded by (kernel − 1)/2 on every side. */
export interface ConvLayer {
  name: string;
  label: string;
  kernel: number;
  stride: number;
  inChannels: number;
  outChannels: number;
  /** Output height and width: ⌈size/stride⌉. */
  height: number;
  width: number;
}

interface Size {
  height: number;
  width: number;
}

const conv = (name: string, label: string, kernel: number, stride: number, inChannels: number, outChannels: number, { height, width }: Size): ConvLayer => ({
  name,
  label,
  kernel,
  stride,
  inChannels,
  outChannels,
  height: Math.ceil(height / stride),
  width: Math.ceil(width / stride),
});

export interface ResNetBlock {
  /** On the main path, in order of execution. */
  convs: ConvLayer[];
  /** 1×1 convolution on the skip, where the shape changes. */
  proj?: ConvLayer;
}

/** Channels behind a bottleneck block in relation to those inside it. */
export const BOTTLENECK_EXPANSION = 4;

/**
 * The convolutions of a ResNet as in torchvision: a stem, stages of blocks at strides 1, 2, 2, …, channels doubling.
 * The stride is in the first convolution of a basic block and in the 3×3 one of a bottleneck block.
 */
export function resnetPlan(spec: ResNetSpec, task: ImageShape): { stem: ConvLayer; blocks: ResNetBlock[]; features: number } {
  const bottleneck = spec.block === 'bottleneck';
  const image: Size = { height: task.input[0], width: task.input[1] };
  const large = spec.stem === 'large';
  const stem = conv('stem', 'stem', large ? 7 : 3, large ? 2 : 1, task.input[2], spec.width, image);
  // The max pool behind a large stem.
  let size: Size = large ? { height: Math.ceil(stem.height / 2), width: Math.ceil(stem.width / 2) } : stem;
  let channels = spec.width;
  const blocks: ResNetBlock[] = [];
  spec.stages.forEach((count, stage) => {
    for (let i = 0; i < count; i++) {
      const [name, label] = [`block${blocks.length + 1}`, `block ${blocks.length + 1}`];
      const inside = spec.width * 2 ** stage;
      const out = bottleneck ? BOTTLENECK_EXPANSION * inside : inside;
      const stride = stage > 0 && i === 0 ? 2 : 1;
      const entry = size;
      const kernels = bottleneck ? [1, 3, 1] : [3, 3];
      const strided = bottleneck ? 1 : 0;
      const convs: ConvLayer[] = [];
      kernels.forEach((kernel, k) => {
        const [from, to] = [convs.at(-1)?.outChannels ?? channels, k === kernels.length - 1 ? out : inside];
        convs.push(conv(`${name}.conv${k + 1}`, `${label}, conv ${k + 1}`, kernel, k === strided ? stride : 1, from, to, convs.at(-1) ?? entry));
      });
      const changes = spec.skips !== false && (stride !== 1 || channels !== out);
      blocks.push(changes ? { convs, proj: conv(`${name}.proj`, `${label}, skip`, 1, stride, channels, out, entry) } : { convs });
      size = convs[convs.length - 1];
      channels = out;
    }
  });
  return { stem, blocks, features: channels };
}

/** All convolutions of a ResNet in order of execution. */
export const resnetConvs = ({ stem, blocks }: ReturnType<typeof resnetPlan>): ConvLayer[] => [
  stem,
  ...blocks.flatMap(({ convs, proj }) => (proj ? [...convs, proj] : convs)),
];

/** The convolutions of a plain ConvNet: stages of 3×3 ones; the first of each stage but the first has stride 2. */
export function convnetPlan(spec: ConvNetSpec, task: ImageShape): ConvLayer[] {
  const convs: ConvLayer[] = [];
  let size: Size = { height: task.input[0], width: task.input[1] };
  let channels = task.input[2];
  spec.stages.forEach((count, stage) => {
    for (let i = 0; i < count; i++) {
      const n = convs.length + 1;
      const next = conv(`conv${n}`, `conv ${n}`, 3, i > 0 ? 1 : stage > 0 ? 2 : spec.stride, channels, spec.width * 2 ** stage, size);
      convs.push(next);
      [size, channels] = [next, next.outChannels];
    }
  });
  return convs;
}

const weights = (c: ConvLayer): number => c.kernel ** 2 * c.inChannels * c.outChannels;
const sumOver = (convs: readonly ConvLayer[], f: (c: ConvLayer) => number): number => convs.reduce((a, c) => a + f(c), 0);

/** A network of convolutions with an average pool and a linear head behind them. */
function describePooled(title: string, convs: readonly ConvLayer[], task: ImageShape, norm: 'batch' | 'none'): NetworkDescription {
  const features = convs[convs.length - 1].outChannels;
  return {
    title,
    taps: [...convs.map((c) => tap(c.name, c.label, [c.height, c.width, c.outChannels])), tap('pool', 'average pool', [features])],
    // γ and β of batch norm, or the bias of the convolution.
    parameters: sumOver(convs, (c) => weights(c) + (norm === 'batch' ? 2 : 1) * c.outChannels) + features * task.classes + task.classes,
    flops: 2 * (sumOver(convs, (c) => weights(c) * c.height * c.width) + features * task.classes),
    // Values kept of every convolution: its output, and the same after normalisation and ReLU.
    activations: product(task.input) + sumOver(convs, (c) => 2 * c.height * c.width * c.outChannels),
    layers: convs.length + 1,
  };
}

export function describeResNet(spec: ResNetSpec, task: ImageShape): NetworkDescription {
  const plan = resnetPlan(spec, task);
  const onMainPath = plan.blocks.reduce((n, { convs }) => n + convs.length, 0);
  return describePooled(`ResNet-${1 + onMainPath + 1}${spec.skips === false ? ' without skips' : ''}`, resnetConvs(plan), task, 'batch');
}

export function describeConvNet(spec: ConvNetSpec, task: ImageShape): NetworkDescription {
  const convs = convnetPlan(spec, task);
  return describePooled(`ConvNet-${convs.length + 1}`, convs, task, spec.norm);
}

/** A stage of a ConvNeXt: the strided convolution before it (kernel and stride alike, no padding), and its blocks. */
export interface ConvNextStage {
  /** `stem` or `down2`, `down3`, … */
  entry: { name: string; label: string; kernel: number; inChannels: number };
  blocks: { name: string; label: string }[];
  channels: number;
  height: number;
  width: number;
}

/** Units in the MLP of a ConvNeXt block in relation to its channels. */
export const CONVNEXT_EXPANSION = 4;

/** The stages of a ConvNeXt: a stem that cuts patches, then at every stage half the resolution and twice the channels. */
export function convnextPlan(spec: ConvNextSpec, task: ImageShape): ConvNextStage[] {
  let [height, width, inChannels] = task.input;
  let blocks = 0;
  return spec.stages.map((count, i) => {
    const kernel = i === 0 ? spec.patch : 2;
    [height, width] = [Math.floor(height / kernel), Math.floor(width / kernel)];
    const stage: ConvNextStage = {
      entry: { name: i === 0 ? 'stem' : `down${i + 1}`, label: i === 0 ? 'stem' : `down to stage ${i + 1}`, kernel, inChannels },
      blocks: Array.from({ length: count }, (_, k) => ({ name: `block${blocks + k + 1}`, label: `block ${blocks + k + 1}` })),
      channels: spec.width * 2 ** i,
      height,
      width,
    };
    blocks += count;
    inChannels = stage.channels;
    return stage;
  });
}

/**
 * Taps of every block: the depth-wise convolution, the MLP before it is added to the residual stream, and the stream after
 * the block. Named mappings leave the streams out, because a stream is not the output of one layer.
 */
export function describeConvNext(spec: ConvNextSpec, task: ImageShape): NetworkDescription {
  const stages = convnextPlan(spec, task);
  const features = stages[stages.length - 1].channels;
  let parameters = 2 * features + features * task.classes + task.classes;
  let multiplyAdds = features * task.classes;
  let activations = product(task.input);
  const taps = stages.flatMap(({ entry, blocks, channels, height, width }, i) => {
    const pixels = height * width;
    const shape = [height, width, channels];
    const entryWeights = entry.kernel ** 2 * entry.inChannels * channels;
    const mlp = 2 * CONVNEXT_EXPANSION * channels ** 2;
    const depthwise = spec.kernel ** 2 * channels;
    // Layer norm: behind the stem, before the later ones.
    parameters += entryWeights + channels + 2 * (i === 0 ? channels : entry.inChannels);
    parameters += blocks.length * (depthwise + channels + 2 * channels + mlp + CONVNEXT_EXPANSION * channels + channels);
    multiplyAdds += pixels * (entryWeights + blocks.length * (depthwise + mlp));
    activations += pixels * channels * (2 + blocks.length * (4 + 2 * CONVNEXT_EXPANSION));
    return [
      { ...tap(entry.name, entry.label, shape), primary: true },
      ...blocks.flatMap(({ name, label }) => [
        { ...tap(`${name}.depthwise`, `${label}, depth-wise`, shape), primary: true },
        { ...tap(`${name}.mlp`, `${label}, MLP`, shape), primary: true },
        tap(`${name}.output`, `${label}, stream`, shape),
      ]),
    ];
  });
  const count = stages.reduce((n, { blocks }) => n + blocks.length, 0);
  return {
    title: `${count}×${spec.width} ConvNeXt`,
    taps: [...taps, { ...tap('pool', 'average pool', [features]), primary: true }],
    parameters,
    flops: 2 * multiplyAdds,
    activations,
    layers: stages.length + 3 * count + 1,
  };
}
