import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D, Tensor5D } from '@tensorflow/tfjs-core';
import { attention, attentionGrad } from './attention.ts';
import * as depthwise from './depthwise.ts';
import { distillation, softmaxCrossEntropy } from './losses.ts';
import { addToMembers, adam, control, runningAverages, sgd, sumSquares } from './optimisers.ts';
import { recurrent, recurrentGrad } from './recurrent.ts';
import { flat, memberOf, overMembers, overRows, stackMembers, sumPerMember, zero } from './shared.ts';
import { gramProductsBy, uCentre } from './similarity.ts';
import * as tables from './tables.ts';
import * as tokens from './tokens.ts';
import type { BatchNormOptions, BatchNormResult, ConvOptions, DenseGradients, DenseInput, Kernels, MatmulOptions, Shape5D } from '../types.ts';

/**
 * A centred matrix whose norm is below this fraction of the norm of the means it was centred by is rounding
 * noise: float32 does not resolve it, so it counts as constant.
 */
export const CONSTANT_LAYER_RATIO = 1e-7;

/**
 * Debiased CKA is not defined where the norm of a side's U-centred Gram matrix is at most this share of that of the matrix
 * itself: it is 0 but for rounding, as where no more than one example differs from all others. Rounding leaves up to 4e-7 of
 * such a 0 (measured with float32 sums, of 4 to 1,024 examples); one example 1,000 times larger than 255 others leaves 6e-4
 * of 1,500 features and more of fewer.
 */
export const CENTRED_GRAM_RATIO = 1e-5;

/** The U-centred matrices of fewer examples are identically zero. */
export const MIN_DEBIASED_EXAMPLES = 4;

function matmul(a: Tensor3D, b: Tensor3D, options: MatmulOptions = {}): Tensor3D {
  return tf.matMul<Tensor3D>(a, b, options.transposeA ?? false, options.transposeB ?? false);
}

/** What a dense layer multiplies; x itself where there is nothing to do. */
function read(x: Tensor3D, options: DenseInput): Tensor3D {
  const active = options.relu ? tf.relu(x) : x;
  return options.mask ? tf.mul<Tensor3D>(active, options.mask) : active;
}

function dense(x: Tensor3D, w: Tensor3D, options: DenseInput & { bias?: Tensor2D } = {}): Tensor3D {
  return tf.tidy(() => {
    const product = matmul(read(x, options), w);
    return options.bias ? tf.add<Tensor3D>(product, overRows(options.bias)) : product;
  });
}

function denseGrad(dy: Tensor3D, x: Tensor3D, w: Tensor3D, options: DenseInput & { input: boolean; bias: boolean }): DenseGradients {
  const inputGradient = (): Tensor3D => {
    const d = matmul(dy, w, { transposeB: true });
    const masked = options.mask ? tf.mul<Tensor3D>(d, options.mask) : d;
    return options.relu ? tf.where(tf.greater(x, 0), masked, zero<Tensor3D>()) : masked;
  };
  return tf.tidy(() => ({
    ...(options.input && { dx: inputGradient() }),
    dWeights: matmul(read(x, options), dy, { transposeA: true }),
    ...(options.bias && { dBias: sumRows(dy) }),
  }));
}

function sumRows(x: Tensor3D): Tensor2D {
  return tf.sum<Tensor2D>(x, 1);
}

function batchNorm(x: Tensor3D, gamma: Tensor2D, beta: Tensor2D, options: BatchNormOptions): BatchNormResult {
  return tf.tidy(() => {
    const rows = x.shape[1];
    const mean = tf.div<Tensor2D>(sumRows(x), rows);
    const variance = tf.div<Tensor2D>(sumRows(tf.square(tf.sub<Tensor3D>(x, overRows(mean)))), rows);
    const normalised = batchNormInference(x, gamma, beta, mean, variance, options);
    const y = options.mask ? tf.mul<Tensor3D>(normalised, options.mask) : normalised;
    return { y, mean, variance };
  });
}

