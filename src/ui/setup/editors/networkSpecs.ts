/** The settings of every family of networks, as data. */
import { patchSizes, type TaskShape } from '@/experiment/networks/describe.ts';
import { INITS, type InitName, type NetworkSpec } from '@/experiment/schema/schema.ts';
import type { FieldSpec } from '../fields/Fields.tsx';
import { choice, number, share } from '../fields/specs.ts';

export const FAMILY_NAMES: Record<NetworkSpec['family'], string> = {
  fcn: 'Fully connected',
  resnet: 'ResNet',
  convnet: 'Plain ConvNet',
  convnext: 'ConvNeXt',
  vit: 'ViT',
  rnn: 'Recurrent',
  transformer: 'Transformer',
  custom: 'Your own',
};

const INIT_NAMES: Record<InitName, string> = {
  default: 'Default',
  he: 'He',
  xavier: 'Xavier',
  orthogonal: 'Orthogonal',
  good: 'Good',
  identity: 'Identity',
  mimetic: 'Mimetic',
};

/** The initialisations that a family has. */
export const initChoices = (family: NetworkSpec['family']): { key: InitName; label: string }[] =>
  INITS[family].map((init) => ({ key: init, label: INIT_NAMES[init] }));

const init = (family: NetworkSpec['family'], hint: string): FieldSpec => ({
  kind: 'choice',
  path: 'init',
  label: 'Initial weights',
  hint,
  list: true,
  choices: initChoices(family),
});
const yesOrNo = (path: string, label: string, hint: string, yes = 'Yes', no = 'No'): FieldSpec => ({
  kind: 'choice',
  path,
  label,
  hint,
  choices: [
    { key: 'true', label: yes, value: true },
    { key: 'false', label: no, value: false },
  ],
});

const SCALES = 'Default: ±1/√inputs. He and Xavier keep the scale, orthogonal and identity also the directions. Mimetic: the first layer has a mean.';
const OF_BLOCKS = 'Mimetic: first layers of MLPs have a mean, and attention starts near the identity, as in trained networks.';
const TAP: FieldSpec = choice('tap', 'Read activations', 'Before or after normalisation and nonlinearity.', {
  pre: 'Before',
  post: 'After',
});

const NORMS = { batch: 'Batch', layer: 'Layer', none: 'None' } as const;
const norm = (hint: string, kinds: readonly (keyof typeof NORMS)[]): FieldSpec => ({
  kind: 'choice',
  path: 'norm',
  label: 'Normalisation',
  hint,
  choices: kinds.map((key) => ({ key, label: NORMS[key] })),
});
const CHANNELS: FieldSpec = number('width', 'Channels', 'Of the first stage; each later stage doubles them.');

const FCN: FieldSpec[] = [
  number('depth', 'Depth', 'Hidden layers.'),
  number('width', 'Width', 'Units per hidden layer.', 16),
  norm('Without it, aligned layers can become unreadable for the head.', ['batch', 'layer', 'none']),
  choice('activation', 'Activation', 'The nonlinearity behind every hidden layer.', { relu: 'ReLU', gelu: 'GELU', tanh: 'Tanh' }, { absent: 'relu' }),
  share('dropout', 'Dropout', 'Share of units silenced at random in training.', 0.05),
  init('fcn', SCALES),
  TAP,
];
const RESNET: FieldSpec[] = [
  choice(
    'block',
    'Blocks',
    'Two 3×3 convolutions, or a narrow one between two of 1×1, as in ResNet-50.',
    { basic: 'Basic', bottleneck: 'Bottleneck' },
    { absent: 'basic' },
  ),
  CHANNELS,
  init('resnet', SCALES),
  TAP,
];
const CONVNET: FieldSpec[] = [
  CHANNELS,
  {
    kind: 'choice',
    path: 'stride',
    label: 'First stride',
    hint: 'With 2 all layers see half the resolution, at a quarter of the cost.',
    choices: [
      { key: '1', label: '1', value: 1 },
      { key: '2', label: '2', value: 2 },
    ],
  },
  norm('Without it, a deep network without skips hardly trains.', ['batch', 'none']),
  init('convnet', SCALES),
  TAP,
];

