/**
 * What measures are put together from: matrices A made of Gram matrices, and comparisons of two such matrices. All are
 * `[N, n, n]`, symmetric, and come with gradients: of a matrix as the way from ∂f/∂A back to ∂f/∂K, of a comparison as
 * P with df = Σ P_ij·dA_ij. Everything is made of plain tensor operations of fixed shapes, so that a step can be
 * recorded.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor3D } from '@tensorflow/tfjs-core';

/** Where entries of the matrices stand for pairs of examples. */
export interface Pairs {
  /** `[1|N, n, n]` 1 where both are examples, else 0. */
  all: Tensor3D;
  /** The same without the diagonal. */
  different: Tensor3D;
  /** Examples: `[1|N, 1, 1]`. */
  n: Tensor3D;
}

/** @param real `[N, n]`, 1 for examples and 0 for padding; absent: all n are examples */
export function pairsOf(n: number, real?: tf.Tensor2D): Pairs {
  const off = tf.expandDims(tf.sub(1, tf.eye(n)), 0) as Tensor3D;
  if (!real) return { all: tf.ones([1, n, n]), different: off, n: tf.fill([1, 1, 1], n) };
  const all = tf.mul<Tensor3D>(tf.expandDims(real, 2), tf.expandDims(real, 1));
  return { all, different: tf.mul(all, off), n: tf.reshape(tf.sum(real, 1), [-1, 1, 1]) };
}

export interface Compared {
  /** `[N]`; 0 where it is not defined. */
  value: Tensor1D;
  /** `[N, n, n]`; 0 where the value is not defined. */
  gradient: Tensor3D;
}

/** Below this share of what its terms add up to, a squared norm is rounding. */
const ROUNDING = 1e-12;

export const total = (x: Tensor3D): Tensor3D => tf.sum(x, [1, 2], true);
export const flat = (x: tf.Tensor): Tensor1D => tf.reshape(x, [-1]);
/** 1/x, 0 where x is 0. */
export const inverse = (x: Tensor3D): Tensor3D =>
  tf.where(tf.greater(x, 0), tf.div<Tensor3D>(1, tf.where(tf.greater(x, 0), x, tf.onesLike(x))), tf.zerosLike(x));

/** Squared distances D_ij = K_ii + K_jj − 2·K_ij between rows, and the way back: G = 4·(diag(row sums of P) − P). */
export function distances(k: Tensor3D): { d: Tensor3D; back(p: Tensor3D): Tensor3D } {
  const eye = tf.expandDims(tf.eye(k.shape[1]), 0) as Tensor3D;
  const diagonal = tf.sum(tf.mul(k, eye), 2, true) as Tensor3D;
  const d = tf.maximum<Tensor3D>(tf.sub(tf.add(diagonal, tf.transpose(diagonal, [0, 2, 1])), tf.mul(k, 2)), 0);
  return {
    d,
    back(p) {
      const both = tf.mul<Tensor3D>(tf.add(p, tf.transpose(p, [0, 2, 1])), 2);
      return tf.sub(tf.mul(eye, tf.sum(both, 2, true)), both);
    },
  };
}

/** Two matrices, each centred in some way, by the cosine between them. */
export function cosine(a: Tensor3D, b: Tensor3D, floorA: Tensor3D, floorB: Tensor3D): Compared {
  const [squareA, squareB] = [total(tf.square(a)), total(tf.square(b))];
  const defined = tf.logicalAnd(tf.greater(squareA, floorA), tf.greater(squareB, floorB));
  const scale = tf.where(defined, tf.mul<Tensor3D>(tf.sqrt(inverse(squareA)), tf.sqrt(inverse(squareB))), tf.zerosLike(squareA));
  const value = tf.mul<Tensor3D>(total(tf.mul(a, b)), scale);
  return { value: flat(value), gradient: tf.sub(tf.mul(b, scale), tf.mul(a, tf.mul(value, inverse(squareA)))) };
}

/** Pearson's correlation of the entries of two matrices off their diagonals: representational similarity analysis. */
export function correlation(a: Tensor3D, b: Tensor3D, { different }: Pairs): Compared {
  const count = total(different);
  const centred = (x: Tensor3D): Tensor3D => tf.mul(tf.sub(x, tf.div(total(tf.mul(x, different)), tf.maximum(count, 1))), different);
  const floor = (x: Tensor3D): Tensor3D => tf.mul(total(tf.square(tf.mul(x, different))), ROUNDING);
  return cosine(centred(a), centred(b), floor(a), floor(b));
}