function batchNormGrad(
  dy: Tensor3D,
  x: Tensor3D,
  gamma: Tensor2D,
  forward: BatchNormResult,
  options: BatchNormOptions,
): { dx: Tensor3D; dGamma: Tensor2D; dBeta: Tensor2D } {
  return tf.tidy(() => {
    const rows = x.shape[1];
    let d = options.mask ? tf.mul<Tensor3D>(dy, options.mask) : dy;
    if (options.relu) d = tf.where(tf.greater(forward.y, 0), d, zero<Tensor3D>());
    const inverse = tf.rsqrt(tf.add<Tensor2D>(forward.variance, options.epsilon));
    const standard = tf.mul<Tensor3D>(tf.sub(x, overRows(forward.mean)), overRows(inverse));
    const dBeta = sumRows(d);
    const dGamma = sumRows(tf.mul<Tensor3D>(d, standard));
    const share = tf.add(tf.mul(standard, overRows(tf.div(dGamma, rows))), overRows(tf.div(dBeta, rows)));
    const dx = tf.mul<Tensor3D>(tf.sub(d, share), overRows(tf.mul(gamma, inverse)));
    return { dx, dGamma, dBeta };
  });
}

function batchNormInference(
  x: Tensor3D,
  gamma: Tensor2D,
  beta: Tensor2D,
  mean: Tensor2D,
  variance: Tensor2D,
  options: { epsilon: number; relu: boolean },
): Tensor3D {
  return tf.tidy(() => {
    const slope = tf.mul<Tensor2D>(gamma, tf.rsqrt(tf.add(variance, options.epsilon)));
    const y = tf.add<Tensor3D>(tf.mul(tf.sub(x, overRows(mean)), overRows(slope)), overRows(beta));
    return options.relu ? tf.relu(y) : y;
  });
}

function relu<T extends Tensor>(x: T, mask?: T): T {
  return tf.tidy(() => (mask ? tf.mul<T>(tf.relu(x), mask) : tf.relu(x)));
}

function reluGrad<T extends Tensor>(dy: T, y: T, mask?: T): T {
  return tf.tidy(() => {
    const passed = tf.where(tf.greater(flat(y), 0), flat(mask ? tf.mul(dy, mask) : dy), zero<Tensor1D>());
    return tf.reshape(passed, y.shape) as T;
  });
}

function conv2d(x: Tensor5D, filter: Tensor5D, options: ConvOptions & { bias?: Tensor2D }): Tensor5D {
  const { stride, pad, bias } = options;
  return stackMembers(filter.shape[0], (e) => {
    const y = tf.conv2d(memberOf(x, e), memberOf(filter, e), stride, pad);
    return bias ? tf.add<Tensor4D>(y, tf.slice(bias, [e, 0], [1, bias.shape[1]])) : y;
  });
}

function convAttributes(options: ConvOptions): { strides: [number, number]; pad: number; dataFormat: string } {
  return { strides: [options.stride, options.stride], pad: options.pad, dataFormat: 'NHWC' };
}

function conv2dInputGrad(dy: Tensor5D, filter: Tensor5D, xShape: Shape5D, options: ConvOptions): Tensor5D {
  const inputShape = xShape.slice(1);
  const gradient = stackMembers(filter.shape[0], (e) =>
    tf.engine().runKernel<Tensor4D>(tf.Conv2DBackpropInput, { dy: memberOf(dy, e), filter: memberOf(filter, e) }, { ...convAttributes(options), inputShape }),
  );
  return sharedGradient(gradient, xShape[0]);
}

/** The gradient of an input that all members share is the sum of theirs. */
function sharedGradient(gradient: Tensor5D, members: number): Tensor5D {
  if (members === gradient.shape[0]) return gradient;
  const total = tf.sum<Tensor5D>(gradient, 0, true);
  gradient.dispose();
  return total;
}

