/**
 * How many dimensions the activations of a layer fill, as numbers that can be minimised: of the spectrum of the centred
 * Gram matrix K of trace 1, whose eigenvalues are the shares of the principal components in the variance.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Kernels } from '../backend/kernels/types.ts';
import { stream } from '../random/stream.ts';

/** A number of z, `[N]`, and its gradient for z, `[N, n, F]`. */
export interface OfSpectrum {
  value: Tensor1D;
  dz: Tensor3D;
}

/**
 * 1 − participation ratio/(n − 1): (tr K)²/tr K² = 1/‖K‖², which of n examples is n − 1 at most, where all components have
 * the same variance.
 * @param z `[N, n, F]`, centred and of Frobenius norm 1, or 0 where the layer has collapsed: then the value is 1
 */
export function participation(kernels: Kernels, z: Tensor3D): OfSpectrum {
  const [, n] = z.shape;
  const k = kernels.matmul(z, z, { transposeB: true });
  const square = tf.sum<Tensor3D>(tf.square(k), [1, 2], true);
  const ratio = tf.where(tf.greater(square, 0), tf.div<Tensor3D>(1, tf.where(tf.greater(square, 0), square, tf.onesLike(square))), tf.zerosLike(square));
  // d(1/‖K‖²) = −2·K/‖K‖⁴ · dK, and dK/dz doubles it.
  const factor = tf.mul<Tensor3D>(tf.square(ratio), 4 / (n - 1));
  return { value: tf.reshape(tf.sub(1, tf.div(ratio, n - 1)), [-1]), dz: kernels.matmul(tf.mul(k, factor), z) };
}

/** The variance that counts as all of it: the paper's threshold, of which no value is printed. */
const SHARE = 0.9;
/** Steepness of the paper's sigmoids, of which no value is printed either: soft over some hundredths of the variance. */
const STEEPNESS = 20;
/** Rounds of orthogonal iteration, each of two products with K. */
const ROUNDS = 8;

/** Where the iteration begins, by size. */
const STARTS = new Map<string, Float32Array>();
function startOf(n: number, components: number): Tensor3D {
  const key = `${n} ${components}`;
  const values = STARTS.get(key) ?? Float32Array.from(stream(0, 'spectrum').normals(n * components));
  STARTS.set(key, values);
  return tf.tensor3d(values, [1, n, components]);
}

const column = (w: Tensor3D, from: number, count: number): Tensor3D => tf.slice(w, [0, 0, from], [w.shape[0], w.shape[1], count]);

/** The columns of w `[N, n, t]` made orthonormal, one after the other; 0 where nothing is left of one. */
function orthonormal(kernels: Kernels, w: Tensor3D): Tensor3D {
  const done: Tensor3D[] = [];
  for (let rest: Tensor3D | null = w; rest; ) {
    const [, , left] = rest.shape;
    const first = column(rest, 0, 1);
    const square = tf.sum<Tensor3D>(tf.square(first), 1, true);
    const q = tf.mul<Tensor3D>(
      first,
      tf.where(tf.greater(square, 0), tf.rsqrt(tf.where(tf.greater(square, 0), square, tf.onesLike(square))), tf.zerosLike(square)),
    );
    done.push(q);
    if (left === 1) break;
    const others: Tensor3D = column(rest, 1, left - 1);
    rest = tf.sub<Tensor3D>(others, kernels.matmul(q, kernels.matmul(q, others, { transposeA: true })));
  }
  return tf.concat3d(done, 2);
}

/**
 * The largest eigenvalues of Gram matrices K with their eigenvectors, by orthogonal iteration from the same start at every
 * step: a fixed number of products. Where neighbouring eigenvalues are nearly the same their vectors are a mixture, of which
 * the sums of eigenvalues know nothing.
 * @param k `[N, n, n]`
 * @returns vectors `[N, n, t]`, values `[N, t]`
 */
function principal(kernels: Kernels, k: Tensor3D, components: number): { vectors: Tensor3D; values: Tensor2D } {
  const [count, n] = k.shape;
  let vectors = tf.tile(startOf(n, components), [count, 1, 1]);
  for (let round = 0; round < ROUNDS; round++) vectors = orthonormal(kernels, kernels.matmul(k, kernels.matmul(k, vectors)));
  return { vectors, values: tf.sum(tf.mul(vectors, kernels.matmul(k, vectors)), 1) };
}

/**
 * The paper's regulariser (App. I.2, eq. 10–14), 0 where the first t − 1 components have less than the share τ of the variance
 * and the first t have more: with c_k the share of the first k, Σ_{k<t} σ(β·(c_k − τ)) + σ(β·(τ − c_t)).
 * @param layers `[N, n, F]` each, centred and of Frobenius norm 1, or 0 where the layer has collapsed
 * @param dimension t; fewer where a layer has fewer units or the batch fewer examples
 * @returns of each layer
 */
export function intrinsicDimensions(kernels: Kernels, layers: readonly Tensor3D[], dimension: number): OfSpectrum[] {
  const most = ({ shape: [, n, features] }: Tensor3D) => Math.min(dimension, features, n - 1);
  const done = new Map<Tensor3D, OfSpectrum>();
  // Gram matrices of all layers are of one size: the iteration is made of many small operations, once for all of them.
  for (const t of new Set(layers.map(most))) {
    const together = layers.filter((z) => most(z) === t);
    ofAlike(kernels, together, t).forEach((each, i) => done.set(together[i], each));
  }
  return layers.map((z) => done.get(z) as OfSpectrum);
}

/** What one of several layers has of what was computed for all. */
const part = <T extends tf.Tensor>(x: T, { first, count }: { first: number; count: number }): T =>
  count === x.shape[0] ? x : (tf.slice(x, [first, ...x.shape.slice(1).map(() => 0)], [count, ...x.shape.slice(1)]) as T);

/** `intrinsicDimensions` of layers of which as many components are asked for. */
function ofAlike(kernels: Kernels, layers: readonly Tensor3D[], t: number): OfSpectrum[] {
  const grams = layers.map((z) => kernels.matmul(z, z, { transposeB: true }));
  const { vectors, values } = principal(kernels, grams.length === 1 ? grams[0] : tf.concat3d(grams, 0), t);
  // Sums of the first ones, as a product: [i, k] is 1 where component i is among the first k + 1.
  const among = tf.tensor2d(
    Array.from({ length: t * t }, (_, i) => (Math.floor(i / t) <= i % t ? 1 : 0)),
    [t, t],
  );
  const sign = tf.tensor2d(
    Array.from({ length: t }, (_, k) => (k < t - 1 ? 1 : -1)),
    [1, t],
  );
  const each = tf.sigmoid(tf.mul(tf.mul(tf.sub(tf.matMul(values, among), SHARE), sign), STEEPNESS));
  const slope = tf.mul(tf.mul(tf.mul(each, tf.sub(1, each)), sign), STEEPNESS) as Tensor2D;
  const value = tf.sum<Tensor1D>(each, 1);
  // ∂λ/∂K = v·vᵀ, so that the gradient for z is 2·V·diag(∂/∂λ)·Vᵀ·z.
  const left = tf.mul<Tensor3D>(vectors, tf.expandDims(tf.mul(tf.matMul(slope, among, false, true), 2), 1));
  let first = 0;
  return layers.map((z) => {
    const own = { first, count: z.shape[0] };
    first += own.count;
    return { value: part(value, own), dz: kernels.matmul(part(left, own), kernels.matmul(part(vectors, own), z, { transposeA: true })) };
  });
}
