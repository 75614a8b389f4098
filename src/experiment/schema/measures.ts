/**
 * What is said of every measure of similarity: by the page (names, hints, formulas), by the checks of an experiment (what it is defined
 * for) and by estimates (what it costs). How each is computed stands in `lab/similarity/measures`.
 * Definitions and their sources: docs/method.md.
 */

import type { MeasureSpec, ObservedSpec } from './measure.ts';
import { MEASURE_OPTIONS, type MeasureOption } from './measureOptions.ts';

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

/** What is said of every measure, also of those that are only looked at. */
interface Said {
  /** As a choice, and at the beginning of sentences. */
  label: string;
  /** Between a guide's layer and a target's, without its arguments. */
  tex: string;
  option?: MeasureOption;
  /** Examples at most: more make it too slow, since it solves or takes roots of matrices over them. */
  most?: number;
}

export interface MeasureFacts extends Said {
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

/** Products of such matrices with each other. */
const products = (count: number) => (n: number) => 2 * count * n ** 3;

/** Of measures that solve or take roots. */
const MOST_SOLVED = 256;

const facts = {
  cka: {
    label: 'CKA',
    tex: '\\mathrm{CKA}',
    range: [0, 1],
    flops: passes(8),
    invariances: ISOTROPIC,
    padding: true,
    equidistant: true,
  },
  'cka-debiased': {
    label: 'Debiased CKA',
    tex: '\\mathrm{CKA}_{\\text{debiased}}',
    range: [-1, 1],
    flops: passes(12),
    invariances: ISOTROPIC,
    padding: false,
    equidistant: false,
  },
  'rbf-cka': {
    label: 'RBF CKA',
    tex: '\\mathrm{CKA}_{\\text{RBF}}',
    option: MEASURE_OPTIONS['rbf-cka'],
    range: [0, 1],
    flops: passes(260),
    invariances: ISOTROPIC,
    padding: true,
    equidistant: true,
  },
  rsa: {
    label: 'RSA, cosine',
    tex: '\\mathrm{RSA}_{\\cos}',
    range: [-1, 1],
    flops: passes(24),
    invariances: { ...ISOTROPIC, translation: false },
    padding: true,
    equidistant: false,
  },
  'rsa-correlation': {
    label: 'RSA, correlation',
    tex: '\\mathrm{RSA}_{r}',
    range: [-1, 1],
    flops: passes(24),
    invariances: { ...ISOTROPIC, rotation: false, translation: false },
    padding: true,
    equidistant: false,
  },
  'rsa-euclidean': {
    label: 'RSA, Euclidean',
    tex: '\\mathrm{RSA}_{\\lVert\\cdot\\rVert^2}',
    range: [-1, 1],
    flops: passes(24),
    invariances: ISOTROPIC,
    padding: true,
    equidistant: false,
  },
  ridge: {
    label: 'Ridge regression',
    tex: '\\mathrm{Ridge}',
    option: MEASURE_OPTIONS.ridge,
    range: [-1, 1],
    flops: products(5),
    invariances: ISOTROPIC,
    padding: true,
    equidistant: false,
    most: MOST_SOLVED,
  },
  procrustes: {
    label: 'Procrustes',
    tex: '\\mathrm{Procrustes}',
    range: [0, 1],
    flops: products(50),
    invariances: ISOTROPIC,
    padding: true,
    equidistant: true,
    most: MOST_SOLVED,
  },
  cca: {
    label: 'CCA',
    tex: '\\mathrm{CCA}',
    option: MEASURE_OPTIONS.cca,
    range: [0, 1],
    flops: products(5),
    invariances: ISOTROPIC,
    padding: true,
    equidistant: true,
    most: MOST_SOLVED,
  },
  sp: {
    label: 'Similarity-preserving',
    tex: '\\mathrm{SP}',
    range: [-1, 1],
    flops: passes(14),
    invariances: { ...ISOTROPIC, translation: false },
    padding: true,
    equidistant: true,
  },
  rkd: {
    label: 'Relational distances',
    tex: '\\mathrm{RKD}',
    range: [Number.NEGATIVE_INFINITY, 1],
    flops: passes(30),
    invariances: ISOTROPIC,
    padding: true,
    equidistant: true,
  },
  'soft-knn': {
    label: 'Soft neighbours',
    tex: '\\mathrm{kNN}_{\\text{soft}}',
    option: MEASURE_OPTIONS['soft-knn'],
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

/** Those with weights of their own (`plan/learntMaps.ts`). */
const learnt = {
  fitnets: {
    label: 'R² of a learnt map',
    tex: 'R^2_W',
  },
} satisfies Record<LearntMeasure['name'], Said>;

/** What is said of one that is only looked at. */
interface ObservedFacts extends Said {
  /**
   * Time for a pair of matrices over n examples, as so many operations of the kernels': float64 in the engine's own language takes
   * dozens of times as long for each. From what each took on one machine at its most examples, beside 12 billion operations a second.
   */
  flops: (n: number) => number;
}

/** Those that cannot be minimised, computed at evaluations. */
const observed = {
  'mutual-knn': {
    label: 'Nearest neighbours',
    tex: '\\mathrm{kNN}',
    option: MEASURE_OPTIONS['mutual-knn'],
    flops: (n) => 7000 * n * n,
  },
  svcca: {
    label: 'SVCCA',
    tex: '\\mathrm{SVCCA}',
    option: MEASURE_OPTIONS.svcca,
    most: 128,
    flops: (n) => 180 * n ** 3,
  },
  'rsa-spearman': {
    label: 'RSA, ranks',
    tex: '\\mathrm{RSA}_{\\rho}',
    flops: (n) => 4800 * n * n,
  },
  'ridge-absolute': {
    label: 'Ridge regression, absolute',
    tex: '\\mathrm{Ridge}_{\\text{abs}}',
    option: MEASURE_OPTIONS['ridge-absolute'],
    most: 256,
    flops: (n) => 14 * n ** 3,
  },
} satisfies Record<string, ObservedFacts>;

/** A function of two matrices over the same examples, with its option where one is stated. */
export type MatrixMeasure = Extract<MeasureSpec, { name: Measure }>;
/** One whose linear map from layer to layer is trained with the target: it says nothing of two layers alone. */
export type LearntMeasure = Exclude<MeasureSpec, MatrixMeasure>;
/** One that is only looked at. */
export type ObservedOnly = Extract<ObservedSpec, { name: keyof typeof observed }>;
/** Whatever may be recorded of a pair of layers. */
export type RecordedMeasure = MatrixMeasure | ObservedOnly;
type AnyMeasure = RecordedMeasure | LearntMeasure;

export const LEARNT_NAMES = Object.keys(learnt) as LearntMeasure['name'][];

/** Names of all that can be minimised. */
export const LOSS_NAMES: readonly MeasureSpec['name'][] = [...MEASURE_NAMES, ...LEARNT_NAMES];

export const OBSERVED_NAMES = Object.keys(observed) as ObservedOnly['name'][];

export const isObservedOnly = (spec: { name: string }): spec is ObservedOnly => Object.hasOwn(observed, spec.name);
export const isRecorded = (spec: { name: string }): spec is RecordedMeasure => isMatrixMeasure(spec) || isObservedOnly(spec);

export const isMatrixMeasure = (spec: { name: string }): spec is MatrixMeasure => Object.hasOwn(facts, spec.name);
export const isLearnt = (spec: { name: string }): spec is LearntMeasure => Object.hasOwn(learnt, spec.name);

/** What one that is only looked at takes: see `ObservedFacts`. */
export const observedFlops = ({ name }: ObservedOnly, n: number): number => observed[name].flops(n);
export const factsOf = ({ name }: MatrixMeasure): MeasureFacts => MEASURE_FACTS[name];
export function saidOf(spec: AnyMeasure): Said {
  if (isLearnt(spec)) return learnt[spec.name];
  return isObservedOnly(spec) ? observed[spec.name] : factsOf(spec);
}

/** The value of a measure's option, stated or not; NaN for a measure that has none. */
export function optionOf(spec: AnyMeasure): number {
  const { option } = saidOf(spec);
  if (!option) return Number.NaN;
  return (spec as unknown as Record<string, number | undefined>)[option.name] ?? option.default;
}

/** Its option where it is not what it would be without being stated. */
function ownOption(spec: AnyMeasure): (MeasureOption & { value: number }) | undefined {
  const { option } = saidOf(spec);
  const value = optionOf(spec);
  return option && value !== option.default ? { ...option, value } : undefined;
}

/** Tells measures apart, in files too: the name, and behind it an option that is not the default: "rbf-cka bandwidth=2". */
export function measureKey(spec: AnyMeasure): string {
  const own = ownOption(spec);
  return own ? `${spec.name} ${own.name}=${own.value}` : spec.name;
}

/** As a title: "RBF CKA at bandwidth 2". */
export function measureLabel(spec: AnyMeasure): string {
  const own = ownOption(spec);
  return own ? `${saidOf(spec).label} at ${own.label.toLowerCase()} ${own.value}` : saidOf(spec).label;
}

/** Between a guide's layer and a target's, without its arguments. */
export function measureTex(spec: MeasureSpec): string {
  const own = ownOption(spec);
  const { tex } = saidOf(spec);
  return own ? `{${tex}}^{${own.tex}=${own.value}}` : tex;
}

/** Its name within a sentence: small, unless it is an abbreviation. */
export const measureWords = (spec: MeasureSpec): string => measureLabel(spec).replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
