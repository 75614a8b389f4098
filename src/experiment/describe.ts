/**
 * What a network looks like before it exists: taps, shapes, parameters and arithmetic. Read by the page (the
 * picture, the estimates) and by the lab (names and shapes of taps must agree with what it builds; a test checks).
 */
import { describeCustom } from './custom/describe.ts';
import { describeRnn, describeTransformer } from './describeSequence.ts';
import type { ImageShape, SequenceShape, TaskShape } from './describeTask.ts';
import type { FcnSpec, NetworkSpec, ResNetSpec } from './networkSchema.ts';

export * from './describeTask.ts';

/** A place whose activations can be read. */
export interface TapDescription {
  /** Stable name used in mappings, e.g. `block2.conv1`. */
  name: string;
  /** Short words for people, e.g. "block 2, conv 1". */
  label: string;
  /** Activation shape of one example. */
  shape: number[];
  /** Product of `shape`. */
  features: number;
  /** Named mappings (even, last, …) use these taps where a network has any, and all taps otherwise. */
  primary?: boolean;
}

export interface NetworkDescription {
  /** e.g. "3×384 FCN" */
  title: string;
  taps: TapDescription[];
  /** Trainable parameters. */
  parameters: number;
  /** Floating-point operations (2 per multiply-add) of one forward pass of one example. */
  flops: number;
  /** Float32 activations kept per example for the backward pass. */
  activations: number;
  /** All weighted layers including the head, for the picture. */
  layers: number;
}

const product = (xs: readonly number[]) => xs.reduce((a, b) => a * b, 1);
const tap = (name: string, label: string, shape: number[]): TapDescription => ({ name, label, shape, features: product(shape) });

function describeFcn(spec: FcnSpec, task: ImageShape): NetworkDescription {
  const input = product(task.input);
  const taps: TapDescription[] = [];
  let parameters = 0;
  let multiplyAdds = 0;
  for (let i = 0, fanIn = input; i < spec.depth; i++, fanIn = spec.width) {
    taps.push(tap(`linear${i + 1}`, `linear ${i + 1}`, [spec.width]));
    parameters += fanIn * spec.width + spec.width + (spec.norm === 'batch' ? 2 * spec.width : 0);
    multiplyAdds += fanIn * spec.width;
  }
  parameters += spec.width * task.classes + task.classes;
  multiplyAdds += spec.width * task.classes;
  return {
    title: `${spec.depth}×${spec.width} FCN`,
    taps, parameters, flops: 2 * multiplyAdds,
    activations: input + 2 * spec.depth * spec.width + task.classes,
    layers: spec.depth + 1,
  };
}

/** One convolution of a residual network, in execution order. */
export interface ResNetConv {
  name: string;
  label: string;
  kernel: number;
  stride: number;
  inChannels: number;
  outChannels: number;
  /** Output height and width. */
  height: number;
  width: number;
}

export interface ResNetBlock {
  conv1: ResNetConv;
  conv2: ResNetConv;
  /** 1×1 convolution on the skip, where the shape changes. */
  proj?: ResNetConv;
}

/** The convolutions of a basic-block ResNet: 3×3 stem, stages of blocks at strides 1, 2, 2, …, channels doubling. */
export function resnetPlan(spec: ResNetSpec, task: ImageShape): { stem: ResNetConv; blocks: ResNetBlock[]; features: number } {
  let [height, width, channels] = task.input;
  const conv = (name: string, label: string, kernel: number, stride: number, inChannels: number, outChannels: number, h: number, w: number): ResNetConv => ({
    name, label, kernel, stride, inChannels, outChannels,
    // Symmetric padding of (kernel − 1)/2 makes the output ⌈size/stride⌉.
    height: Math.ceil(h / stride), width: Math.ceil(w / stride),
  });
  const stem = conv('stem', 'stem', 3, 1, channels, spec.width, height, width);
  channels = spec.width;
  const blocks: ResNetBlock[] = [];
  spec.stages.forEach((count, stage) => {
    for (let i = 0; i < count; i++) {
      const n = blocks.length + 1;
      const out = spec.width * 2 ** stage;
      const stride = stage > 0 && i === 0 ? 2 : 1;
      const conv1 = conv(`block${n}.conv1`, `block ${n}, conv 1`, 3, stride, channels, out, height, width);
      const conv2 = conv(`block${n}.conv2`, `block ${n}, conv 2`, 3, 1, out, out, conv1.height, conv1.width);
      const proj = stride !== 1 || channels !== out
        ? conv(`block${n}.proj`, `block ${n}, skip`, 1, stride, channels, out, height, width)
        : undefined;
      blocks.push(proj ? { conv1, conv2, proj } : { conv1, conv2 });
      ({ height, width } = conv1);
      channels = out;
    }
  });
  return { stem, blocks, features: channels };
}

function describeResNet(spec: ResNetSpec, task: ImageShape): NetworkDescription {
  const plan = resnetPlan(spec, task);
  const convs = [plan.stem, ...plan.blocks.flatMap((b) => (b.proj ? [b.conv1, b.conv2, b.proj] : [b.conv1, b.conv2]))];
  const weights = (c: ResNetConv) => c.kernel ** 2 * c.inChannels * c.outChannels;
  const size = (c: ResNetConv) => c.height * c.width * c.outChannels;
  const head = plan.features * task.classes + task.classes;
  const sum = (f: (c: ResNetConv) => number) => convs.reduce((a, c) => a + f(c), 0);
  return {
    title: `ResNet-${1 + 2 * plan.blocks.length + 1}`,
    taps: [
      ...convs.map((c) => tap(c.name, c.label, [c.height, c.width, c.outChannels])),
      tap('pool', 'average pool', [plan.features]),
    ],
    parameters: sum((c) => weights(c) + 2 * c.outChannels) + head,
    flops: 2 * (sum((c) => weights(c) * c.height * c.width) + plan.features * task.classes),
    // Of every convolution its output, and that normalised.
    activations: product(task.input) + sum((c) => 2 * size(c)),
    layers: convs.length + 1,
  };
}

/** Whether a network reads what a task gives: images or tokens. Networks of one's own can be written for either. */
export const familyFits = (family: NetworkSpec['family'], task: TaskShape): boolean =>
  family === 'custom' || (family === 'rnn' || family === 'transformer') === (task.tokens !== undefined);

/**
 * Describe a network on a task without building it. A network that does not fit its task is described on a blank
 * task of its own kind: an experiment in the middle of an edit can still be drawn, and its checks say what is wrong.
 */
export function describeNetwork(spec: NetworkSpec, task: TaskShape): NetworkDescription {
  switch (spec.family) {
    case 'fcn': return describeFcn(spec, asImages(task));
    case 'resnet': return describeResNet(spec, asImages(task));
    case 'rnn': return describeRnn(spec, asSequence(task));
    case 'transformer': return describeTransformer(spec, asSequence(task));
    case 'custom': return describeCustom(spec, task);
  }
}

const asImages = (task: TaskShape): ImageShape => (task.tokens ? { ...task, tokens: undefined, input: [1, 1, 1] } : task);
const asSequence = (task: TaskShape): SequenceShape =>
  (task.tokens ? task : { ...task, input: [1], tokens: { vocabulary: 1, padded: false, outputs: 1 } });
