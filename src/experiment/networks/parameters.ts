/**
 * The trainable parameters of a network by name and shape, without building it: what can be copied from one network to another
 * is seen from these. A test holds the lab's networks to them.
 */
import { planNetwork } from '../custom/plan.ts';
import { flatLayers } from '../custom/planned.ts';
import type { NetworkSpec, TransformerSpec } from '../schema/networkSchema.ts';
import type { ImageShape, SequenceShape, TaskShape } from '../shapes/describeTask.ts';
import { product } from '../shapes/description.ts';
import { CONVNEXT_EXPANSION, type ConvLayer, convnetPlan, convnextPlan, resnetConvs, resnetPlan } from './describeConvolutional.ts';
import { RNN_GATES, vitTokens } from './describeSequence.ts';

export interface ParameterShape {
  name: string;
  /** Of one member: `[inputs, outputs]`, `[k, k, inputs, outputs]`, `[units]`. */
  shape: number[];
}

const parameter = (name: string, ...shape: number[]): ParameterShape => ({ name, shape });
const norm = (name: string, features: number): ParameterShape[] => [parameter(`${name}.gamma`, features), parameter(`${name}.beta`, features)];
const linear = (name: string, inputs: number, outputs: number): ParameterShape[] => [
  parameter(`${name}.weight`, inputs, outputs),
  parameter(`${name}.bias`, outputs),
];
const range = (count: number, prefix: string): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`);

const convolutions = (convs: readonly ConvLayer[], normalised: boolean): ParameterShape[] =>
  convs.flatMap(({ name, kernel, inChannels, outChannels }) => [
    parameter(`${name}.weight`, kernel, kernel, inChannels, outChannels),
    ...(normalised ? norm(`${name}.norm`, outChannels) : [parameter(`${name}.bias`, outChannels)]),
  ]);

const blocks = ({ layers, width, ffn }: Pick<TransformerSpec, 'layers' | 'width' | 'ffn'>): ParameterShape[] =>
  range(layers, 'block').flatMap((block) => [
    ...norm(`${block}.norm1`, width),
    parameter(`${block}.qkv`, width, 3 * width),
    ...linear(`${block}.out`, width, width),
    ...norm(`${block}.norm2`, width),
    ...linear(`${block}.up`, width, ffn),
    ...linear(`${block}.down`, ffn, width),
  ]);

/** All but the head, and the number of the head's inputs; null where the network cannot read the task. */
function bodyOf(spec: Exclude<NetworkSpec, { family: 'custom' }>, task: TaskShape): [ParameterShape[], features: number] | null {
  if (spec.family === 'rnn' || spec.family === 'transformer') return task.tokens ? ofTokens(spec, task) : null;
  return task.tokens ? null : ofImages(spec, task);
}

function ofTokens(spec: Extract<NetworkSpec, { family: 'rnn' | 'transformer' }>, { input: [length], tokens }: SequenceShape): [ParameterShape[], number] {
  const { width } = spec;
  const embedding = parameter('embedding', tokens.vocabulary, width);
  if (spec.family === 'transformer') {
    const positions = spec.positions === 'learned' ? [parameter('positions', length, width)] : [];
    return [[embedding, ...positions, ...blocks(spec), ...(spec.norm === 'pre' ? norm('norm', width) : [])], width];
  }
  const columns = RNN_GATES[spec.cell] * width;
  const layers = range(spec.layers, 'layer').flatMap((layer) => [
    parameter(`${layer}.input`, width, columns),
    parameter(`${layer}.hidden`, width, columns),
    parameter(`${layer}.inputBias`, columns),
    parameter(`${layer}.hiddenBias`, columns),
  ]);
  return [[embedding, ...layers], width];
}

function ofImages(spec: Exclude<NetworkSpec, { family: 'custom' | 'rnn' | 'transformer' }>, task: ImageShape): [ParameterShape[], number] {
  const { width } = spec;
  switch (spec.family) {
    case 'fcn': {
      const layers = range(spec.depth, '').flatMap((i) => [
        ...linear(`linear${i}`, i === '1' ? product(task.input) : width, width),
        ...(spec.norm === 'none' ? [] : norm(`norm${i}`, width)),
      ]);
      return [layers, width];
    }
    case 'resnet': {
      const plan = resnetPlan(spec, task);
      return [convolutions(resnetConvs(plan), true), plan.features];
    }
    case 'convnet': {
      const convs = convnetPlan(spec, task);
      return [convolutions(convs, spec.norm === 'batch'), convs[convs.length - 1].outChannels];
    }
    case 'convnext': {
      const stages = convnextPlan(spec, task);
      const { channels: features } = stages[stages.length - 1];
      const body = stages.flatMap(({ entry, blocks: inside, channels }, i) => [
        parameter(`${entry.name}.weight`, entry.kernel, entry.kernel, entry.inChannels, channels),
        parameter(`${entry.name}.bias`, channels),
        ...norm(`${entry.name}.norm`, i === 0 ? channels : entry.inChannels),
        ...inside.flatMap(({ name }) => [
          parameter(`${name}.depthwise.weight`, spec.kernel, spec.kernel, channels),
          parameter(`${name}.depthwise.bias`, channels),
          ...norm(`${name}.norm`, channels),
          ...linear(`${name}.up`, channels, CONVNEXT_EXPANSION * channels),
          ...linear(`${name}.down`, CONVNEXT_EXPANSION * channels, channels),
        ]),
      ]);
      return [[...body, ...norm('norm', features)], features];
    }
    case 'vit': {
      const token = spec.pooling === 'class' ? [parameter('class', width)] : [];
      const patches = [parameter('patches.weight', spec.patch, spec.patch, task.input[2], width), parameter('patches.bias', width)];
      return [[...patches, ...token, parameter('positions', vitTokens(spec, task), width), ...blocks(spec), ...norm('norm', width)], width];
    }
  }
}

/** In the lab's order; none where the network cannot read the task. */
export function parametersOf(spec: NetworkSpec, task: TaskShape): ParameterShape[] {
  if (spec.family === 'custom') {
    const plan = planNetwork(spec, task);
    return [...flatLayers(plan.layers).flatMap(({ parameters }) => parameters), ...plan.head].map(({ name, shape }) => ({ name, shape }));
  }
  const body = bodyOf(spec, task);
  return body ? [...body[0], ...linear('head', body[1], task.classes)] : [];
}
