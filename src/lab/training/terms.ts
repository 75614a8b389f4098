/**
 * The terms of a group's loss that align it to guides. Each belongs to a range of members (those of one arm); terms whose
 * members follow each other run as one.
 */
import * as tf from '@tensorflow/tfjs-core';
import { type BuiltMeasure, measureKey, optionOf } from '../../experiment/schema/measures.ts';
import type { Root, Value } from '../autodiff/tape.ts';
import type { Alignment, Kernels } from '../backend/kernels/types.ts';
import { alignmentGradient } from '../similarity/alignment.ts';
import { MEASURES } from '../similarity/measures/index.ts';
import { type MemberRange, membersOf, rowOf } from '../steps/members.ts';
import type { BatchView } from '../similarity/tokenViews.ts';

/** One aligned pair: the guide's Gram matrices, in the form of the measure, for the members' batches. */
export interface AlignInput {
  members: MemberRange;
  /** Row of a step's numbers that has the weight of each member (`StepInput.scalars`). */
  weightRow: number;
  /** Times that weight. */
  pairWeight: number;
  targetTap: string;
  /** `[count, B, B]`, or `[1, B, B]` for all; with a view per position `[count·T, B, B]`. */
  guideGram: tf.Tensor3D;
  /** Share of each Gram matrix, where it is not 1 (see `BatchView.shares`). */
  shares?: tf.Tensor1D;
  /** How the tokens of sequences are looked at. */
  view?: BatchView;
  measure: BuiltMeasure;
}

/** Several terms as one: same tap, view, measure and weights, members one behind the other. */
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
      const { members, targetTap, view, measure, guideGram, pairWeight } = candidate[candidate.length - 1];
      // A Gram matrix that all members share stays one.
      const own = guideGram.shape[0] === term.guideGram.shape[0] && guideGram.shape[0] >= members.count;
      const follows = own && members.first + members.count === term.members.first;
      const alike = targetTap === term.targetTap && view === term.view && measureKey(measure) === measureKey(term.measure);
      return follows && alike && pairWeight === term.pairWeight;
    });
    if (run) run.push(term);
    else runs.push([term]);
  }
  return runs.map(joined);
}

/**
 * One term's gradient at its tap, and each of its members' similarity: a mean over positions by their shares.
 * @param weights `[E]`
 */
function align(kernels: Kernels, tap: tf.Tensor3D, { members, guideGram, shares, view, measure }: AlignInput, weights: tf.Tensor1D): Alignment {
  const positions = view ? view.positions : 1;
  const { form, fused, pairs } = MEASURES[measure.name];
  if (kernels.alignmentGradient && positions && fused) {
    return kernels.alignmentGradient(tap, guideGram, weights, { ...members, positions, shares, ...fused });
  }
  if (kernels.pairGradient && positions && positions > 1 && pairs) {
    return kernels.pairGradient(pairs, tap, guideGram, weights, { ...members, positions, shares, form, option: optionOf(measure) });
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
 * Each member's alignment loss Σ weight · (1 − similarity) over the pairs of all of its terms. A similarity that is not
 * defined counts as 0 and has no gradient.
 * @param scalars `[rows, E]`, where the terms' weights are
 */
export function alignmentRoots(
  kernels: Kernels,
  taps: ReadonlyMap<string, Value<tf.Tensor3D>>,
  terms: readonly AlignInput[],
  scalars: tf.Tensor2D,
): AlignmentLoss {
  const roots: Root[] = [];
  const losses = [...new Set(terms.map(({ weightRow }) => weightRow))].map((row) => {
    const weights = rowOf(scalars, row);
    const pairs = new Float32Array(weights.size);
    let similarity = tf.zeros<tf.Rank.R1>([weights.size]);
    for (const term of joinTerms(terms.filter(({ weightRow }) => weightRow === row))) {
      const { pairWeight, targetTap } = term;
      const { first, count } = term.members;
      const tap = taps.get(targetTap);
      if (!tap) throw new Error(`the target has no layer "${targetTap}"`);
      const { gradient, value } = align(kernels, tap.tensor, term, times(weights, pairWeight));
      similarity = kernels.addToMembers(similarity, times(value, pairWeight), first);
      for (let e = first; e < first + count; e++) pairs[e] += pairWeight;
      roots.push([tap, gradient, first]);
    }
    return tf.mul<tf.Tensor1D>(weights, tf.sub(tf.tensor1d(pairs), similarity));
  });
  return { roots, loss: losses.length === 1 ? losses[0] : tf.addN(losses) };
}

/** An operation less where there is nothing to multiply. */
const times = (x: tf.Tensor1D, factor: number): tf.Tensor1D => (factor === 1 ? x : tf.mul(x, factor));