/** CKA of kernel matrices that are not centred yet. */
export function alignment(a: Tensor3D, b: Tensor3D, { all, n }: Pairs): Compared {
  const centred = (x: Tensor3D): Tensor3D => {
    const shown = tf.mul<Tensor3D>(x, all);
    const rows = tf.div<Tensor3D>(tf.sum(shown, 2, true), n);
    const mean = tf.div<Tensor3D>(tf.sum(rows, 1, true), n);
    return tf.mul(tf.add(tf.sub(tf.sub(shown, rows), tf.transpose(rows, [0, 2, 1])), mean), all);
  };
  const floor = (x: Tensor3D): Tensor3D => tf.mul(total(tf.square(tf.mul(x, all))), ROUNDING);
  return cosine(centred(a), centred(b), floor(a), floor(b));
}

/** Mean over the examples of the cosine between their rows in two matrices (Tung & Mori 2019). */
export function rowCosines(a: Tensor3D, b: Tensor3D, { n }: Pairs): Compared {
  const rows = (x: Tensor3D): Tensor3D => tf.sum(x, 2, true);
  const scaleA = inverse(tf.sqrt(rows(tf.square(a))));
  const scaleB = inverse(tf.sqrt(rows(tf.square(b))));
  const [ownA, ownB] = [tf.mul<Tensor3D>(a, scaleA), tf.mul<Tensor3D>(b, scaleB)];
  const cosines = rows(tf.mul(ownA, ownB));
  const share = tf.div<Tensor3D>(scaleA, n);
  return { value: flat(tf.div(tf.sum(cosines, 1, true), n)), gradient: tf.mul(tf.sub(ownB, tf.mul(ownA, cosines)), share) };
}

/** 1 − mean Huber loss (δ = 1) between distances √D over their own mean off the diagonal (Park et al. 2019). */
export function huberDistances(a: Tensor3D, b: Tensor3D, { different, n }: Pairs): Compared {
  const count = tf.maximum<Tensor3D>(total(different), 1);
  const relative = (d: Tensor3D) => {
    const root = tf.mul<Tensor3D>(tf.sqrt(d), different);
    const mean = tf.div<Tensor3D>(total(root), count);
    return { root, mean, x: tf.mul<Tensor3D>(root, inverse(mean)) };
  };
  const [own, other] = [relative(a), relative(b)];
  const difference = tf.sub<Tensor3D>(own.x, other.x);
  const slope = tf.clipByValue<Tensor3D>(difference, -1, 1);
  const square = tf.square<Tensor3D>(n);
  // |x| − 1/2 outside of [−1, 1] and x²/2 inside are both slope·(x − slope/2).
  const value = tf.sub<Tensor3D>(1, tf.div(total(tf.mul(slope, tf.sub(difference, tf.div(slope, 2)))), square));
  const q = tf.neg<Tensor3D>(tf.div(slope, square));
  const shared = tf.div<Tensor3D>(total(tf.mul(q, own.x)), count);
  const dRoot = tf.mul<Tensor3D>(tf.mul(tf.sub(q, shared), inverse(own.mean)), different);
  return { value: flat(value), gradient: tf.mul(dRoot, tf.div(inverse(own.root), 2)) };
}

/**
 * Mean over the examples of Σ_j √(P_ij·Q_ij), P = softmax over j ≠ i of −D_ij/(τ·mean D): how alike the soft
 * neighbourhoods of an example are on both sides. Our relaxation of mutual nearest neighbours.
 */
export function softNeighbours(a: Tensor3D, b: Tensor3D, { different, n }: Pairs, temperature: number): Compared {
  const count = tf.maximum<Tensor3D>(total(different), 1);
  const neighbours = (d: Tensor3D) => {
    const scale = tf.mul<Tensor3D>(tf.div(total(tf.mul(d, different)), count), temperature);
    const logits = tf.neg<Tensor3D>(tf.mul(d, inverse(scale)));
    const open = tf.add<Tensor3D>(tf.mul(logits, different), tf.mul(tf.sub(different, 1), 1e9));
    return { scale, p: tf.mul<Tensor3D>(tf.softmax(open, 2), different) };
  };
  const [own, other] = [neighbours(a), neighbours(b)];
  const both = tf.sqrt<Tensor3D>(tf.mul(own.p, other.p));
  const sums = tf.sum(both, 2, true) as Tensor3D;
  const t = tf.div<Tensor3D>(tf.sub(both, tf.mul(own.p, sums)), tf.mul(n, 2));
  // The scale τ·mean D moves with D, too.
  const moved = tf.mul<Tensor3D>(tf.div(total(tf.mul(t, a)), count), tf.mul(tf.square(inverse(own.scale)), temperature));
  return {
    value: flat(tf.div(tf.sum(sums, 1, true), n)),
    gradient: tf.mul(tf.sub(moved, tf.mul(t, inverse(own.scale))), different),
  };
}
