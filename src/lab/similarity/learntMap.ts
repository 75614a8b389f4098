/**
 * The loss of FitNets (Romero et al. 2015): how far a linear map of the target's layer, which is trained along, is from the
 * guide's. Both sides are centred, so that the map needs no bias; the guide's is of mean square 1 over the batch, so that the
 * loss is the share of its variance that the map leaves unexplained. The target's keeps its scale.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Pooling } from '../../experiment/plan/learntMaps.ts';
import { sharedRows } from '../autodiff/rows.ts';
import type { Alignment, Kernels } from '../backend/kernels/types.ts';

const same = ({ from, to }: Pooling): boolean => from[0] === to[0] && from[1] === to[1];

/** Activations of images `[E, B, H·W·C]` as examples `[E, B·h·w, C]`: means over the rectangles of a grid. */
export function pooled(x: Tensor3D, pooling: Pooling): Tensor3D {
  const { from, to } = pooling;
  const [e, b, all] = x.shape;
  const units = all / (from[0] * from[1]);
  if (same(pooling)) return tf.reshape(x, [e, b * from[0] * from[1], units]);
  const across = tf.mean(tf.reshape(x, [e * b * from[0] * to[1], from[1] / to[1], units]), 1);
  const down = tf.mean(tf.reshape(across, [e * b * to[0], from[0] / to[0], to[1] * units]), 1);
  return tf.reshape(down, [e, b * to[0] * to[1], units]);
}

/** A gradient for the result of `pooled`, of b examples, as one for its argument. */
export function unpooled(kernels: Pick<Kernels, 'gatherRows'>, gradient: Tensor3D, pooling: Pooling, b: number): Tensor3D {
  const { from, to } = pooling;
  const [e, rows, units] = gradient.shape;
  const positions = from[0] * from[1];
  if (same(pooling)) return tf.reshape(gradient, [e, b, positions * units]);
  const [high, wide] = [from[0] / to[0], from[1] / to[1]];
  const cellOf = (i: number): number => {
    const [example, y, x] = [Math.floor(i / positions), Math.floor((i % positions) / from[1]), i % from[1]];
    return (example * to[0] + Math.floor(y / high)) * to[1] + Math.floor(x / wide);
  };
  const each = tf.mul<Tensor3D>(gradient, rows / b / positions);
  return tf.reshape(kernels.gatherRows(each, sharedRows(b * positions, cellOf), e), [e, b, positions * units]);
}

export interface LearntAlignment extends Alignment {
  /** Gradient for the map, `[E, p, q]`. */
  map: Tensor3D;
}

/**
 * R² of the map on the batch, 1 − Σ(xW − y)²/Σy² with both sides centred, and the gradients of weight · (1 − R²). Where the
 * guide's layer has collapsed all are 0; where the target's has, R² is 0, and the gradient pulls it apart.
 * @param x examples of the target `[E·G, n, p]`; rows of padding are 0
 * @param guide those of the guide `[E·G, n, q]`, centred and of Frobenius norm 1, or 0 where it has collapsed
 * @param map of each member `[E, p, q]`, for all of its G matrices
 * @param weights `[E·G]`
 * @param real `[E·G, n]`, 1 for examples and 0 for padding; absent: all are examples
 */
export function learntGradient(
  kernels: Pick<Kernels, 'centreNormalise' | 'matmul' | 'sumSquares'>,
  x: Tensor3D,
  guide: Tensor3D,
  map: Tensor3D,
  weights: Tensor1D,
  real?: Tensor2D,
): LearntAlignment {
  const [matrices, n, p] = x.shape;
  const [members, , q] = map.shape;
  const perMember = <T extends Tensor3D>(rows: T): Tensor3D => tf.reshape(rows, [members, (matrices * n) / members, rows.shape[2]]);
  const { z, norm } = kernels.centreNormalise(x);
  // What makes a guide of mean square 1 one of norm 1.
  const scale = tf.rsqrt<Tensor1D>(real ? tf.mul(tf.maximum(1, tf.sum(real, 1)), q) : tf.fill([matrices], n * q));
  const each = (numbers: tf.Tensor): Tensor3D => tf.reshape(numbers, [-1, 1, 1]);
  const reach = tf.mul<Tensor1D>(norm, scale);
  const mapped = tf.reshape(kernels.matmul(perMember(z), map), [matrices, n, q]);
  const rest = tf.sub<Tensor3D>(tf.mul(mapped, each(reach)), guide);
  const varies = tf.cast<Tensor1D>(tf.greater(kernels.sumSquares([guide]), 0), 'float32');
  const value = tf.mul<Tensor1D>(tf.sub(1, kernels.sumSquares([rest])), varies);
  const factor = tf.mul(tf.mul(weights, varies), 2);
  const pulls = (by: Tensor1D): Tensor3D => perMember(tf.mul<Tensor3D>(rest, each(tf.mul(factor, by))));
  // The columns of what is left sum to 0, so that nothing is to be taken off for the centring of x.
  return {
    gradient: tf.reshape(kernels.matmul(pulls(scale), map, { transposeB: true }), [matrices, n, p]),
    value,
    map: kernels.matmul(perMember(z), pulls(reach), { transposeA: true }),
  };
}
