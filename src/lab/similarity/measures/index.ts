/**
 * The measures of similarity that can be a loss, as a table. A measure is a function of two n×n matrices of the same
 * examples: K of a layer of the target, L of a layer of the guide. So a guide's matrix is made once per batch and
 * shared, and all gradients come back through one chain rule (`../alignment.ts`): with G = ∂f/∂K + (∂f/∂K)ᵀ it is
 * ∂f/∂z = G·z. What the page says of each stands in `experiment/schema/measures.ts`.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { type BuiltMeasure, type Measure, optionOf } from '../../../experiment/schema/measures.ts';
import type { Kernels } from '../../backend/kernels/types.ts';
import type { Form } from './forms.ts';
import { alignment, type Compared, correlation, distances, huberDistances, type Pairs, pairsOf, rowCosines, softNeighbours } from './matrices.ts';

/** What a measure is told besides the matrices. */
export interface Told {
  /** `[N, n]`, 1 for examples and 0 for padding, whose rows are 0; absent: all are examples. */
  real: Tensor2D | undefined;
  /** Of its option, see `experiment/schema/measureOptions.ts`; NaN where it has none. */
  option: number;
}

export interface GramMeasure {
  /** How activations become the rows that K is the Gram matrix of. */
  form: Form;
  /** What of two examples it looks at: products of their rows, or how far apart those are. */
  compares: 'products' | 'dissimilarities';
  /**
   * @param k `[N, n, n]`, @param l `[N|1, n, n]`, both of rows in `form`
   * @param told of the examples, and the value of the measure's option
   * @returns values `[N]`, 0 where they are not defined, and G `[N, n, n]`, 0 there
   */
  of(kernels: Kernels, k: Tensor3D, l: Tensor3D, told: Told): { value: Tensor1D; g: Tensor3D };
  /** Has a kernel of its own for value and gradient in one (`Kernels.alignmentGradient`): the debiased one, or the biased. */
  fused?: { debiased: boolean };
}

/** CKA through its kernel: centred rows of 0 change nothing in the biased one, whatever stands for padding. */
const cka = (debiased: boolean): GramMeasure => ({
  form: 'centred',
  compares: 'products',
  of: (kernels, k, l) => kernels.cka(k, l, { debiased }),
  fused: { debiased },
});

/** Compares matrices of squared distances between examples. */
const ofDistances = (form: Form, compare: (a: Tensor3D, b: Tensor3D, pairs: Pairs, option: number) => Compared): GramMeasure => ({
  form,
  compares: 'dissimilarities',
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

/** Halvings of the interval that the median lies in: float32 has no digits beyond. */
const HALVINGS = 32;

/**
 * The median of the entries of `[N, n, n]` that stand for pairs, by halving an interval, since a step of fixed shapes
 * cannot sort what is masked: `[N, 1, 1]`, the mean of the two in the middle where there are two.
 */
function median(d: Tensor3D, { all, n }: Pairs): Tensor3D {
  const count = tf.square<Tensor3D>(n);
  const [lower, upper] = [tf.floor<Tensor3D>(tf.div(tf.add(count, 1), 2)), tf.floor<Tensor3D>(tf.div(tf.add(count, 2), 2))];
  const largest = tf.max(d, [1, 2], true) as Tensor3D;
  // What stands for no pair is above all that do.
  const shown = tf.add<Tensor3D>(d, tf.mul(tf.add(largest, 1), tf.sub(1, all)));
  const upTo = (limit: Tensor3D): Tensor3D => tf.sum(tf.cast(tf.lessEqual(shown, limit), 'float32'), [1, 2], true);
  let below = tf.fill<tf.Rank.R3>([d.shape[0], 1, 1], -1e-30) as Tensor3D;
  let middle = largest;
  for (let i = 0; i < HALVINGS; i++) {
    const half = tf.div<Tensor3D>(tf.add(below, middle), 2);
    const enough = tf.greaterEqual(upTo(half), lower);
    middle = tf.where(enough, half, middle);
    below = tf.where(enough, below, half);
  }
  const beyond = tf.lessEqual(shown, middle);
  const next = tf.min(tf.where(beyond, tf.mul(tf.onesLike(shown), tf.add(largest, 1)), shown), [1, 2], true) as Tensor3D;
  return tf.div(tf.add(middle, tf.where(tf.greaterEqual(upTo(middle), upper), middle, next)), 2);
}

/** Matrices whose rows are all the same, 0 then, or of which one is: nothing can be said of them. `[N, 1, 1]`, 1 elsewhere. */
function varies(k: Tensor3D, l: Tensor3D): Tensor3D {
  const eye = tf.expandDims(tf.eye(k.shape[1]), 0);
  const trace = (x: Tensor3D): Tensor3D => tf.sum(tf.mul(x, eye), [1, 2], true);
  return tf.cast(tf.logicalAnd(tf.greater(trace(k), 0), tf.greater(trace(l), 0)), 'float32');
}

/**
 * A measure of two stacks of matrices, as `GramMeasure.of`; value and gradient are 0 where a side has collapsed, whatever
 * the measure makes of that.
 */
export function compare(kernels: Kernels, spec: BuiltMeasure, k: Tensor3D, l: Tensor3D, real?: Tensor2D): ReturnType<GramMeasure['of']> {
  const measure = MEASURES[spec.name];
  const { value, g } = measure.of(kernels, k, l, { real, option: optionOf(spec) });
  if (measure.fused) return { value, g };
  const kept = varies(k, l);
  return { value: tf.mul(value, tf.reshape(kept, [-1])), g: tf.mul(g, kept) };
}

export const MEASURES: { readonly [name in Measure]: GramMeasure } = {
  cka: cka(false),
  'cka-debiased': cka(true),
  'rbf-cka': ofDistances('centred', radial),
  rsa: ofDistances('unit', correlation),
  'rsa-correlation': ofDistances('unit-centred', correlation),
  'rsa-euclidean': ofDistances('centred', correlation),
  sp: {
    form: 'raw',
    compares: 'products',
    of(_, k, l, { real }) {
      const { value, gradient } = rowCosines(k, l, pairsOf(k.shape[1], real));
      return { value, g: tf.add(gradient, tf.transpose(gradient, [0, 2, 1])) };
    },
  },
  rkd: ofDistances('centred', huberDistances),
  'soft-knn': ofDistances('centred', softNeighbours),
};
