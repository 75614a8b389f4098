/**
 * Linear CKA from Gram matrices (Kornblith et al. 2019; paper App. B.1 eq. 2–6), biased and debiased, with its exact
 * chance level. Everything follows from four numbers per pair of *centred* Gram matrices K, L over n examples:
 * ⟨K,L⟩, tr K, tr L and the product ⟨Ũ(K),Ũ(L)⟩ of both U-centred (Song et al. 2007; Székely & Rizzo 2014).
 */
import * as tf from '@tensorflow/tfjs-core';
import { CENTRED_GRAM_RATIO } from '../backend/kernels/composed/index.ts';
import { ownProducts, uCentreExactly } from '../backend/kernels/composed/similarity.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import { centredGram } from './alignment.ts';

/** Below this squared norm a Gram matrix of trace 1 or 0 counts as collapsed: no example differs from another. */
const COLLAPSED = 1e-12;

/** Products of one pair of centred Gram matrices, or of one with itself. */
export interface GramProducts {
  /** ⟨K, L⟩ */
  dot: number;
  /** ⟨Ũ(K), Ũ(L)⟩ of the U-centred matrices */
  uCentred: number;
  traceK: number;
  traceL: number;
}

/** Whether U-centring leaves more than rounding of a Gram matrix; `own`: its products with itself. */
export const hasDebiased = ({ dot, uCentred }: Pick<GramProducts, 'dot' | 'uCentred'>): boolean => uCentred > CENTRED_GRAM_RATIO ** 2 * dot;

export interface Similarity {
  /** Biased CKA in [0, 1]; NaN when a side has collapsed. */
  cka: number;
  /** Debiased CKA; may be negative, NaN when a side has collapsed or `hasDebiased` nothing. */
  debiased: number;
  /** Mean of `cka` over all permutations of the examples: tr K·tr L/((n−1)‖K‖‖L‖). */
  chance: number;
}

/** All three from the products of K with L, K with K and L with L. */
export function similarityFrom(kl: GramProducts, kk: GramProducts, ll: GramProducts, n: number): Similarity {
  if (!(kk.dot > COLLAPSED) || !(ll.dot > COLLAPSED)) return { cka: Number.NaN, debiased: Number.NaN, chance: Number.NaN };
  const norms = Math.sqrt(kk.dot) * Math.sqrt(ll.dot);
  return {
    cka: kl.dot / norms,
    debiased: hasDebiased(kk) && hasDebiased(ll) ? kl.uCentred / (Math.sqrt(kk.uCentred) * Math.sqrt(ll.uCentred)) : Number.NaN,
    chance: (kl.traceK * kl.traceL) / ((n - 1) * norms),
  };
}

/** Centred Gram matrices of several layers over sets of n examples, kept for comparison. */
export class GramStack {
  readonly taps: readonly string[];
  /** `[S, P, taps, n, n]`: instances, sets of examples. */
  readonly grams: tf.Tensor5D;
  /** Of each with itself: ⟨K, K⟩, ⟨Ũ, Ũ⟩, trace; `[S, P, taps, 3]`. */
  readonly own: tf.Tensor4D;

  private constructor(taps: readonly string[], grams: tf.Tensor5D, own: tf.Tensor4D) {
    this.taps = taps;
    this.grams = grams;
    this.own = own;
  }

  /** @param activations `[S, n, F]` by tap name, in order. Call inside `tf.tidy`; `keep` the result to use it longer. */
  static of(kernels: Kernels, activations: ReadonlyMap<string, tf.Tensor3D>): GramStack {
    const grams = tf.stack(
      [...activations.values()].map((x) => centredGram(kernels, x)),
      1,
    );
    const [instances, taps, n] = grams.shape;
    const matrices = tf.reshape(grams, [instances * taps, n, n]) as tf.Tensor3D;
    const own = ownProducts(kernels, matrices, uCentreExactly(matrices));
    return new GramStack([...activations.keys()], tf.expandDims(grams, 1) as tf.Tensor5D, tf.reshape(own, [instances, 1, taps, 3]));
  }

  /** Stacks of the same layers, one behind the other along S (axis 0) or P (axis 1). */
  static join(stacks: readonly GramStack[], axis: 0 | 1): GramStack {
    const [one] = stacks;
    if (stacks.length === 1) return one;
    return new GramStack(
      one.taps,
      tf.concat(
        stacks.map(({ grams }) => grams),
        axis,
      ) as tf.Tensor5D,
      tf.concat(
        stacks.map(({ own }) => own),
        axis,
      ) as tf.Tensor4D,
    );
  }

  keep(): this {
    tf.keep(this.grams);
    tf.keep(this.own);
    return this;
  }

  dispose(): void {
    tf.dispose([this.grams, this.own]);
  }
}

/**
 * CKA of two activation matrices, for tests and analysis.
 * @param x `[n, p]`, @param y `[n, q]` with n ≥ 4
 */
export async function cka(kernels: Kernels, x: tf.Tensor2D, y: tf.Tensor2D): Promise<Similarity> {
  const pack = tf.tidy(() => {
    const one = (m: tf.Tensor2D) => tf.expandDims(m, 0) as tf.Tensor3D;
    const { grams, own } = GramStack.of(kernels, new Map([['y', one(y)]]));
    return tf.concat([kernels.gramProducts(one(x), null, [grams]), own].map((part) => tf.reshape(part, [-1])));
  });
  const [kDot, kCentred, traceK, dot, uCentred, lDot, lCentred, traceL] = await pack.data();
  pack.dispose();
  return similarityFrom(
    { dot, uCentred, traceK, traceL },
    { dot: kDot, uCentred: kCentred, traceK, traceL: traceK },
    { dot: lDot, uCentred: lCentred, traceK: traceL, traceL },
    x.shape[0],
  );
}
