/**
 * The layers of a network in text form, as data: what a line may say. The parser, the editor's help and completion,
 * and the tests of the documentation all read this table. What each does is told in `help.ts`.
 */

export interface NumberLimit {
  min: number;
  max: number;
  integer: boolean;
}

const whole = (min: number, max: number): NumberLimit => ({ min, max, integer: true });

/** What may follow a layer's name on its line. */
export type Argument =
  /** A number without a name: `dense 64`. Required unless it has a default. */
  | { kind: 'number'; name: NumberName; limit: NumberLimit; what: string }
  /** A square window: `3x3`. */
  | { kind: 'window'; limit: NumberLimit; default?: number }
  /** `name=number` */
  | { kind: 'option'; name: NumberName; limit: NumberLimit; default?: number }
  /** `name=yes` or `name=no` */
  | { kind: 'switch'; name: 'bias' }
  /** One of several words, the first by default. */
  | { kind: 'word'; name: 'positions' | 'cell'; words: readonly string[]; required?: boolean }
  /** A word that is there or not. */
  | { kind: 'flag'; name: 'causal' }
  /** A name that the person gives. */
  | { kind: 'label' };

export type NumberName = 'units' | 'stride' | 'pad' | 'heads' | 'rate' | 'times';

export interface LayerForm {
  /** How it is written, as an example. */
  form: string;
  arguments: readonly Argument[];
  /** Whether lines indented below belong to it. */
  block?: boolean;
}

const WINDOW = whole(1, 11);
const units = (max: number, what: string): Argument => ({ kind: 'number', name: 'units', limit: whole(1, max), what });
const stride = (fallback?: number): Argument => ({ kind: 'option', name: 'stride', limit: whole(1, 11), default: fallback });

export const LAYERS = {
  conv: {
    form: 'conv 16 3x3 stride=1 pad=1 bias=yes',
    arguments: [
      units(1024, 'channels'),
      { kind: 'window', limit: WINDOW, default: 3 },
      stride(1),
      { kind: 'option', name: 'pad', limit: whole(0, 5) },
      { kind: 'switch', name: 'bias' },
    ],
  },
  maxpool: {
    form: 'maxpool 2x2',
    arguments: [{ kind: 'window', limit: WINDOW, default: 2 }],
  },
  averagepool: {
    form: 'averagepool 2x2',
    arguments: [{ kind: 'window', limit: WINDOW }],
  },
  tokens: {
    form: 'tokens',
    arguments: [],
  },
  embed: {
    form: 'embed 32',
    arguments: [units(1024, 'units')],
  },
  positions: {
    form: 'positions sinusoidal',
    arguments: [{ kind: 'word', name: 'positions', words: ['sinusoidal', 'learned'] }],
  },
  attention: {
    form: 'attention heads=4 causal',
    arguments: [
      { kind: 'option', name: 'heads', limit: whole(1, 16), default: 1 },
      { kind: 'flag', name: 'causal' },
    ],
  },
  rnn: {
    form: 'rnn 64 tanh',
    arguments: [units(1024, 'units'), { kind: 'word', name: 'cell', words: ['tanh', 'relu'] }],
  },
  gru: { form: 'gru 64', arguments: [units(1024, 'units')] },
  lstm: { form: 'lstm 64', arguments: [units(1024, 'units')] },
  last: { form: 'last', arguments: [] },
  dense: {
    form: 'dense 64',
    arguments: [units(4096, 'units'), { kind: 'switch', name: 'bias' }],
  },
  batchnorm: { form: 'batchnorm', arguments: [] },
  layernorm: { form: 'layernorm', arguments: [] },
  relu: { form: 'relu', arguments: [] },
  gelu: { form: 'gelu', arguments: [] },
  tanh: { form: 'tanh', arguments: [] },
  dropout: {
    form: 'dropout 0.1',
    arguments: [{ kind: 'number', name: 'rate', limit: { min: 0, max: 0.9, integer: false }, what: 'share' }],
  },
  flatten: { form: 'flatten', arguments: [] },
  tap: {
    form: 'tap stream',
    arguments: [{ kind: 'label' }],
  },
  repeat: {
    form: 'repeat 3',
    arguments: [{ kind: 'number', name: 'times', limit: whole(1, 64), what: 'times' }],
    block: true,
  },
  residual: { form: 'residual', arguments: [], block: true },
  skip: {
    form: 'skip',
    arguments: [],
    block: true,
  },
} as const satisfies Record<string, LayerForm>;

export type LayerName = keyof typeof LAYERS;

export const LAYER_NAMES = Object.keys(LAYERS) as LayerName[];
/** One layer's form, with the table's literal types widened. */
export const formOf = (layer: LayerName): LayerForm => LAYERS[layer];

/** Lines of a network once its repetitions are written out. */
export const MAX_EXPANDED = 400;
/** Blocks within blocks. */
export const MAX_DEPTH = 8;
/** Names of taps. */
export const LABEL = /^[a-z][a-z0-9-]{0,19}$/;