function conv2dFilterGrad(dy: Tensor5D, x: Tensor5D, filterShape: Shape5D, options: ConvOptions): Tensor5D {
  return stackMembers(filterShape[0], (e) =>
    tf
      .engine()
      .runKernel<Tensor4D>(
        tf.Conv2DBackpropFilter,
        { x: memberOf(x, e), dy: memberOf(dy, e) },
        { ...convAttributes(options), filterShape: filterShape.slice(1) },
      ),
  );
}

const squares = (x: Tensor): Tensor1D => sumPerMember(tf.square(x));

function centreNormalise(x: Tensor3D): { z: Tensor3D; norm: Tensor1D } {
  return tf.tidy(() => {
    const rows = x.shape[1];
    const mean = tf.div<Tensor2D>(sumRows(x), rows);
    const roughly = tf.sub<Tensor3D>(x, overRows(mean));
    // Once more: the float32 mean of a feature with a large offset is off by more than its variation may be.
    const centred = tf.sub<Tensor3D>(roughly, overRows(tf.div(sumRows(roughly), rows)));
    const squared = squares(centred);
    const constant = tf.lessEqual(squared, tf.mul(squares(mean), rows * CONSTANT_LAYER_RATIO ** 2));
    const norm = tf.where(constant, zero<Tensor1D>(), tf.sqrt(squared));
    const inverse = tf.where(constant, zero<Tensor1D>(), tf.rsqrt(squared));
    return { z: tf.mul<Tensor3D>(centred, overMembers(inverse, 3)), norm };
  });
}

function cka(k: Tensor3D, l: Tensor3D, options: { debiased: boolean }): { value: Tensor1D; g: Tensor3D } {
  return tf.tidy(() => {
    const { debiased } = options;
    if (debiased && k.shape[1] < MIN_DEBIASED_EXAMPLES) {
      return { value: tf.zeros<tf.Rank.R1>([k.shape[0]]), g: tf.zerosLike(k) };
    }
    const centredK = debiased ? uCentre(k) : k;
    const centredL = debiased ? uCentre(l) : l;
    const squareK = squares(centredK);
    const squareL = squares(centredL);
    const floorK: Tensor = debiased ? tf.mul(squares(k), CENTRED_GRAM_RATIO ** 2) : tf.scalar(0);
    const floorL: Tensor = debiased ? tf.mul(squares(l), CENTRED_GRAM_RATIO ** 2) : tf.scalar(0);
    const collapsed = tf.logicalOr(tf.lessEqual(squareK, floorK), tf.lessEqual(squareL, floorL));
    const inverse = tf.where(collapsed, zero<Tensor1D>(), tf.mul<Tensor1D>(tf.rsqrt(squareK), tf.rsqrt(squareL)));
    const value = tf.mul<Tensor1D>(sumPerMember(tf.mul(centredK, centredL)), inverse);
    const own = tf.where(collapsed, zero<Tensor1D>(), tf.div<Tensor1D>(value, squareK));
    const g = tf.mul<Tensor3D>(tf.sub(tf.mul(centredL, overMembers(inverse, 3)), tf.mul(centredK, overMembers(own, 3))), 2);
    return { value, g };
  });
}

/** Every kernel made of plain tfjs operations: the reference, and the fallback on every backend. */
export const composed: Kernels = {
  matmul,
  dense,
  denseGrad,
  sumRows,
  batchNorm,
  batchNormGrad,
  batchNormInference,
  relu,
  reluGrad,
  conv2d,
  conv2dInputGrad,
  conv2dFilterGrad,
  ...depthwise,
  softmaxCrossEntropy,
  distillation,
  centreNormalise,
  cka,
  gramProducts: gramProductsBy({ centreNormalise, matmul, sumSquares }),
  adam,
  sgd,
  sumSquares,
  control,
  runningAverages,
  addToMembers,
  ...tables,
  ...tokens,
  recurrent,
  recurrentGrad,
  attention,
  attentionGrad,
};
