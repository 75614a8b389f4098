/**
 * The measures of similarity that can be a loss, as a table. A measure is a function of two n×n matrices of the same
 * examples: K of a layer of the target, L of a layer of the guide. So a guide's matrix is made once per batch and
 * shared, and gradients come back through one chain rule (`pull`): with G = ∂f/∂K + (∂f/∂K)ᵀ it is ∂f/∂z = G·z. What the
 * page says of each stands in `experiment/schema/measures.ts`.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { type MatrixMeasure, type Measure, optionOf } from '../../../experiment/schema/measures.ts';
import type { PairMeasure } from '../../backend/kernels/measureTypes.ts';
import type { Kernels } from '../../backend/kernels/types.ts';
import type { Form } from './forms.ts';
import {
  alignment,
  type Compared,
  correlation,
  cosine,
  distances,
  flat,
  huberDistances,
  type Pairs,
  pairsOf,
  rowCosines,
  softNeighbours,
  total,
} from './matrices.ts';
import { predicted } from './predictions.ts';
import { factored, inverted, polar, replaced } from './solves.ts';

/** What a measure is told besides the matrices. */
export interface Told {
  /** `[N, n]`, 1 for examples and 0 for padding, whose rows are 0; absent: all are examples. */
  real: Tensor2D | undefined;
  /** Of its option, see `experiment/schema/measureOptions.ts`; NaN where it has none. */
  option: number;
}

interface Common {
  /** How activations become the rows that K is the Gram matrix of. */
  form: Form;
  /** What of two examples it looks at: products of their rows, or how far apart those are. */
  compares: 'products' | 'dissimilarities';
}

interface GramMeasure extends Common {
  /**
   * @param k `[N, n, n]`, @param l `[N|1, n, n]`, both of rows in `form`
   * @param told of the examples, and the value of the measure's option
   * @returns values `[N]`, 0 where they are not defined, and G `[N, n, n]`, 0 there
   */
  of(kernels: Kernels, k: Tensor3D, l: Tensor3D, told: Told): { value: Tensor1D; g: Tensor3D };
  /** Has a kernel of its own for value and gradient in one (`Kernels.alignmentGradient`): the debiased one, or the biased. */
  fused?: { debiased: boolean };
  /** What `Kernels.compareGrams` and `Kernels.pairGradient` call it, where a backend has them. */
  pairs?: PairMeasure;
}

/** One whose gradient keeps its digits only where it is taken from the rows z of K, not through K. */
interface RowMeasure extends Common {
  /** As `GramMeasure.of`, without G. */
  value(kernels: Kernels, k: Tensor3D, l: Tensor3D): Tensor1D;
  /** @returns values `[N]`, and ∂f/∂z for z `[N, n, F]` */
  ofRows(kernels: Kernels, z: Tensor3D, l: Tensor3D): Pull;
  fused?: undefined;
  pairs?: undefined;
}

/** Values `[N]`, 0 where they are not defined, and ∂f/∂z `[N, n, F]`, 0 there. */
export interface Pull {
  value: Tensor1D;
  dz: Tensor3D;
}

/** CKA through its kernel: centred rows of 0 change nothing in the biased one, whatever stands for padding. */
const cka = (debiased: boolean): GramMeasure => ({
  form: 'centred',
  compares: 'products',
  of: (kernels, k, l) => kernels.cka(k, l, { debiased }),
  fused: { debiased },
});

/** Compares matrices of squared distances between examples. */
const ofDistances = (form: Form, pairs: PairMeasure, compare: (a: Tensor3D, b: Tensor3D, pairs: Pairs, option: number) => Compared): GramMeasure => ({
  form,
  compares: 'dissimilarities',
  pairs,
  of(_, k, l, { real, option }) {
    const own = distances(k);
    const { value, gradient } = compare(own.d, distances(l).d, pairsOf(k.shape[1], real), option);
    return { value, g: own.back(gradient) };
  },
});

/** A median below this is that of a layer that has collapsed: all squared distances add up to 2n. */
const NO_DISTANCE = 1e-30;

/** exp(−D/(2·t²·median D)); the median counts all n² distances, and is held constant in the gradient. */
function radial(a: Tensor3D, b: Tensor3D, pairs: Pairs, bandwidth: number): Compared {
  const kernel = (d: Tensor3D) => {
    const rate = tf.div<Tensor3D>(-0.5 / bandwidth ** 2, tf.maximum(median(d, pairs), NO_DISTANCE));
    return { rate, values: tf.mul<Tensor3D>(tf.exp(tf.mul(d, rate)), pairs.all) };
  };
  const own = kernel(a);
  const { value, gradient } = alignment(own.values, kernel(b).values, pairs);
  return { value, gradient: tf.mul(gradient, tf.mul(own.values, own.rate)) };
}

