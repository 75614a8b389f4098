/** Ridge regression from a layer to another, from their Gram matrices: the first half of the examples fits, the second tests. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Kernels } from '../../backend/kernels/types.ts';
import { flat, inverse, total } from './matrices.ts';
import { inverted } from './solves.ts';

/** Examples of a half, centred over those that fit: its rows out of a Gram matrix, `[1|N, rows, n]`, 0 where there is no such example. */
interface Halves {
  fit: Tensor3D;
  test: Tensor3D;
  /** How many there are, `[1|N, 1, 1]`, at least 1. */
  fitted: Tensor3D;
  tested: Tensor3D;
}

/** @param real `[N, n]`, 1 for examples and 0 for padding; absent: all n are examples */
function halves(kernels: Kernels, n: number, real: Tensor2D = tf.ones([1, n])): Halves {
  const is = tf.expandDims(real, 1) as Tensor3D;
  const order = tf.expandDims(tf.range(1, n + 1, 1, 'float32'), 1);
  const upTo = tf.cast(tf.lessEqual(order, tf.transpose(order)), 'float32') as Tensor2D;
  // Of every example which of the real ones it is, from 1.
  const rank = kernels.matmul(is, tf.expandDims(upTo, 0) as Tensor3D);
  const count = tf.sum(is, 2, true) as Tensor3D;
  const half = tf.floor<Tensor3D>(tf.div(count, 2));
  const rows = (from: number, ranks: Tensor3D, which: tf.Tensor): Tensor3D =>
    tf.mul(tf.cast(tf.equal(ranks, tf.reshape(tf.range(1, n - from + 1, 1, 'float32'), [1, n - from, 1])), 'float32'), tf.mul(is, which));
  const inFit = tf.cast(tf.lessEqual(rank, half), 'float32');
  const least = Math.floor(n / 2);
  const [fit, test] = [rows(n - least, rank, inFit), rows(least, tf.sub(rank, half), tf.sub(1, inFit))];
  const fitted = tf.maximum<Tensor3D>(half, 1);
  const mean = tf.div<Tensor3D>(tf.sum(fit, 1, true), fitted);
  const centred = (own: Tensor3D): Tensor3D => tf.sub(own, tf.mul(tf.sum(own, 2, true), mean));
  return { fit: centred(fit), test: centred(test), fitted, tested: tf.maximum(tf.sub(count, half), 1) };
}

const rowSums = (x: Tensor3D): Tensor3D => tf.sum(x, 2, true);

/**
 * The mean over test examples of the cosine between what the ridge regression on K's rows says of them and L's rows: with
 * W, B the fit×fit and test×fit blocks of K, S = B·(W + λI)⁻¹ and λ = ridge · the mean diagonal of W, it is that of
 * (S·L_ft)_ii, over the roots of (S·L_ff·Sᵀ)_ii and (L_tt)_ii.
 */
export function predicted(kernels: Kernels, k: Tensor3D, l: Tensor3D, real: Tensor2D | undefined, ridge: number): { value: Tensor1D; g: Tensor3D } {
  const { matmul } = kernels;
  const { fit, test, fitted, tested } = halves(kernels, k.shape[1], real);
  const blocks = (gram: Tensor3D) => {
    const fitRows = matmul(fit, gram);
    return { own: matmul(fitRows, fit, { transposeB: true }), across: matmul(test, fitRows, { transposeB: true }) };
  };
  const [{ own: w, across: b }, other] = [blocks(k), blocks(l)];
  const eye = tf.expandDims(tf.eye(w.shape[1]), 0) as Tensor3D;
  const trace = total(tf.mul(w, eye));
  // A half that has collapsed says nothing: anything but 0 stands for it.
  const lambda = tf.where(tf.greater(trace, 0), tf.div<Tensor3D>(tf.mul(trace, ridge), fitted), tf.onesLike(trace));
  const solved = inverted(kernels, tf.add(w, tf.mul(eye, lambda)));

  const s = matmul(b, solved);
  const sl = matmul(s, other.own);
  const squares = rowSums(tf.mul(sl, s));
  const scale = tf.sqrt<Tensor3D>(tf.mul(inverse(squares), inverse(rowSums(tf.mul(matmul(test, l), test)))));
  const cosines = tf.mul<Tensor3D>(rowSums(tf.mul(s, other.across)), scale);

  const dS = tf.div<Tensor3D>(tf.sub(tf.mul(other.across, scale), tf.mul(sl, tf.mul(cosines, inverse(squares)))), tested);
  const dB = matmul(dS, solved);
  const dA = tf.neg<Tensor3D>(matmul(s, dB, { transposeA: true }));
  const dW = tf.add<Tensor3D>(dA, tf.mul(eye, tf.div(tf.mul(total(tf.mul(dA, eye)), ridge), fitted)));
  const dK = matmul(tf.add(matmul(fit, dW, { transposeA: true }), matmul(test, dB, { transposeA: true })), fit);
  return { value: flat(tf.div(tf.sum(cosines, 1, true), tested)), g: tf.add(dK, tf.transpose(dK, [0, 2, 1])) };
}
