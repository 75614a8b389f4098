/**
 * How the activations of a layer become the rows z whose Gram matrix K = z·zᵀ a measure compares, and how a gradient
 * for z finds its way back to the activations.
 *
 * 'centred': columns centred over the examples. 'raw': as they are. 'unit': each example divided by its own norm, then
 * centred: squared distances between rows are then 2·(1 − cosine), with all their digits even where a large mean makes all
 * cosines nearly 1. 'unit-centred': as 'unit', each example's own mean over its units taken off first, so that 1 − Pearson's
 * correlation takes the place of 1 − cosine. All end divided by the Frobenius norm of the whole.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Form } from '../../backend/kernels/measureTypes.ts';
import type { Kernels } from '../../backend/kernels/types.ts';

export type { Form };

export interface Prepared {
  /** `[N, n, F]`, of Frobenius norm 1, or 0 where the layer has collapsed. Rows that are no examples are 0. */
  z: Tensor3D;
  /** `[N]` what was divided by at the end; 0 where the layer has collapsed. */
  norm: Tensor1D;
  /** A gradient for z as one for the activations; 0 where the layer has collapsed. */
  back(dz: Tensor3D): Tensor3D;
}

/** Below this an example's own norm counts as 0: it has no direction. */
const NO_DIRECTION = 1e-20;

const perRow = (x: Tensor3D): Tensor3D => tf.sum(x, 2, true);

/** Rows of length 1, and the way back: d/dx of x/|x| takes the part along x out of the gradient. */
function unitRows(x: Tensor3D): { u: Tensor3D; back(du: Tensor3D): Tensor3D } {
  const square = perRow(tf.square(x));
  const inverse = tf.where(tf.greater(square, NO_DIRECTION), tf.rsqrt(tf.maximum(square, NO_DIRECTION)), tf.zerosLike(square)) as Tensor3D;
  const u = tf.mul<Tensor3D>(x, inverse);
  return { u, back: (du) => tf.mul<Tensor3D>(tf.sub(du, tf.mul(u, perRow(tf.mul(du, u)))), inverse) };
}

/** Per matrix 1/norm, 0 where that is 0; `[N, 1, 1]`. */
function inverseOf(norm: Tensor1D): Tensor3D {
  const alive = tf.greater(norm, 0);
  return tf.reshape(tf.where(alive, tf.div(1, tf.where(alive, norm, tf.onesLike(norm))), tf.zerosLike(norm)), [-1, 1, 1]);
}

/** Centre the rows of a mask `[N, n, 1]` over themselves; the others become 0. */
function centreWhere(x: Tensor3D, mask: Tensor3D): Tensor3D {
  const mean = tf.div(tf.sum(tf.mul(x, mask), 1, true), tf.maximum(1, tf.sum(mask, 1, true)));
  return tf.mul<Tensor3D>(tf.sub(x, mean), mask);
}

function divided(norm: Tensor1D, z: Tensor3D): Prepared {
  return { z, norm, back: (dz) => tf.mul<Tensor3D>(tf.sub(dz, tf.mul(z, tf.sum(tf.mul(dz, z), [1, 2], true))), inverseOf(norm)) };
}

/**
 * Call inside `tf.tidy`.
 * @param x activations `[N, n, F]`
 * @param real `[N, n]`, 1 for examples and 0 for padding; absent: all are examples
 */
export function prepare(kernels: Pick<Kernels, 'centreNormalise' | 'sumSquares'>, x: Tensor3D, form: Form, real?: Tensor2D): Prepared {
  const mask = real && (tf.expandDims(real, 2) as Tensor3D);
  const masked = (values: Tensor3D): Tensor3D => (mask ? tf.mul<Tensor3D>(values, mask) : values);
  if (form === 'raw') {
    const shown = masked(x);
    const norm = tf.sqrt(kernels.sumSquares([shown])) as Tensor1D;
    const { back, ...rest } = divided(norm, tf.mul<Tensor3D>(shown, inverseOf(norm)));
    return { ...rest, back: (dz) => masked(back(dz)) };
  }
  const centred = (values: Tensor3D): Prepared => {
    const shown = mask ? centreWhere(values, mask) : values;
    const { z, norm } = kernels.centreNormalise(shown);
    const { back, ...rest } = divided(norm, z);
    // Column means need not be taken out: z is centred, and every G = ∂/∂K + (∂/∂K)ᵀ of a measure of centred rows maps
    // the constant vector to a multiple of itself, so that those of G·z are 0.
    return { ...rest, back: (dz) => masked(back(dz)) };
  };
  if (form === 'centred') return centred(x);
  const own = form === 'unit-centred' ? tf.sub<Tensor3D>(x, tf.mean(x, 2, true)) : x;
  const unit = unitRows(own);
  const { z, norm, back } = centred(unit.u);
  return {
    z,
    norm,
    back(dz) {
      const dOwn = unit.back(back(dz));
      return form === 'unit-centred' ? tf.sub<Tensor3D>(dOwn, tf.mean(dOwn, 2, true)) : dOwn;
    },
  };
}
