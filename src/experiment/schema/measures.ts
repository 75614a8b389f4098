/**
 * What is said of every measure of similarity: by the page (names, hints, formulas), by the checks of an experiment (what it is defined
 * for) and by estimates (what it costs). How each is computed stands in `lab/similarity/measures`.
 * Definitions and their sources: docs/method.md.
 */

/** What may happen to the activations of a layer without a change of the value. */
export interface Invariances {
  rotation: boolean;
  /** All of the layer times one number. */
  scale: boolean;
  /** A constant of its own for every unit. */
  translation: boolean;
  invertibleMap: boolean;
  permutation: boolean;
}

export interface MeasureFacts {
  /** As a choice, and at the beginning of sentences. */
  label: string;
  /** Between a guide's layer and a target's, without its arguments. */
  tex: string;
  /** One sentence. */
  hint: string;
  range: readonly [least: number, most: number];
  /** Floating-point operations on a pair of matrices over n examples, value and gradient, besides the products that make them. */
  flops(n: number): number;
  invariances: Invariances;
  /** Whether it leaves padding out: else it needs sequences of one length. */
  padding: boolean;
  /** Whether it is defined where all examples are equally unlike each other, as an identity shows them. */
  equidistant: boolean;
}

const ISOTROPIC: Invariances = { rotation: true, scale: true, translation: true, invertibleMap: false, permutation: true };

/** Passes over a matrix of pairs that a measure takes, value and gradient; each entry costs about one operation in each. */
const passes = (count: number) => (n: number) => count * n * n;

const facts = {
  cka: {
    label: 'CKA',
    tex: '\\mathrm{CKA}',
    hint: 'Linear CKA, biased, as in the paper: the cosine between the two centred Gram matrices.',
    range: [0, 1],
    flops: passes(8),
    invariances: ISOTROPIC,
    padding: true,
    equidistant: true,
  },
  'cka-debiased': {
    label: 'Debiased CKA',
    tex: '\\mathrm{CKA}_{\\text{debiased}}',
    hint: 'CKA without the share that few examples in many dimensions have by chance: near 0 for layers that have nothing in common.',
    range: [-1, 1],
    flops: passes(12),
    invariances: ISOTROPIC,
    padding: false,
    equidistant: false,
  },
  'rbf-cka': {
    label: 'RBF CKA',
    tex: '\\mathrm{CKA}_{\\text{RBF}}',
    hint: 'CKA of Gaussian kernels, whose width is the median distance between examples: near neighbours count more than far ones.',
    range: [0, 1],
    flops: passes(260),
    invariances: ISOTROPIC,
    padding: true,
    equidistant: true,
  },
  rsa: {
    label: 'RSA, cosine',
    tex: '\\mathrm{RSA}_{\\cos}',
    hint: 'Correlation of the two matrices of dissimilarities 1 − cosine between examples (the paper’s appendix J).',
    range: [-1, 1],
    flops: passes(24),
    invariances: { ...ISOTROPIC, translation: false },
    padding: true,
    equidistant: false,
  },
  'rsa-correlation': {
    label: 'RSA, correlation',
    tex: '\\mathrm{RSA}_{r}',
    hint: 'Correlation of the two matrices of dissimilarities 1 − Pearson between examples: the usual form in neuroscience.',
    range: [-1, 1],
    flops: passes(24),
    invariances: { ...ISOTROPIC, rotation: false, translation: false },
    padding: true,
    equidistant: false,
  },
  'rsa-euclidean': {
    label: 'RSA, Euclidean',
    tex: '\\mathrm{RSA}_{\\lVert\\cdot\\rVert^2}',
    hint: 'Correlation of the two matrices of squared distances between examples.',
    range: [-1, 1],
    flops: passes(24),
    invariances: ISOTROPIC,
    padding: true,
    equidistant: false,
  },
  sp: {
    label: 'Similarity-preserving',
    tex: '\\mathrm{SP}',
    hint: 'Mean cosine between an example’s rows in the two Gram matrices, which are not centred (Tung and Mori 2019).',
    range: [-1, 1],
    flops: passes(14),
    invariances: { ...ISOTROPIC, translation: false },
    padding: true,
    equidistant: true,
  },
  rkd: {
    label: 'Relational distances',
    tex: '\\mathrm{RKD}',
    hint: 'One minus the Huber loss between distances, each over their mean: the distance part of relational distillation (Park et al. 2019).',
    range: [Number.NEGATIVE_INFINITY, 1],
    flops: passes(30),
    invariances: ISOTROPIC,
    padding: true,
    equidistant: true,
  },
  'soft-knn': {
    label: 'Soft neighbours',
    tex: '\\mathrm{kNN}_{\\text{soft}}',
    hint: 'How much an example’s neighbourhoods overlap, each a softmax over distances: our own relaxation of mutual nearest neighbours, not in the paper.',
    range: [0, 1],
    flops: passes(34),
    invariances: ISOTROPIC,
    padding: true,
    equidistant: true,
  },
} satisfies Record<string, MeasureFacts>;

export type Measure = keyof typeof facts;

export const MEASURE_FACTS: { readonly [name in Measure]: MeasureFacts } = facts;

/** In the order of the table. */
export const MEASURE_NAMES = Object.keys(facts) as [Measure, ...Measure[]];

/** Whether the lab computes it (`plan/notBuilt.ts` refuses what it does not). */
export const isBuilt = (spec: { name: string }): spec is { name: Measure } => Object.hasOwn(facts, spec.name);

/**
 * The name of a measure that an experiment states.
 * @throws {Error} when it is not built, which parsing has refused
 */
export function builtMeasure(spec: { name: string }): Measure {
  if (!isBuilt(spec)) throw new Error(`the measure ${spec.name} is not built`);
  return spec.name;
}

/** Its name within a sentence: small, unless it is an abbreviation. */
export const measureWords = (name: Measure): string => MEASURE_FACTS[name].label.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