const CONVNEXT: FieldSpec[] = [
  CHANNELS,
  number('patch', 'Patch', 'Side in pixels of what the first convolution reads.'),
  {
    kind: 'choice',
    path: 'kernel',
    label: 'Depth-wise filters',
    hint: 'How far a channel looks in each block.',
    choices: [3, 5, 7].map((size) => ({ key: String(size), label: `${size}×${size}`, value: size })),
  },
  init('convnext', 'Mimetic: first layers of MLPs have a mean, as in trained networks.'),
];

const HEADS: FieldSpec = number('heads', 'Heads', 'Of attention; they share the width.');
const MLP_UNITS: FieldSpec = number('ffn', 'MLP units', 'In the hidden layer of each block.', 16);
const BLOCKS: FieldSpec = number('layers', 'Blocks', 'Each is attention, then an MLP.');
const STREAM: FieldSpec = number('width', 'Width', 'Of the stream; a multiple of the heads.', 8);

const vitFields = ({ input }: TaskShape): FieldSpec[] => [
  BLOCKS,
  {
    kind: 'choice',
    path: 'patch',
    label: 'Patch',
    hint: 'Sizes in pixels that divide the image.',
    list: true,
    choices: patchSizes(input[0]).map((size) => ({ key: String(size), label: `${size}×${size}`, value: size })),
  },
  STREAM,
  HEADS,
  MLP_UNITS,
  choice('pooling', 'Reads out', 'A token of its own, or the mean over the patches.', {
    class: 'Class token',
    mean: 'Mean',
  }),
  init('vit', OF_BLOCKS),
];

const RNN: FieldSpec[] = [
  choice(
    'cell',
    'Cell',
    'Tanh and ReLU are plain; GRU and LSTM have gates that hold on to the past.',
    { tanh: 'Tanh', relu: 'ReLU', gru: 'GRU', lstm: 'LSTM' },
    { list: true },
  ),
  number('layers', 'Layers', 'Each reads the states of the one below.'),
  number('width', 'Width', 'Hidden units per layer, and of the embedding.', 16),
  init(
    'rnn',
    'Default: uniform in ±1/√width. Good: orthogonal, with inputs × 0.1. Identity: keeps its state at first. Mimetic: the first layer’s inputs have a mean.',
  ),
  yesOrNo('chained', 'Chained', "Layers start from the final state of the one below, as in the paper's code."),
];

const TRANSFORMER: FieldSpec[] = [
  BLOCKS,
  STREAM,
  HEADS,
  MLP_UNITS,
  yesOrNo('causal', 'Looks', 'A causal network sees no later tokens.', 'Back', 'Both ways'),
  choice('pooling', 'Reads out', 'Where a sequence has one label.', { mean: 'Mean', last: 'Last token' }),
  choice('positions', 'Positions', 'How it knows where a token stands.', { sinusoidal: 'Sines', learned: 'Learned' }),
  choice('norm', 'Normalisation', 'Before each part, or after it is added.', { pre: 'Before', post: 'After' }),
  choice('activation', 'Activation', 'Of the MLP.', { relu: 'ReLU', gelu: 'GELU' }),
  init('transformer', OF_BLOCKS),
];

const FIELDS: Record<Exclude<NetworkSpec['family'], 'vit'>, FieldSpec[]> = {
  fcn: FCN,
  resnet: RESNET,
  convnet: CONVNET,
  convnext: CONVNEXT,
  rnn: RNN,
  transformer: TRANSFORMER,
  custom: [
    init('custom', 'Default: uniform in ±1/√inputs. He: scaled for ReLU.'),
    { ...TAP, hint: 'Of weighted layers: before or after what directly follows them.' },
  ],
};

export const networkFields = (network: NetworkSpec, task: TaskShape): FieldSpec[] => (network.family === 'vit' ? vitFields(task) : FIELDS[network.family]);
