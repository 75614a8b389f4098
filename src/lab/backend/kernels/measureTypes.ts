import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';

/**
 * Kernels of measures other than CKA, a part of `Kernels` (see `types.ts`), each where a backend has it. `similarity/measures` composes
 * the same of tensor operations, which is the reference.
 */
export interface MeasureKernels {
  /**
   * The value of a measure of two stacks of Gram matrices `[E, n, n]`, `[E|1, n, n]`, and G = ∂f/∂K + (∂f/∂K)ᵀ. Both are 0 where a
   * side has collapsed.
   */
  compareGrams?(measure: PairMeasure, k: Tensor3D, l: Tensor3D, options: PairOptions): { value: Tensor1D; g: Tensor3D };

  /**
   * The gradient of weight · (1 − similarity) of such a measure in one go: arguments and result as of `Kernels.alignmentGradient`,
   * of more than one position.
   */
  pairGradient?(measure: PairMeasure, x: Tensor3D, guide: Tensor3D, weights: Tensor1D, options: PairGradientOptions): Alignment;

  /** Inverses of symmetric positive definite matrices `[N, n, n]`; what is below the diagonal is not read. */
  invert?(a: Tensor3D): Tensor3D;
}

export interface Alignment {
  gradient: Tensor3D;
  value: Tensor1D;
}

/** Measures that are computed from pairs of examples: what is compared, not of which rows (see `similarity/measures`). */
export const PAIR_MEASURES = ['rbf-cka', 'rsa', 'sp', 'rkd', 'soft-knn'] as const;
export type PairMeasure = (typeof PAIR_MEASURES)[number];

export interface PairOptions {
  /** Of the measure, see `experiment/schema/measureOptions.ts`; NaN where it has none. */
  option: number;
  /** `[E|1, n]`, 1 for examples and 0 for padding; absent: all are examples. */
  real?: Tensor2D;
}

/** How activations become the rows whose Gram matrix is compared (see `similarity/measures/forms.ts`). */
export const FORMS = ['raw', 'centred', 'unit', 'unit-centred'] as const;
export type Form = (typeof FORMS)[number];

/** Which matrices a term of a loss compares. */
interface ComparedMatrices {
  first: number;
  count: number;
  positions: number;
  /** Factor on the weight of each matrix, `[count·T]`; 1 where absent. */
  shares?: Tensor1D;
}

export interface AlignmentOptions extends ComparedMatrices {
  debiased: boolean;
}

export interface PairGradientOptions extends ComparedMatrices {
  form: Form;
  option: number;
}
