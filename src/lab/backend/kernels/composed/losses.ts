import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Kernels } from '../types.ts';
import { sumPerMember, zero } from './shared.ts';

/** Which rows have a label, `[E|1, B, 1]`, and how many they are per member (at least 1), `[E|1]`. */
function supervisedRows(labels: Tensor2D): { supervised: Tensor3D; count: Tensor1D } {
  const supervised = tf.greaterEqual(labels, tf.scalar(0, 'int32'));
  const count = tf.maximum(tf.sum(tf.cast(supervised, 'float32'), 1), 1) as Tensor1D;
  return { supervised: tf.expandDims(supervised, 2), count };
}

/** Chosen rather than multiplied by 0, as 0 · NaN is NaN. */
const where = (supervised: Tensor3D, x: Tensor3D) => tf.where(supervised, x, zero<Tensor3D>());

export const softmaxCrossEntropy: Kernels['softmaxCrossEntropy'] = (logits, labels) =>
  tf.tidy(() => {
    const { supervised, count } = supervisedRows(labels);
    // Not every backend bears −1 as an index.
    const target = tf.oneHot(tf.maximum(labels, tf.scalar(0, 'int32')), logits.shape[2]) as Tensor3D;
    const logProbability = tf.logSoftmax(logits);
    const likelihood = where(supervised, tf.sum<Tensor3D>(tf.mul(logProbability, target), 2, true));
    const share = tf.reshape(count, [-1, 1, 1]);
    const dLogits = where(supervised, tf.div(tf.sub(tf.exp(logProbability), target), share));
    const correct = tf.cast(tf.equal(tf.argMax(logits, 2), labels), 'float32');
    return {
      loss: tf.neg(tf.div<Tensor1D>(sumPerMember(likelihood), count)),
      accuracy: tf.div<Tensor1D>(tf.sum(correct, 1), count),
      dLogits,
    };
  });

export const distillation: Kernels['distillation'] = (logits, teacher, { temperature, direction, labels }) =>
  tf.tidy(() => {
    const { supervised, count } = supervisedRows(labels ?? tf.zeros([1, logits.shape[1]], 'int32'));
    const logStudent = tf.logSoftmax(tf.div<Tensor3D>(logits, temperature));
    const logTeacher = tf.logSoftmax(tf.div<Tensor3D>(teacher, temperature));
    const student = tf.exp(logStudent);
    const scale = tf.div<Tensor1D>(temperature, count);
    const result = (perRow: Tensor3D, gradient: Tensor3D) => ({
      loss: tf.mul<Tensor1D>(sumPerMember(where(supervised, perRow)), tf.mul(scale, temperature)),
      dLogits: where(supervised, tf.mul(gradient, tf.reshape(scale, [-1, 1, 1]))),
    });
    if (direction === 'forward') {
      const probability = tf.exp(logTeacher);
      const divergence = tf.sum<Tensor3D>(tf.mul(probability, tf.sub(logTeacher, logStudent)), 2, true);
      return result(divergence, tf.sub(student, probability));
    }
    const difference = tf.sub<Tensor3D>(logStudent, logTeacher);
    const perRow = tf.sum<Tensor3D>(tf.mul(student, difference), 2, true);
    return result(perRow, tf.mul(student, tf.sub(difference, perRow)));
  });
