/** The alignment term: weight · (1 − similarity) and its gradient (paper eq. 1). */
import * as tf from '@tensorflow/tfjs-core';
import type { Pooling } from '../../experiment/plan/learntMaps.ts';
import type { MatrixMeasure } from '../../experiment/schema/measures.ts';
import type { Alignment, Kernels } from '../backend/kernels/types.ts';
import { type Form, prepare } from './measures/forms.ts';
import { pooled } from './learntMap.ts';
import { MEASURES, pull } from './measures/index.ts';
import type { BatchView } from './tokenViews.ts';

/**
 * Centred Gram matrix of a guide's activations, ready for `alignmentGradient`.
 * @param activations `[S, B, F]`
 * @returns `[S, B, B]`, of trace 1 (0 for a collapsed layer)
 */
export function centredGram(kernels: Kernels, activations: tf.Tensor3D): tf.Tensor3D {
  const { z } = kernels.centreNormalise(activations);
  return kernels.matmul(z, z, { transposeB: true });
}

/** A guide's layer on one batch, ready to be aligned to. */
export interface GuideGram {
  /** `[S, B, B]`, or `[S·T, B, B]` per position: as the view says. */
  gram: tf.Tensor3D;
  /** Share of each matrix in the mean over positions, `[S·T]`. */
  shares: tf.Tensor1D | undefined;
}

/** Rows `[M, n, F]` with others in their places. @param order see `guideGram`: of as many parts as the M matrices are of */
function reordered(kernels: Kernels, z: tf.Tensor3D, order: tf.Tensor | undefined): tf.Tensor3D {
  if (!order) return z;
  const rows = [1, order.size] as const;
  return tf.reshape(kernels.gatherRows(tf.reshape(z, [...rows, z.size / order.size]), tf.reshape(order, [...rows])), z.shape);
}

/**
 * Call inside `tf.tidy`.
 * @param activations `[S, B, F]`, or `[S, B, T·F]` with a view of the batch's tokens
 * @param order int32 of a shuffled guide: for every row of all the matrices of examples, one behind the other, the row
 *   that takes its place
 * @param form of the rows, as the measure wants them
 */
export function guideGram(kernels: Kernels, activations: tf.Tensor3D, view?: BatchView, order?: tf.Tensor, form: Form = 'centred'): GuideGram {
  const examples = view ? view.take(activations) : activations;
  const [, n, features] = examples.shape;
  const centred = form === 'centred' || view ? kernels.centreNormalise(examples) : undefined;
  const own =
    form === 'centred' && centred ? centred : prepare(kernels, view ? view.take(activations, false) : activations, form, view?.real(activations.shape[0]));
  const shown = reordered(kernels, own.z, order);
  return { gram: kernels.matmul(shown, shown, { transposeB: true }), shares: centred && view?.shares(centred.norm, n, features) };
}

/** A guide's layer on one batch, ready for a map that is trained to it. */
export interface GuideRows {
  /** Examples centred and of Frobenius norm 1, `[S, n, q]`, or `[S·T, n, q]` per position. */
  rows: tf.Tensor3D;
  /** See `GuideGram`. */
  shares: tf.Tensor1D | undefined;
}

/** Parameters: see `guideGram`. @param pooling of images */
export function guideRows(kernels: Kernels, activations: tf.Tensor3D, view?: BatchView, order?: tf.Tensor, pooling?: Pooling): GuideRows {
  const examples = view ? view.take(activations) : pooling ? pooled(activations, pooling) : activations;
  const [, n, features] = examples.shape;
  const { z, norm } = kernels.centreNormalise(examples);
  return { rows: reordered(kernels, z, order), shares: view?.shares(norm, n, features) };
}

/**
 * The similarity of x to a guide, and the gradient of weight · (1 − similarity) for the target's activations x
 * `[E, B, F]`: with z the rows of x in the measure's form, K = z·zᵀ and G = ∂f/∂K + (∂f/∂K)ᵀ it is −weight · G·z, brought
 * back through the form. Of CKA (z = (x − x̄)/‖x − x̄‖) that is −weight · G·z/‖x − x̄‖ (see `Kernels.cka`): scale
 * invariance makes the projection of the normalisation vanish, centring of x is inherited from the centred G.
 * Where the similarity is not defined (a collapsed layer) both are 0.
 * @param weights of the E members
 * @param real `[E, B]`, 1 for examples and 0 for padding, of measures without a kernel of their own
 */
export function alignmentGradient(
  kernels: Kernels,
  x: tf.Tensor3D,
  guide: tf.Tensor3D,
  weights: tf.Tensor1D,
  measure: MatrixMeasure,
  real?: tf.Tensor2D,
): Alignment {
  const { form, fused } = MEASURES[measure.name];
  if (!fused) {
    const { z, back } = prepare(kernels, x, form, real);
    const { value, dz } = pull(kernels, measure, z, guide, tf.neg(weights), real);
    return { gradient: back(dz), value };
  }
  const { debiased } = fused;
  if (kernels.alignmentGradient) return kernels.alignmentGradient(x, guide, weights, { first: 0, count: x.shape[0], positions: 1, debiased });
  const { z, norm } = kernels.centreNormalise(x);
  const gram = kernels.matmul(z, z, { transposeB: true });
  const { value, g } = kernels.cka(gram, guide, { debiased });
  const alive = tf.greater(norm, 0);
  const factor = tf.where(alive, tf.div(tf.neg(weights), tf.where(alive, norm, tf.onesLike(norm))), tf.zerosLike(norm));
  // The n×n side is the small one: scale there, not on [E, B, F].
  return { gradient: kernels.matmul(tf.mul(g, tf.reshape(factor, [-1, 1, 1])) as tf.Tensor3D, z), value };
}
