/** Writes a network of another family in text form, as a starting point for one's own. */
import type { TaskShape } from '../shapes/describeTask.ts';
import type { ConvNetSpec, CustomSpec, FcnSpec, NetworkSpec, ResNetSpec, RnnSpec, TransformerSpec } from '../schema/networkSchema.ts';
import { BOTTLENECK_EXPANSION, describeNetwork } from './describe.ts';

const indent = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);
const repeat = (times: number, lines: readonly string[]): string[] => (times === 1 ? [...lines] : times < 1 ? [] : [`repeat ${times}`, ...indent(lines)]);
const residual = (lines: readonly string[], skip: readonly string[] = []): string[] => [
  'residual',
  ...indent(lines),
  ...(skip.length > 0 ? indent(['skip', ...indent(skip)]) : []),
];

/** What a network is written with besides its own layers, each of which then keeps its name. */
export interface Additions {
  /** A skip around every layer that gives what it takes: of those families that have none. */
  residual?: boolean;
  /** Behind every layer of a recurrent network. */
  norm?: 'layernorm';
}

const NORMS = { batch: ['batchnorm'], layer: ['layernorm'], none: [] };

function fcn({ depth, width, norm, activation = 'relu', dropout, tap }: FcnSpec, more?: Additions): string[] {
  const behind = [...NORMS[norm], activation];
  const rest = dropout > 0 ? [`dropout ${dropout}`] : [];
  if (!more) return ['flatten', ...repeat(depth, [`dense ${width}`, ...behind, ...rest])];
  const named = (i: number) => [`dense ${width}`, ...(tap === 'pre' ? [`tap linear${i + 1}`, ...behind] : [...behind, `tap linear${i + 1}`]), ...rest];
  return ['flatten', ...Array.from({ length: depth }, (_, i) => (more.residual && i > 0 ? residual(named(i)) : named(i))).flat()];
}

const strided = (stride: number): string => (stride > 1 ? ` stride=${stride}` : '');

function resnet({ stages, width, block: kind }: ResNetSpec): string[] {
  const conv = (channels: number, kernel: number, stride: number): string => `conv ${channels}${kernel === 3 ? '' : ` ${kernel}x${kernel}`}${strided(stride)}`;
  const block = (inside: number, stride: number, project: boolean): string[] => {
    const out = kind === 'bottleneck' ? BOTTLENECK_EXPANSION * inside : inside;
    const convs = kind === 'bottleneck' ? [conv(inside, 1, 1), conv(inside, 3, stride), conv(out, 1, 1)] : [conv(inside, 3, stride), conv(out, 3, 1)];
    return [
      ...residual(
        convs.flatMap((line, i) => [line, 'batchnorm', ...(i < convs.length - 1 ? ['relu'] : [])]),
        project ? [conv(out, 1, stride), 'batchnorm'] : [],
      ),
      'relu',
    ];
  };
  return [
    conv(width, 3, 1),
    'batchnorm',
    'relu',
    ...stages.flatMap((blocks, stage) => {
      const channels = width * 2 ** stage;
      const project = stage > 0 || kind === 'bottleneck';
      return project
        ? [...block(channels, stage > 0 ? 2 : 1, true), ...repeat(blocks - 1, block(channels, 1, false))]
        : repeat(blocks, block(channels, 1, false));
    }),
    'averagepool',
  ];
}

const convnet = ({ stages, width, stride, norm }: ConvNetSpec): string[] => [
  ...stages.flatMap((count, stage) => {
    const unit = (by: number) => [`conv ${width * 2 ** stage}${strided(by)}`, ...NORMS[norm], 'relu'];
    const first = stage > 0 ? 2 : stride;
    return first === 1 ? repeat(count, unit(1)) : [...unit(first), ...repeat(count - 1, unit(1))];
  }),
  'averagepool',
];

function rnn({ cell, layers, width }: RnnSpec, more?: Additions): string[] {
  const layer = cell === 'tanh' || cell === 'relu' ? `rnn ${width} ${cell}` : `${cell} ${width}`;
  if (!more) return [`embed ${width}`, ...repeat(layers, [layer])];
  const named = (i: number) => [layer, `tap layer${i + 1}`, ...(more.norm ? [more.norm] : [])];
  return [`embed ${width}`, ...Array.from({ length: layers }, (_, i) => (more.residual ? residual(named(i)) : named(i))).flat()];
}

function transformer(spec: TransformerSpec, task: TaskShape): string[] {
  const pre = spec.norm === 'pre';
  const part = (lines: readonly string[]): string[] => (pre ? residual(['layernorm', ...lines]) : [...residual(lines), 'layernorm']);
  return [
    `embed ${spec.width}`,
    `positions ${spec.positions}`,
    ...repeat(spec.layers, [
      ...part([`attention heads=${spec.heads}${spec.causal ? ' causal' : ''}`, 'tap attention']),
      ...part([`dense ${spec.ffn}`, spec.activation, `dense ${spec.width}`]),
    ]),
    ...(pre ? ['layernorm'] : []),
    ...(spec.pooling === 'mean' && task.tokens?.outputs === 1 ? ['averagepool'] : []),
  ];
}

/** A network as lines of text, or null where the text form has no words for it. */
function linesOf(spec: Exclude<NetworkSpec, CustomSpec>, task: TaskShape, more?: Additions): string[] | null {
  switch (spec.family) {
    case 'fcn':
      return fcn(spec, more);
    case 'resnet':
      return resnet(spec);
    case 'convnet':
      return convnet(spec);
    // The text form has neither depth-wise convolutions nor class tokens.
    case 'convnext':
    case 'vit':
      return null;
    case 'rnn':
      return spec.chained ? null : rnn(spec, more);
    case 'transformer':
      return transformer(spec, task);
  }
}

/** The same network as text (its initial weights are other draws), or null where the text form has no words for it. */
export function textOf(spec: NetworkSpec, task: TaskShape, more?: Additions): string | null {
  if (spec.family === 'custom') return spec.text;
  const lines = linesOf(spec, task, more);
  return lines && `${[`# ${describeNetwork(spec, task).title}`, ...lines].join('\n')}\n`;
}