/** Halvings of the interval that the median lies in, twice the mean: few entries are left in it, and those are next to each other. */
const HALVINGS = 20;
/** Makes 1 or more of any difference between a limit and what it is compared with. */
const STEEP = 1e30;

/**
 * The median of the entries of `[N, n, n]` that stand for pairs, by halving an interval, since a step of fixed shapes
 * cannot sort what is masked: `[N, 1, 1]`, the mean of the two in the middle where there are two.
 */
function median(d: Tensor3D, { all, n }: Pairs): Tensor3D {
  const [matrices] = d.shape;
  const values = tf.reshape(d, [matrices, -1]) as Tensor2D;
  const counted = tf.reshape(all, [all.shape[0], -1]);
  const count = tf.reshape(tf.square(n), [-1, 1]) as Tensor2D;
  const [lower, upper] = [tf.floor<Tensor2D>(tf.div(tf.add(count, 1), 2)), tf.floor<Tensor2D>(tf.div(tf.add(count, 2), 2))];
  const largest = tf.max(values, 1, true) as Tensor2D;
  // What stands for no pair is above all that do.
  const shown = tf.add<Tensor2D>(values, tf.mul(tf.add(largest, 1), tf.sub(1, counted)));
  // Three passes of plain arithmetic for each count: comparisons of large tensors are slow on WASM.
  const steep = tf.mul<Tensor2D>(shown, STEEP);
  const under = (limit: Tensor2D): Tensor2D => tf.sum(tf.clipByValue(tf.sub(tf.mul(limit, STEEP), steep), 0, 1), 1, true);
  const least = tf.fill<tf.Rank.R2>([matrices, 1], -1e-30) as Tensor2D;
  // At most half of them are above twice their mean.
  const most = tf.minimum<Tensor2D>(largest, tf.div(tf.mul(tf.sum(tf.mul(values, counted), 1, true), 2), tf.maximum(count, 1)));
  const [, limit] = replaced(HALVINGS, [least, most] as const, ([below, above]) => {
    const half = tf.div<Tensor2D>(tf.add(below, above), 2);
    const enough = tf.greaterEqual(under(half), lower);
    return [tf.where(enough, below, half), tf.where(enough, half, above)] as const;
  });
  const within = tf.lessEqual(shown, limit);
  const last = tf.max(tf.where(within, shown, tf.zerosLike(shown)), 1, true) as Tensor2D;
  const next = tf.min(tf.where(within, tf.mul(tf.onesLike(shown), tf.add(largest, 1)), shown), 1, true) as Tensor2D;
  return tf.reshape(tf.div(tf.add(last, tf.where(tf.greaterEqual(tf.sum(tf.cast(within, 'float32'), 1, true), upper), last, next)), 2), [-1, 1, 1]);
}

/** Matrices whose rows are all the same, 0 then, or of which one is: nothing can be said of them. `[N, 1, 1]`, 1 elsewhere. */
function varies(k: Tensor3D, l: Tensor3D): Tensor3D {
  const eye = tf.expandDims(tf.eye(k.shape[1]), 0);
  const trace = (x: Tensor3D): Tensor3D => tf.sum(tf.mul(x, eye), [1, 2], true);
  return tf.cast(tf.logicalAnd(tf.greater(trace(k), 0), tf.greater(trace(l), 0)), 'float32');
}

/** Value and G of a measure of matrices, as `GramMeasure.of` gives them, but 0 where a side has collapsed, whatever it makes of that. */
function ofGrams(kernels: Kernels, spec: MatrixMeasure, measure: GramMeasure, k: Tensor3D, l: Tensor3D, real?: Tensor2D): { value: Tensor1D; g: Tensor3D } {
  const option = optionOf(spec);
  if (measure.pairs && kernels.compareGrams) return kernels.compareGrams(measure.pairs, k, l, { option, real });
  const { value, g } = measure.of(kernels, k, l, { real, option });
  const kept = varies(k, l);
  return { value: tf.mul(value, flat(kept)), g: tf.mul(g, kept) };
}

/**
 * A measure of two stacks of matrices, `[N, n, n]` and `[N|1, n, n]`: values `[N]`, 0 where a side has collapsed, whatever the
 * measure makes of that.
 * @param real `[N, n]`, 1 for examples and 0 for padding
 */
