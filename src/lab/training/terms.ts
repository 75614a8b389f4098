/**
 * The terms of a group's loss besides its cross-entropy: alignment to a guide and distillation. Each belongs to a range
 * of members (those of one arm); terms of the same kind whose members follow each other run as one.
 */
import * as tf from '@tensorflow/tfjs-core';
import { type BuiltMeasure, measureKey } from '../../experiment/schema/measures.ts';
import type { Root, Value } from '../autodiff/tape.ts';
import type { Alignment, Kernels } from '../backend/kernels/types.ts';
import { alignmentGradient } from '../similarity/alignment.ts';
import { MEASURES } from '../similarity/measures/index.ts';
import { type MemberRange, membersOf } from '../steps/members.ts';
import type { BatchView } from '../similarity/tokenViews.ts';

/** One aligned pair: the guide's Gram matrices, in the form of the measure, for the members' batches. The weight is the member's. */
export interface AlignInput {
  members: MemberRange;
  targetTap: string;
  /** `[count, B, B]`, or `[1, B, B]` for all; with a view per position `[count·T, B, B]`. */
  guideGram: tf.Tensor3D;
  /** Share of each Gram matrix, where it is not 1 (see `BatchView.shares`). */
  shares?: tf.Tensor1D;
  /** How the tokens of sequences are looked at. */
  view?: BatchView;
  measure: BuiltMeasure;
}

export interface DistilInput {
  members: MemberRange;
  /** Teacher logits `[count, B, C]`. */
  logits: tf.Tensor3D;
  temperature: number;
  ceWeight: number;
  kdWeight: number;
  direction: 'forward' | 'reverse';
  /** int32 `[count, B]`: rows whose label is −1 are not distilled. */
  labels?: tf.Tensor2D;
}

/** Several terms as one: same tap, view and measure, members one behind the other. */
function joined(terms: readonly AlignInput[]): AlignInput {
  const [one] = terms;
  if (terms.length === 1) return one;
  return {
    ...one,
    members: { first: one.members.first, count: terms.reduce((sum, { members }) => sum + members.count, 0) },
    guideGram: tf.concat3d(
      terms.map(({ guideGram }) => guideGram),
      0,
    ),
    shares: one.shares && tf.concat1d(terms.map(({ shares }) => shares as tf.Tensor1D)),
  };
}

/** Terms as few products as they can be. */
function joinTerms(terms: readonly AlignInput[]): AlignInput[] {
  const runs: AlignInput[][] = [];
  for (const term of terms) {
    const run = runs.find((candidate) => {
      const { members, targetTap, view, measure, guideGram } = candidate[candidate.length - 1];
      // A Gram matrix that all members share stays one.
      const own = guideGram.shape[0] === term.guideGram.shape[0] && guideGram.shape[0] >= members.count;
      const follows = own && members.first + members.count === term.members.first;
      return follows && targetTap === term.targetTap && view === term.view && measureKey(measure) === measureKey(term.measure);
    });
    if (run) run.push(term);
    else runs.push([term]);
  }
  return runs.map(joined);
}

/** One term's gradient at its tap, and each of its members' similarity: a mean over positions by their shares. */
function align(kernels: Kernels, tap: tf.Tensor3D, { members, guideGram, shares, view, measure }: AlignInput, weights: tf.Tensor1D): Alignment {
  const positions = view ? view.positions : 1;
  const { fused } = MEASURES[measure.name];
  if (kernels.alignmentGradient && positions && fused) {
    return kernels.alignmentGradient(tap, guideGram, weights, { ...members, positions, shares, ...fused });
  }
  const x = membersOf(tap, members);
  const own = membersOf(weights, members);
  const each = shares ? (tf.reshape(tf.mul(tf.reshape(shares, [members.count, -1]), tf.expandDims(own, 1)), [-1]) as tf.Tensor1D) : own;
  // A kernel of its own takes centred rows, where padding is 0; the others are told which rows are padding.
  const { gradient, value } = alignmentGradient(kernels, view ? view.take(x, fused !== undefined) : x, guideGram, each, measure, view?.real(members.count));
  return {
    gradient: view ? view.spread(gradient, x.shape[1]) : gradient,
    value: shares ? tf.sum<tf.Tensor1D>(tf.reshape(tf.mul(value, shares), [members.count, -1]), 1) : value,
  };
}

export interface AlignmentLoss {
  /** Its gradients at the taps. */
  roots: Root[];
  /** `[E]`; 0 for members without a term. */
  loss: tf.Tensor1D;
}

/**
 * Each member's alignment loss Σ weight · (1 − similarity) over its pairs. A similarity that is not defined counts as 0 and
 * has no gradient.
 * @param weights `[E]`
 */
export function alignmentRoots(
  kernels: Kernels,
  taps: ReadonlyMap<string, Value<tf.Tensor3D>>,
  terms: readonly AlignInput[],
  weights: tf.Tensor1D,
): AlignmentLoss {
  const pairs = new Float32Array(weights.size);
  let similarity = tf.zeros<tf.Rank.R1>([weights.size]);
  const roots = joinTerms(terms).map((term): Root => {
    const { first, count } = term.members;
    const tap = taps.get(term.targetTap);
    if (!tap) throw new Error(`the target has no layer "${term.targetTap}"`);
    const { gradient, value } = align(kernels, tap.tensor, term, weights);
    similarity = kernels.addToMembers(similarity, value, first);
    for (let e = first; e < first + count; e++) pairs[e]++;
    return [tap, gradient, first];
  });
  return { roots, loss: tf.mul(weights, tf.sub(tf.tensor1d(pairs), similarity)) };
}

/** Gradient at the logits: of the cross-entropy, or of ceWeight·CE + kdWeight·T²·KL for members that are distilled. */
export function taskGradient(kernels: Kernels, logits: tf.Tensor3D, dCrossEntropy: tf.Tensor3D, terms: readonly DistilInput[]): tf.Tensor3D {
  if (terms.length === 0) return dCrossEntropy;
  const [members] = logits.shape;
  const shares = new Float32Array(members).fill(1);
  for (const {
    members: { first, count },
    ceWeight,
  } of terms)
    shares.fill(ceWeight, first, first + count);
  let gradient = tf.mul(dCrossEntropy, tf.tensor3d(shares, [members, 1, 1])) as tf.Tensor3D;
  for (const term of terms) {
    const { dLogits } = kernels.distillation(membersOf(logits, term.members), term.logits, term);
    gradient = kernels.addToMembers(gradient, tf.mul<tf.Tensor3D>(dLogits, term.kdWeight), term.members.first);
  }
  return gradient;
}
