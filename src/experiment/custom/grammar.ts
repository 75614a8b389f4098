/**
 * The layers of a network in text form, as data: what a line may say. The parser, the editor's help and completion,
 * and the tests of the documentation all read this table.
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
  /** How it is written, for the help. */
  form: string;
  /** What it does, in one sentence. */
  does: string;
  arguments: readonly Argument[];
  /** Whether lines indented below belong to it. */
  block?: boolean;
  section: 'images' | 'sequences' | 'everywhere' | 'blocks';
}

const WINDOW = whole(1, 11);
const units = (max: number, what: string): Argument => ({ kind: 'number', name: 'units', limit: whole(1, max), what });
const stride = (fallback?: number): Argument => ({ kind: 'option', name: 'stride', limit: whole(1, 11), default: fallback });

export const LAYERS = {
  conv: {
    form: 'conv 16 3x3 stride=1 pad=1 bias=yes',
    section: 'images',
    does: 'Convolution with 16 channels. Unless said otherwise: 3x3, stride 1, odd windows padded to keep the size, a bias unless batchnorm follows.',
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
    section: 'images',
    does: 'Largest value of each window; windows do not overlap.',
    arguments: [{ kind: 'window', limit: WINDOW, default: 2 }],
  },
  averagepool: {
    form: 'averagepool 2x2',
    section: 'everywhere',
    does: 'Mean of each window; without a window the mean over all places of an image, or over all tokens.',
    arguments: [{ kind: 'window', limit: WINDOW }],
  },
  tokens: {
    form: 'tokens',
    section: 'images',
    does: 'From here on every place of the image is a token.',
    arguments: [],
  },
  embed: {
    form: 'embed 32',
    section: 'sequences',
    does: 'A vector of 32 numbers for every token; the first line of a network that reads tokens.',
    arguments: [units(1024, 'units')],
  },
  positions: {
    form: 'positions sinusoidal',
    section: 'sequences',
    does: 'Adds a vector for every position: sinusoidal or learned.',
    arguments: [{ kind: 'word', name: 'positions', words: ['sinusoidal', 'learned'] }],
  },
  attention: {
    form: 'attention heads=4 causal',
    section: 'sequences',
    does: 'Multi-head self-attention with its output projection. Causal: a token sees itself and earlier ones only.',
    arguments: [
      { kind: 'option', name: 'heads', limit: whole(1, 16), default: 1 },
      { kind: 'flag', name: 'causal' },
    ],
  },
  rnn: {
    form: 'rnn 64 tanh',
    section: 'sequences',
    does: 'Recurrent layer of 64 units: tanh or relu.',
    arguments: [units(1024, 'units'), { kind: 'word', name: 'cell', words: ['tanh', 'relu'] }],
  },
  gru: { form: 'gru 64', section: 'sequences', does: 'Gated recurrent layer.', arguments: [units(1024, 'units')] },
  lstm: { form: 'lstm 64', section: 'sequences', does: 'Long short-term memory.', arguments: [units(1024, 'units')] },
  last: { form: 'last', section: 'sequences', does: 'Keeps the last token alone.', arguments: [] },
  dense: {
    form: 'dense 64',
    section: 'everywhere',
    does: 'Linear layer with 64 units; of a sequence at every token.',
    arguments: [units(4096, 'units'), { kind: 'switch', name: 'bias' }],
  },
  batchnorm: { form: 'batchnorm', section: 'everywhere', does: 'Batch normalisation, of images per channel.', arguments: [] },
  layernorm: { form: 'layernorm', section: 'everywhere', does: 'Layer normalisation over units or channels.', arguments: [] },
  relu: { form: 'relu', section: 'everywhere', does: 'max(x, 0)', arguments: [] },
  gelu: { form: 'gelu', section: 'everywhere', does: 'x·Φ(x)', arguments: [] },
  tanh: { form: 'tanh', section: 'everywhere', does: 'Hyperbolic tangent.', arguments: [] },
  dropout: {
    form: 'dropout 0.1',
    section: 'everywhere',
    does: 'Silences a tenth of the values at random in training.',
    arguments: [{ kind: 'number', name: 'rate', limit: { min: 0, max: 0.9, integer: false }, what: 'share' }],
  },
  flatten: { form: 'flatten', section: 'everywhere', does: 'All values as one vector.', arguments: [] },
  tap: {
    form: 'tap stream',
    section: 'everywhere',
    does: 'A layer called “stream” can be read here. Where a network has such lines, even mappings use these layers alone.',
    arguments: [{ kind: 'label' }],
  },
  repeat: {
    form: 'repeat 3',
    section: 'blocks',
    does: 'The lines indented below, three times one behind the other, each time with new weights.',
    arguments: [{ kind: 'number', name: 'times', limit: whole(1, 64), what: 'times' }],
    block: true,
  },
  residual: { form: 'residual', section: 'blocks', does: 'Adds what comes in to the result of the lines below.', arguments: [], block: true },
  skip: {
    form: 'skip',
    section: 'blocks',
    does: 'At the end of a residual block: the lines below change what is added, where shapes differ.',
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
