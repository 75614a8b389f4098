/** The settings of every family of networks, as data. */
import { INITS, type InitName, type NetworkSpec } from '@/experiment/schema.ts';
import type { FieldSpec } from './fields/Fields.tsx';

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

const SCALES = 'Default: ±1/√inputs. He and Xavier keep the scale, orthogonal and identity also the directions.';
const TAP: FieldSpec = {
  kind: 'choice',
  path: 'tap',
  label: 'Read activations',
  hint: 'Before or after normalisation and nonlinearity.',
  choices: [
    { key: 'pre', label: 'Before' },
    { key: 'post', label: 'After' },
  ],
};

const NORMS = { batch: 'Batch', layer: 'Layer', none: 'None' } as const;
const norm = (hint: string, kinds: readonly (keyof typeof NORMS)[]): FieldSpec => ({
  kind: 'choice',
  path: 'norm',
  label: 'Normalisation',
  hint,
  choices: kinds.map((key) => ({ key, label: NORMS[key] })),
});
const CHANNELS: FieldSpec = {
  kind: 'number',
  path: 'width',
  label: 'Channels',
  hint: 'Of the first stage; each later stage doubles them.',
};

const FCN: FieldSpec[] = [
  { kind: 'number', path: 'depth', label: 'Depth', hint: 'Hidden layers.' },
  { kind: 'number', path: 'width', label: 'Width', hint: 'Units per hidden layer.', step: 16 },
  norm('Without it, aligned layers can become unreadable for the head.', ['batch', 'layer', 'none']),
  {
    kind: 'choice',
    path: 'activation',
    label: 'Activation',
    hint: 'The nonlinearity behind every hidden layer.',
    keyOf: (value) => String(value ?? 'relu'),
    choices: [
      // Absent, as in links from before there were others.
      { key: 'relu', label: 'ReLU', value: undefined },
      { key: 'gelu', label: 'GELU' },
      { key: 'tanh', label: 'Tanh' },
    ],
  },
  {
    kind: 'number',
    path: 'dropout',
    label: 'Dropout',
    hint: 'Share of units silenced at random in training.',
    step: 0.05,
  },
  init('fcn', SCALES),
  TAP,
];
const RESNET: FieldSpec[] = [
  {
    kind: 'choice',
    path: 'block',
    label: 'Blocks',
    hint: 'Two 3×3 convolutions, or a narrow one between two of 1×1, as in ResNet-50.',
    keyOf: (value) => String(value ?? 'basic'),
    choices: [
      // Absent, as in links from before there were others.
      { key: 'basic', label: 'Basic', value: undefined },
      { key: 'bottleneck', label: 'Bottleneck' },
    ],
  },
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
  { kind: 'number', path: 'patch', label: 'Patch', hint: 'Side in pixels of what the first convolution reads.' },
  {
    kind: 'choice',
    path: 'kernel',
    label: 'Depth-wise filters',
    hint: 'How far a channel looks in each block.',
    choices: [3, 5, 7].map((size) => ({ key: String(size), label: `${size}×${size}`, value: size })),
  },
  // One initialisation: nothing to choose.
];

const HEADS: FieldSpec = { kind: 'number', path: 'heads', label: 'Heads', hint: 'Of attention; they share the width.' };
const MLP_UNITS: FieldSpec = {
  kind: 'number',
  path: 'ffn',
  label: 'MLP units',
  hint: 'In the hidden layer of each block.',
  step: 16,
};
const BLOCKS: FieldSpec = { kind: 'number', path: 'layers', label: 'Blocks', hint: 'Each is attention, then an MLP.' };
const STREAM: FieldSpec = {
  kind: 'number',
  path: 'width',
  label: 'Width',
  hint: 'Of the stream; a multiple of the heads.',
  step: 8,
};

const VIT: FieldSpec[] = [
  BLOCKS,
  { kind: 'number', path: 'patch', label: 'Patch', hint: "Its side in pixels; it divides the image's." },
  STREAM,
  HEADS,
  MLP_UNITS,
  {
    kind: 'choice',
    path: 'pooling',
    label: 'Reads out',
    hint: 'A token of its own, or the mean over the patches.',
    choices: [
      { key: 'class', label: 'Class token' },
      { key: 'mean', label: 'Mean' },
    ],
  },
];

const RNN: FieldSpec[] = [
  {
    kind: 'choice',
    path: 'cell',
    label: 'Cell',
    hint: 'Tanh and ReLU are plain; GRU and LSTM have gates that hold on to the past.',
    list: true,
    choices: [
      { key: 'tanh', label: 'Tanh' },
      { key: 'relu', label: 'ReLU' },
      { key: 'gru', label: 'GRU' },
      { key: 'lstm', label: 'LSTM' },
    ],
  },
  { kind: 'number', path: 'layers', label: 'Layers', hint: 'Each reads the states of the one below.' },
  { kind: 'number', path: 'width', label: 'Width', hint: 'Hidden units per layer, and of the embedding.', step: 16 },
  init(
    'rnn',
    'Default: uniform in ±1/√width. Good: orthogonal, with inputs × 0.1. Identity: keeps its state at first.',
  ),
  yesOrNo('chained', 'Chained', "Layers start from the final state of the one below, as in the paper's code."),
];

const TRANSFORMER: FieldSpec[] = [
  BLOCKS,
  STREAM,
  HEADS,
  MLP_UNITS,
  yesOrNo('causal', 'Looks', 'A causal network sees no later tokens.', 'Back', 'Both ways'),
  {
    kind: 'choice',
    path: 'pooling',
    label: 'Reads out',
    hint: 'Where a sequence has one label.',
    choices: [
      { key: 'mean', label: 'Mean' },
      { key: 'last', label: 'Last token' },
    ],
  },
  {
    kind: 'choice',
    path: 'positions',
    label: 'Positions',
    hint: 'How it knows where a token stands.',
    choices: [
      { key: 'sinusoidal', label: 'Sines' },
      { key: 'learned', label: 'Learned' },
    ],
  },
  {
    kind: 'choice',
    path: 'norm',
    label: 'Normalisation',
    hint: 'Before each part, or after it is added.',
    choices: [
      { key: 'pre', label: 'Before' },
      { key: 'post', label: 'After' },
    ],
  },
  {
    kind: 'choice',
    path: 'activation',
    label: 'Activation',
    hint: 'Of the MLP.',
    choices: [
      { key: 'relu', label: 'ReLU' },
      { key: 'gelu', label: 'GELU' },
    ],
  },
  // One initialisation: nothing to choose.
];

const FIELDS: Record<NetworkSpec['family'], FieldSpec[]> = {
  fcn: FCN,
  resnet: RESNET,
  convnet: CONVNET,
  convnext: CONVNEXT,
  vit: VIT,
  rnn: RNN,
  transformer: TRANSFORMER,
  custom: [init('custom', 'Default: uniform in ±1/√inputs. He: scaled for ReLU.'), { ...TAP, hint: 'Of weighted layers: before or after what directly follows them.' }],
};

export const networkFields = (network: NetworkSpec): FieldSpec[] => FIELDS[network.family];
