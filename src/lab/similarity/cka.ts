/**
 * Linear CKA from Gram matrices (Kornblith et al. 2019; paper App. B.1 eq. 2–6), biased and debiased, with its exact
 * chance level. Everything follows from four numbers per pair of *centred* Gram matrices K, L over n examples:
 * ⟨K,L⟩, diag(K)·diag(L), tr K, tr L. Because rows of a centred K sum to 0, the U-centred product (Song et al. 2007;
 * Székely & Rizzo 2014) reduces to ⟨K,L⟩ − n/(n−2)·diag(K)·diag(L) + tr K·tr L/((n−1)(n−2)).
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Kernels } from '../backend/kernels/types.ts';
import { centredGram } from '../guidance/alignment.ts';

/** Below this squared norm a Gram matrix of trace 1 or 0 counts as collapsed: no example differs from another. */
const COLLAPSED = 1e-12;

/** Products of one pair of centred Gram matrices, or of one with itself. */
export interface GramProducts {
  /** ⟨K, L⟩ */
  dot: number;
  /** diag(K)·diag(L) */
  diagonal: number;
  traceK: number;
  traceL: number;
}

/** ⟨U(K), U(L)⟩ of the U-centred matrices, up to the factor n(n−3) that cancels in the ratio. Needs n ≥ 4. */
export function uCentredProduct({ dot, diagonal, traceK, traceL }: GramProducts, n: number): number {
  return dot - (n / (n - 2)) * diagonal + (traceK * traceL) / ((n - 1) * (n - 2));
}

export interface Similarity {
  /** Biased CKA in [0, 1]; NaN when a side has collapsed. */
  cka: number;
  /** Debiased CKA; may be negative, NaN when undefined. */
  debiased: number;
  /** Mean of `cka` over all permutations of the examples: tr K·tr L/((n−1)‖K‖‖L‖). */
  chance: number;
}

/** All three from the products of K with L, K with K and L with L. */
export function similarityFrom(kl: GramProducts, kk: GramProducts, ll: GramProducts, n: number): Similarity {
  if (!(kk.dot > COLLAPSED) || !(ll.dot > COLLAPSED)) return { cka: Number.NaN, debiased: Number.NaN, chance: Number.NaN };
  const norms = Math.sqrt(kk.dot) * Math.sqrt(ll.dot);
  const uNorms = uCentredProduct(kk, n) * uCentredProduct(ll, n);
  return {
    cka: kl.dot / norms,
    debiased: uNorms > 0 ? uCentredProduct(kl, n) / Math.sqrt(uNorms) : Number.NaN,
    chance: (kl.traceK * kl.traceL) / ((n - 1) * norms),
  };
}

/** Products of each Gram matrix with itself, `[S, taps]` each. */
interface OwnProducts {
  dots: tf.Tensor2D;
  diagonals: tf.Tensor2D;
  traces: tf.Tensor2D;
}

/** Centred Gram matrices of several layers over the same n examples, kept for comparison. */
export class GramStack {
  /** `[S, taps, n²]` */
  readonly grams: tf.Tensor3D;
  /** `[S, taps, n]` */
  readonly diagonals: tf.Tensor3D;
  readonly own: OwnProducts;
  readonly taps: readonly string[];
  readonly n: number;

  private constructor(taps: readonly string[], n: number, grams: tf.Tensor3D, diagonals: tf.Tensor3D, own: OwnProducts) {
    this.taps = taps;
    this.n = n;
    this.grams = grams;
    this.diagonals = diagonals;
    this.own = own;
  }

  /** @param activations `[S, n, F]` by tap name, in order. Call inside `tf.tidy`; `keep` the result to use it longer. */
  static of(kernels: Kernels, activations: ReadonlyMap<string, tf.Tensor3D>): GramStack {
    const layers = [...activations.values()].map((x) => {
      const [s, n] = x.shape;
      return tf.reshape(centredGram(kernels, x), [s, 1, n * n]) as tf.Tensor3D;
    });
    const [s, n] = [...activations.values()][0]?.shape ?? [0, 0];
    const grams = layers.length === 1 ? layers[0] : tf.concat3d(layers, 1);
    const taps = layers.length;
    const places = tf.range(0, n * n, n + 1, 'int32');
    const diagonals = tf.reshape(tf.gather(tf.reshape(grams, [s * taps, n * n]), places, 1), [s, taps, n]) as tf.Tensor3D;
    const squares = (x: tf.Tensor3D) => tf.reshape(kernels.sumSquares([tf.reshape(x, [s * taps, -1])]), [s, taps]) as tf.Tensor2D;
    return new GramStack([...activations.keys()], n, grams, diagonals, {
      dots: squares(grams), diagonals: squares(diagonals), traces: tf.sum(diagonals, 2) as tf.Tensor2D,
    });
  }

