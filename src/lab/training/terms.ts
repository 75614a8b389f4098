/**
 * The terms of a group's loss that align it to guides. Each belongs to a range of members (those of one arm); terms that
 * compare matrices run as one where their members follow each other.
 */
import * as tf from '@tensorflow/tfjs-core';
import { type MatrixMeasure, measureKey, optionOf } from '../../experiment/schema/measures.ts';
import type { Root, Value } from '../autodiff/tape.ts';
import type { Alignment, Kernels } from '../backend/kernels/types.ts';
import type { Pooling } from '../../experiment/plan/learntMaps.ts';
import { alignmentGradient } from '../similarity/alignment.ts';
import { type LearntAlignment, learntGradient, pooled, unpooled } from '../similarity/learntMap.ts';
import { MEASURES } from '../similarity/measures/index.ts';
import { type MemberRange, membersOf, rowOf } from '../steps/members.ts';
import type { BatchView } from '../similarity/tokenViews.ts';
import type { GroupMaps, MapGradient, MapGradients } from './groupMaps.ts';

interface AlignedPair {
  members: MemberRange;
  /** Row of a step's numbers that has the weight of each member (`StepInput.scalars`). */
  weightRow: number;
  /** Times that weight. */
  pairWeight: number;
  targetTap: string;
  /** Share of each matrix of examples, where it is not 1 (see `BatchView.shares`). */
  shares?: tf.Tensor1D;
  /** How the tokens of sequences are looked at. */
  view?: BatchView;
}

/** A pair that is compared by matrices: the guide's, in the form of the measure, for the members' batches. */
export interface GramInput extends AlignedPair {
  /** `[count, B, B]`, or `[1, B, B]` for all; with a view per position `[count·T, B, B]`. */
  guideGram: tf.Tensor3D;
  measure: MatrixMeasure;
}

/** A pair with a map that is trained along. */
export interface MapInput extends AlignedPair {
  /** Of the guide, for the members' batches, see `guideRows`. */
  guideRows: tf.Tensor3D;
  /** Of images, for the target's layer. */
  pooling?: Pooling;
  /** Key of the map among those of the arm. */
  map: string;
}

export type AlignInput = GramInput | MapInput;

