/**
 * What each layer of a network in text form does. Apart from the grammar, which the page reads before anything is drawn: this
 * is for who writes one.
 */
import type { LayerName } from './grammar.ts';

export interface LayerHelp {
  section: 'images' | 'sequences' | 'everywhere' | 'blocks';
  /** In one sentence. */
  does: string;
}

export const HELP: Readonly<Record<LayerName, LayerHelp>> = {
  conv: {
    section: 'images',
    does: 'Convolution with 16 channels. Unless said otherwise: 3x3, stride 1, odd windows padded to keep the size, a bias unless batchnorm follows.',
  },
  maxpool: { section: 'images', does: 'Largest value of each window; windows do not overlap.' },
  averagepool: { section: 'everywhere', does: 'Mean of each window; without a window the mean over all places of an image, or over all tokens.' },
  tokens: { section: 'images', does: 'From here on every place of the image is a token.' },
  embed: { section: 'sequences', does: 'A vector of 32 numbers for every token; the first line of a network that reads tokens.' },
  positions: { section: 'sequences', does: 'Adds a vector for every position: sinusoidal or learned.' },
  attention: { section: 'sequences', does: 'Multi-head self-attention with its output projection. Causal: a token sees itself and earlier ones only.' },
  rnn: { section: 'sequences', does: 'Recurrent layer of 64 units: tanh or relu.' },
  gru: { section: 'sequences', does: 'Gated recurrent layer.' },
  lstm: { section: 'sequences', does: 'Long short-term memory.' },
  last: { section: 'sequences', does: 'Keeps the last token alone.' },
  dense: { section: 'everywhere', does: 'Linear layer with 64 units; of a sequence at every token.' },
  batchnorm: { section: 'everywhere', does: 'Batch normalisation, of images per channel.' },
  layernorm: { section: 'everywhere', does: 'Layer normalisation over units or channels.' },
  relu: { section: 'everywhere', does: 'max(x, 0)' },
  gelu: { section: 'everywhere', does: 'x·Φ(x)' },
  tanh: { section: 'everywhere', does: 'Hyperbolic tangent.' },
  dropout: { section: 'everywhere', does: 'Silences a tenth of the values at random in training.' },
  flatten: { section: 'everywhere', does: 'All values as one vector.' },
  tap: { section: 'everywhere', does: 'A layer called “stream” can be read here. Where a network has such lines, even mappings use these layers alone.' },
  repeat: { section: 'blocks', does: 'The lines indented below, three times one behind the other, each time with new weights.' },
  residual: { section: 'blocks', does: 'Adds what comes in to the result of the lines below.' },
  skip: { section: 'blocks', does: 'At the end of a residual block: the lines below change what is added, where shapes differ.' },
};
