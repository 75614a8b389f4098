/** The terms of a group's loss at its outputs: cross-entropy with its weight and its smoothing, and what is distilled from guides. */
import * as tf from '@tensorflow/tfjs-core';
import type { DistillationOptions, Kernels } from '../backend/kernels/types.ts';
import { type MemberRange, membersOf, rowOf } from '../steps/members.ts';

/** Labels of the members, of which those that are −1 are asked of nobody. */
type Labels = tf.Tensor2D;

export interface DistilInput {
  members: MemberRange;
  /** Teacher logits `[count, B, C]`, or `[1, B, C]` for all. */
  logits: tf.Tensor3D;
  /** Times T² · KL, or times the mean squared difference of the logits. */
  weight: number;
  /** Row of a step's numbers with the share of `weight` of each member; absent: 1. */
  shareRow?: number;
  /** Of KL alone. */
  temperature: number;
  /** 'logits': no KL, but the mean over rows and classes of (logit − teacher's)². */
  direction: DistillationOptions['direction'] | 'logits';
  /** int32 `[count, B]`: rows whose label is −1 are not distilled. */
  labels?: Labels;
}

/** Members whose labels are smoothed: `smoothing` of each is spread evenly over all classes. */
export interface SmoothedInput {
  members: MemberRange;
  smoothing: number;
}

/** What the gradient at the logits is made of: see `StepInput`. */
export interface TaskInput {
  distil: readonly DistilInput[];
  /** Of each member, on its cross-entropy; absent: 1 for all. */
  ceWeights?: readonly number[];
  /** Absent: none. */
  smoothed?: readonly SmoothedInput[];
  /** `[rows, E]` */
  scalars: tf.Tensor2D;
}

/** 1 where there is a label, as a share of all of a member's: `[E|1, B, 1]`. */
function shares(labels: Labels): tf.Tensor3D {
  const asked = tf.cast(tf.greaterEqual(labels, tf.scalar(0, 'int32')), 'float32');
  return tf.expandDims(tf.div(asked, tf.maximum(1, tf.sum(asked, 1, true))), 2);
}

/** Gradient of the mean over rows and classes of (logit − teacher's)². */
function squaredDifference(logits: tf.Tensor3D, teacher: tf.Tensor3D, labels: Labels | undefined): tf.Tensor3D {
  const [, rows, classes] = logits.shape;
  const difference = tf.sub<tf.Tensor3D>(logits, teacher);
  return labels ? tf.mul(tf.mul(difference, shares(labels)), 2 / classes) : tf.mul(difference, 2 / (rows * classes));
}

/**
 * What smoothing adds to the gradient of the cross-entropy, which is softmax − target: of (1 − s)·CE + s·mean over classes
 * of −log p the target is (1 − s)·label + s/C.
 */
function smoothing(logits: tf.Tensor3D, labels: Labels, share: number): tf.Tensor3D {
  const [, , classes] = logits.shape;
  // Not every backend bears −1 as an index.
  const label = tf.oneHot(tf.maximum(labels, tf.scalar(0, 'int32')), classes) as tf.Tensor3D;
  return tf.mul<tf.Tensor3D>(tf.mul(tf.sub(tf.cast(label, 'float32'), 1 / classes), shares(labels)), share);
}

/**
 * Gradient at the logits: of the cross-entropy of smoothed labels, or of ceWeight·CE + Σ weight·T²·KL for members that are
 * distilled.
 * @param labels of all members
 * @param dCrossEntropy of labels as they are
 */
export function taskGradient(
  kernels: Kernels,
  logits: tf.Tensor3D,
  labels: Labels,
  dCrossEntropy: tf.Tensor3D,
  { distil, ceWeights, smoothed = [], scalars }: TaskInput,
): tf.Tensor3D {
  let gradient = dCrossEntropy;
  for (const { members, smoothing: share } of smoothed) {
    gradient = kernels.addToMembers(gradient, smoothing(membersOf(logits, members), membersOf(labels, members), share), members.first);
  }
  if (ceWeights) gradient = tf.mul(gradient, tf.tensor3d([...ceWeights], [ceWeights.length, 1, 1]));
  for (const { members, shareRow, weight, direction, ...term } of distil) {
    const own = membersOf(logits, members);
    const dLogits =
      direction === 'logits' ? squaredDifference(own, term.logits, term.labels) : kernels.distillation(own, term.logits, { ...term, direction }).dLogits;
    const weighted = tf.mul<tf.Tensor3D>(dLogits, weight);
    const share = shareRow === undefined ? undefined : tf.reshape(membersOf(rowOf(scalars, shareRow), members), [members.count, 1, 1]);
    gradient = kernels.addToMembers(gradient, share ? tf.mul<tf.Tensor3D>(weighted, share) : weighted, members.first);
  }
  return gradient;
}
