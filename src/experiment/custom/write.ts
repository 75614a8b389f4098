/** Networks of the other families, written out as text: a place to start from. */
import type { TaskShape } from '../describeTask.ts';
import type { CustomSpec, FcnSpec, NetworkSpec, ResNetSpec, RnnSpec, TransformerSpec } from '../networkSchema.ts';
import { describeNetwork } from '../describe.ts';

const indent = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);
const repeat = (times: number, lines: readonly string[]): string[] =>
  (times === 1 ? [...lines] : times < 1 ? [] : [`repeat ${times}`, ...indent(lines)]);
const residual = (lines: readonly string[], skip: readonly string[] = []): string[] =>
  ['residual', ...indent(lines), ...(skip.length > 0 ? indent(['skip', ...indent(skip)]) : [])];

const fcn = ({ depth, width, norm, dropout }: FcnSpec): string[] => [
  'flatten',
  ...repeat(depth, [
    `dense ${width}`, ...(norm === 'batch' ? ['batchnorm'] : []), 'relu', ...(dropout > 0 ? [`dropout ${dropout}`] : []),
  ]),
];

function resnet({ stages, width }: ResNetSpec): string[] {
  const block = (channels: number, stride: number, project: boolean): string[] => [
    ...residual(
      [`conv ${channels}${stride > 1 ? ` stride=${stride}` : ''}`, 'batchnorm', 'relu', `conv ${channels}`, 'batchnorm'],
      project ? [`conv ${channels} 1x1${stride > 1 ? ` stride=${stride}` : ''}`, 'batchnorm'] : [],
    ),
    'relu',
  ];
  return [
    `conv ${width}`, 'batchnorm', 'relu',
    ...stages.flatMap((blocks, stage) => {
      const channels = width * 2 ** stage;
      return stage === 0
        ? repeat(blocks, block(channels, 1, false))
        : [...block(channels, 2, true), ...repeat(blocks - 1, block(channels, 1, false))];
    }),
    'averagepool',
  ];
}

const rnn = ({ cell, layers, width }: RnnSpec): string[] => [
  `embed ${width}`,
  ...repeat(layers, [cell === 'tanh' || cell === 'relu' ? `rnn ${width} ${cell}` : `${cell} ${width}`]),
];

function transformer(spec: TransformerSpec, task: TaskShape): string[] {
  const pre = spec.norm === 'pre';
  const part = (lines: readonly string[]): string[] =>
    (pre ? residual(['layernorm', ...lines]) : [...residual(lines), 'layernorm']);
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
function linesOf(spec: Exclude<NetworkSpec, CustomSpec>, task: TaskShape): string[] | null {
  switch (spec.family) {
    case 'fcn': return fcn(spec);
    case 'resnet': return resnet(spec);
    case 'rnn': return spec.chained ? null : rnn(spec);
    case 'transformer': return transformer(spec, task);
  }
}

/** The same network as text (its initial weights are other draws), or null where the text form has no words for it. */
export function textOf(spec: NetworkSpec, task: TaskShape): string | null {
  if (spec.family === 'custom') return spec.text;
  const lines = linesOf(spec, task);
  return lines && `${[`# ${describeNetwork(spec, task).title}`, ...lines].join('\n')}\n`;
}
