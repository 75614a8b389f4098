/** What can be chosen about measures of similarity besides their names: one number each, at most. */

export interface MeasureOption {
  /** The field that states it. */
  name: string;
  /** What it is where it is left out. */
  default: number;
  range: readonly [least: number, most: number];
  label: string;
  /** One sentence. */
  hint: string;
  /** Its symbol in formulas. */
  tex: string;
}

export const MEASURE_OPTIONS = {
  'rbf-cka': {
    name: 'bandwidth',
    default: 1,
    range: [0.05, 20],
    label: 'Bandwidth',
    hint: 'Width of the Gaussian, in median distances between examples: the smaller, the more near neighbours count.',
    tex: 't',
  },
  ridge: {
    name: 'ridge',
    default: 0.1,
    range: [1e-3, 1000],
    label: 'Ridge λ',
    hint: 'How hard the regression is held back, in mean diagonals of the fitting half’s Gram matrix.',
    tex: '\\lambda',
  },
  cca: {
    name: 'ridge',
    default: 0.1,
    range: [0.01, 1000],
    label: 'Ridge r',
    hint: 'Directions of a smaller variance than this share of the mean count little: near 0 it is CCA, far up CKA.',
    tex: 'r',
  },
  'soft-knn': {
    name: 'temperature',
    default: 0.1,
    range: [0.01, 10],
    label: 'Temperature',
    hint: 'Of the softmax over distances, in mean distances: the smaller, the fewer neighbours count.',
    tex: '\\tau',
  },
  'mutual-knn': {
    name: 'neighbours',
    default: 10,
    range: [1, 255],
    label: 'Neighbours',
    hint: 'How many of the nearest count.',
    tex: 'k',
  },
  svcca: {
    name: 'variance',
    default: 0.99,
    range: [0.5, 1],
    label: 'Variance',
    hint: 'Share of each layer’s variance that the components kept make up.',
    tex: '\\sigma^2',
  },
  'ridge-absolute': {
    name: 'ridge',
    default: 10,
    range: [1e-6, 1e6],
    label: 'λ',
    hint: 'How hard the regression is held back, on the scale of the squared activations.',
    tex: '\\lambda',
  },
} as const satisfies Record<string, MeasureOption>;