  /** Stacks of the same layers, one behind the other along S. */
  static join(stacks: readonly GramStack[]): GramStack {
    const [{ taps, n }] = stacks;
    const joined = <T extends tf.Tensor>(part: (stack: GramStack) => T): T => tf.concat(stacks.map(part), 0) as T;
    return new GramStack(taps, n, joined((s) => s.grams), joined((s) => s.diagonals), {
      dots: joined((s) => s.own.dots), diagonals: joined((s) => s.own.diagonals), traces: joined((s) => s.own.traces),
    });
  }

  /** The stack of some members. Call inside `tf.tidy`. */
  only({ first, count }: { first: number; count: number }): GramStack {
    if (count === this.grams.shape[0]) return this;
    const part = <T extends tf.Tensor>(x: T): T => tf.slice(x, [first, ...x.shape.slice(1).map(() => 0)], [count, ...x.shape.slice(1)]) as T;
    const { dots, diagonals, traces } = this.own;
    return new GramStack(this.taps, this.n, part(this.grams), part(this.diagonals), {
      dots: part(dots), diagonals: part(diagonals), traces: part(traces),
    });
  }

  keep(): this {
    for (const tensor of this.#tensors) tf.keep(tensor);
    return this;
  }

  dispose(): void {
    tf.dispose(this.#tensors);
  }

  get #tensors(): tf.Tensor[] {
    return [this.grams, this.diagonals, ...Object.values(this.own)];
  }
}

/**
 * Everything needed to compare two stacks, as one small tensor to read back: call inside `tf.tidy`, then give its
 * values to `readComparison`. S of either side may be 1.
 */
export function comparisonPack(kernels: Kernels, target: GramStack, guide: GramStack): tf.Tensor1D {
  const parts: tf.Tensor[] = [
    kernels.matmul(target.grams, guide.grams, { transposeB: true }),
    kernels.matmul(target.diagonals, guide.diagonals, { transposeB: true }),
    ...[target, guide].flatMap(({ own }) => [own.dots, own.diagonals, own.traces]),
  ];
  return tf.concat(parts.map((part) => tf.reshape(part, [-1]))) as tf.Tensor1D;
}

/**
 * Similarities `[S × targetTaps × guideTaps × 3]` (cka, debiased, chance) from the values of a `comparisonPack`.
 * @param offset where the pack starts in `values`
 */
export function readComparison(
  values: Float32Array, offset: number, sizes: { s: number; targetS: number; guideS: number; t: number; g: number; n: number },
): { similarities: Float32Array<ArrayBuffer>; length: number } {
  const { s, targetS, guideS, t, g, n } = sizes;
  let at = offset;
  const take = (count: number) => {
    const start = at;
    at += count;
    return start;
  };
  const dots = take(s * t * g);
  const diagonals = take(s * t * g);
  const side = (count: number) => ({ dot: take(count), diagonal: take(count), trace: take(count) });
  const target = side(targetS * t);
  const guide = side(guideS * g);
  const similarities = new Float32Array(s * t * g * 3);
  for (let e = 0; e < s; e++) {
    for (let i = 0; i < t; i++) {
      for (let j = 0; j < g; j++) {
        const k = (targetS === 1 ? 0 : e) * t + i;
        const l = (guideS === 1 ? 0 : e) * g + j;
        const index = (e * t + i) * g + j;
        const traceK = values[target.trace + k];
        const traceL = values[guide.trace + l];
        const { cka, debiased, chance } = similarityFrom(
          { dot: values[dots + index], diagonal: values[diagonals + index], traceK, traceL },
          { dot: values[target.dot + k], diagonal: values[target.diagonal + k], traceK, traceL: traceK },
          { dot: values[guide.dot + l], diagonal: values[guide.diagonal + l], traceK: traceL, traceL },
          n);
        similarities.set([cka, debiased, chance], index * 3);
      }
    }
  }
  return { similarities, length: at - offset };
}

/**
 * CKA of two activation matrices, for tests and analysis.
 * @param x `[n, p]`, @param y `[n, q]` with n ≥ 4
 */
export async function cka(kernels: Kernels, x: tf.Tensor2D, y: tf.Tensor2D): Promise<Similarity> {
  const pack = tf.tidy(() => {
    const stack = (m: tf.Tensor2D) => GramStack.of(kernels, new Map([['layer', tf.expandDims(m, 0) as tf.Tensor3D]]));
    return comparisonPack(kernels, stack(x), stack(y));
  });
  const values = (await pack.data()) as Float32Array;
  pack.dispose();
  const [similarity, debiased, chance] = readComparison(values, 0, { s: 1, targetS: 1, guideS: 1, t: 1, g: 1, n: x.shape[0] }).similarities;
  return { cka: similarity, debiased, chance };
}