export function compare(kernels: Kernels, spec: MatrixMeasure, k: Tensor3D, l: Tensor3D, real?: Tensor2D): Tensor1D {
  const measure = MEASURES[spec.name];
  if ('value' in measure) return tf.mul(measure.value(kernels, k, l), flat(varies(k, l)));
  return measure.fused ? measure.of(kernels, k, l, { real, option: Number.NaN }).value : ofGrams(kernels, spec, measure, k, l, real).value;
}

/** The same of rows z `[N, n, F]` whose matrix is K, with its gradient for them times one number each, `factor` `[N]`. */
export function pull(kernels: Kernels, spec: MatrixMeasure, z: Tensor3D, l: Tensor3D, factor: Tensor1D, real?: Tensor2D): Pull {
  const measure = MEASURES[spec.name];
  const k = kernels.matmul(z, z, { transposeB: true });
  const each = tf.reshape<tf.Rank.R3>(factor, [-1, 1, 1]);
  if ('value' in measure) {
    const kept = varies(k, l);
    const { value, dz } = measure.ofRows(kernels, z, l);
    return { value: tf.mul(value, flat(kept)), dz: tf.mul(tf.mul(dz, kept), each) };
  }
  const { value, g } = ofGrams(kernels, spec, measure, k, l, real);
  // The n×n side is the small one: multiply there, not on [N, n, F].
  return { value, dz: kernels.matmul(tf.mul(g, each), z) };
}

/**
 * Regularised canonical correlation: CKA of P = K·(K + κI)⁻¹ = I − κ·(K + κI)⁻¹ on both sides. K has trace 1 and κ is
 * ridge/n, so that `ridge` → 0 gives the mean squared canonical correlation of layers of one rank, `ridge` → ∞ CKA.
 */
function canonical(kernels: Kernels, k: Tensor3D, l: Tensor3D, { real, option: ridge }: Told): { value: Tensor1D; g: Tensor3D } {
  const { all, n } = pairsOf(k.shape[1], real);
  const eye = tf.expandDims(tf.eye(k.shape[1]), 0) as Tensor3D;
  const kappa = tf.div<Tensor3D>(ridge, tf.maximum(n, 1));
  const projection = (gram: Tensor3D) => {
    const solved = tf.mul<Tensor3D>(inverted(kernels, tf.add(gram, tf.mul(eye, kappa))), kappa);
    return { solved, p: tf.mul<Tensor3D>(tf.sub(eye, solved), all) };
  };
  const [own, other] = [projection(k), projection(l)];
  const none = tf.zerosLike(n);
  const { value, gradient } = cosine(own.p, other.p, none, none);
  const back = kernels.matmul(kernels.matmul(own.solved, gradient), own.solved);
  return { value, g: tf.div<Tensor3D>(tf.mul(back, 2), kappa) };
}

/** The sum of the singular values of Fᵀ·z with F·Fᵀ = L, which is that of the two layers' cross-covariance. */
function nuclear(kernels: Kernels, z: Tensor3D, l: Tensor3D): Pull {
  const factor = factored(l);
  const across = kernels.matmul(factor, z, { transposeA: true });
  const u = polar(kernels, across);
  return { value: flat(total(tf.mul(u, across))), dz: kernels.matmul(factor, u) };
}

export const MEASURES: { readonly [name in Measure]: GramMeasure | RowMeasure } = {
  cka: cka(false),
  'cka-debiased': cka(true),
  'rbf-cka': ofDistances('centred', 'rbf-cka', radial),
  rsa: ofDistances('unit', 'rsa', correlation),
  'rsa-correlation': ofDistances('unit-centred', 'rsa', correlation),
  'rsa-euclidean': ofDistances('centred', 'rsa', correlation),
  sp: {
    form: 'raw',
    compares: 'products',
    pairs: 'sp',
    of(_, k, l, { real }) {
      const { value, gradient } = rowCosines(k, l, pairsOf(k.shape[1], real));
      return { value, g: tf.add(gradient, tf.transpose(gradient, [0, 2, 1])) };
    },
  },
  ridge: { form: 'centred', compares: 'products', of: (kernels, k, l, { real, option }) => predicted(kernels, k, l, real, option) },
  procrustes: {
    form: 'centred',
    compares: 'products',
    value: (kernels, k, l) => nuclear(kernels, factored(k), l).value,
    ofRows: nuclear,
  },
  cca: { form: 'centred', compares: 'products', of: canonical },
  rkd: ofDistances('centred', 'rkd', huberDistances),
  'soft-knn': ofDistances('centred', 'soft-knn', softNeighbours),
};