/** Several terms as one: same tap, view, measure and weights, members one behind the other. */
function joined(terms: readonly GramInput[]): GramInput {
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
  const maps = terms.filter((term) => 'map' in term);
  const runs: GramInput[][] = [];
  for (const term of terms) {
    if ('map' in term) continue;
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
  return [...runs.map(joined), ...maps];
}

/**
 * One term's gradient at its tap, and each of its members' similarity: a mean over positions by their shares.
 * @param weights `[E]`
 */
function align(kernels: Kernels, tap: tf.Tensor3D, { members, guideGram, shares, view, measure }: GramInput, weights: tf.Tensor1D): Alignment {
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
  const each = shared(own, shares);
  // A kernel of its own takes centred rows, where padding is 0; the others are told which rows are padding.
  const { gradient, value } = alignmentGradient(kernels, view ? view.take(x, fused !== undefined) : x, guideGram, each, measure, view?.real(members.count));
  return {
    gradient: view ? view.spread(gradient, x.shape[1]) : gradient,
    value: meanBy(value, shares, members.count),
  };
}

/** The weights `[count]` of the matrices of each member. */
const shared = (own: tf.Tensor1D, shares: tf.Tensor1D | undefined): tf.Tensor1D =>
  shares ? tf.reshape(tf.mul(tf.reshape(shares, [own.size, -1]), tf.expandDims(own, 1)), [-1]) : own;

/** `[count]` of the values of each member's matrices. */
const meanBy = (value: tf.Tensor1D, shares: tf.Tensor1D | undefined, count: number): tf.Tensor1D =>
  shares ? tf.sum<tf.Tensor1D>(tf.reshape(tf.mul(value, shares), [count, -1]), 1) : value;

/** What `align` gives, for a pair with a map, with the gradient of the map `[count, p, q]`. @param map of the members */
export function alignByMap(
  kernels: Kernels,
  tap: tf.Tensor3D,
  { members, guideRows, shares, view, pooling }: Omit<MapInput, 'map' | 'targetTap' | 'weightRow' | 'pairWeight'>,
  weights: tf.Tensor1D,
  map: tf.Tensor3D,
): LearntAlignment {
  const x = membersOf(tap, members);
  const examples = view ? view.take(x) : pooling ? pooled(x, pooling) : x;
  const own = shared(membersOf(weights, members), shares);
  const learnt = learntGradient(kernels, examples, guideRows, map, own, view?.real(members.count));
  const batch = x.shape[1];
  return {
    gradient: view ? view.spread(learnt.gradient, batch) : pooling ? unpooled(kernels, learnt.gradient, pooling, batch) : learnt.gradient,
    value: meanBy(learnt.value, shares, members.count),
    map: learnt.map,
  };
}

export interface AlignmentLoss {
  /** Its gradients at the taps. */
  roots: Root[];
  /** `[E]`; 0 for members without a term. */
  loss: tf.Tensor1D;
  /** Gradients of maps that are trained along. */
  maps: MapGradients;
}

/**
 * Each member's alignment loss Σ weight · (1 − similarity) over the pairs of all of its terms. A similarity that is not
 * defined counts as 0 and has no gradient.
 * @param scalars `[rows, E]`, where the terms' weights are
 * @param trained the maps that terms learn by
 */
export function alignmentRoots(
  kernels: Kernels,
  taps: ReadonlyMap<string, Value<tf.Tensor3D>>,
  terms: readonly AlignInput[],
  scalars: tf.Tensor2D,
  trained?: Pick<GroupMaps, 'of'>,
): AlignmentLoss {
  const roots: Root[] = [];
  const maps = new Map<number, Map<string, MapGradient>>();
  const byMap = (tap: tf.Tensor3D, term: MapInput, weights: tf.Tensor1D): Alignment => {
    const { members, map: key, weightRow } = term;
    if (!trained) throw new Error(`there is no map "${key}"`);
    const { map, ...aligned } = alignByMap(kernels, tap, term, weights, trained.of(members.first, key));
    const own = maps.get(members.first) ?? new Map<string, MapGradient>();
    const known = own.get(key);
    const sum = known ? { gradient: tf.add<tf.Tensor3D>(known.gradient, map), rows: [...known.rows, weightRow] } : { gradient: map, rows: [weightRow] };
    maps.set(members.first, own.set(key, sum));
    return aligned;
  };
  const losses = [...new Set(terms.map(({ weightRow }) => weightRow))].map((row) => {
    const weights = rowOf(scalars, row);
    const pairs = new Float32Array(weights.size);
    let similarity = tf.zeros<tf.Rank.R1>([weights.size]);
    for (const term of joinTerms(terms.filter(({ weightRow }) => weightRow === row))) {
      const { pairWeight, targetTap } = term;
      const { first, count } = term.members;
      const tap = taps.get(targetTap);
      if (!tap) throw new Error(`the target has no layer "${targetTap}"`);
      const own = times(weights, pairWeight);
      const { gradient, value } = 'map' in term ? byMap(tap.tensor, term, own) : align(kernels, tap.tensor, term, own);
      similarity = kernels.addToMembers(similarity, times(value, pairWeight), first);
      for (let e = first; e < first + count; e++) pairs[e] += pairWeight;
      roots.push([tap, gradient, first]);
    }
    return tf.mul<tf.Tensor1D>(weights, tf.sub(tf.tensor1d(pairs), similarity));
  });
  return { roots, loss: losses.length === 1 ? losses[0] : tf.addN(losses), maps };
}

/** An operation less where there is nothing to multiply. */
const times = (x: tf.Tensor1D, factor: number): tf.Tensor1D => (factor === 1 ? x : tf.mul(x, factor));
