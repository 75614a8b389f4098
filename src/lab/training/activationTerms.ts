/** The terms of a group's loss that are of its activations and not of a similarity: moments matched to a guide's, and regularisers. */
import * as tf from '@tensorflow/tfjs-core';
import type { TermOf } from '../../experiment/schema/schema.ts';
import type { Root, Value } from '../autodiff/tape.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import { prepare } from '../similarity/measures/forms.ts';
import { type Moments, momentsApart } from '../similarity/moments.ts';
import { intrinsicDimensions, participation } from '../similarity/spectrum.ts';
import type { BatchView } from '../similarity/tokenViews.ts';
import { type MemberRange, membersOf, rowOf } from '../steps/members.ts';

/** One pair of layers whose units' means and variances are pulled together. */
export interface MomentsInput {
  members: MemberRange;
  /** Row of a step's numbers that has the weight of each member (`StepInput.scalars`). */
  weightRow: number;
  /** Times that weight. */
  pairWeight: number;
  targetTap: string;
  /** For the members' batches. */
  guide: Moments;
  /** Of sequences: every token is an example. */
  view?: BatchView;
}

export interface RegulariseInput {
  members: MemberRange;
  /** See `MomentsInput`. */
  weightRow: number;
  taps: readonly string[];
  what: TermOf<'regularise'>['what'];
  /** Of the intrinsic dimension alone. */
  dimension: number;
}

/** See `StepInput`; absent: none. */
export interface ActivationInput {
  moments?: readonly MomentsInput[];
  regularise?: readonly RegulariseInput[];
}

type Taps = ReadonlyMap<string, Value<tf.Tensor3D>>;

function tapOf(taps: Taps, name: string): Value<tf.Tensor3D> {
  const tap = taps.get(name);
  if (!tap) throw new Error(`the target has no layer "${name}"`);
  return tap;
}

function momentsRoot(taps: Taps, { members, weightRow, pairWeight, targetTap, guide, view }: MomentsInput, scalars: tf.Tensor2D): Root {
  const tap = tapOf(taps, targetTap);
  const x = membersOf(tap.tensor, members);
  const weights = tf.mul<tf.Tensor1D>(membersOf(rowOf(scalars, weightRow), members), pairWeight);
  const { gradient } = momentsApart(view ? view.take(x, false) : x, guide, weights, view?.real(members.count));
  return [tap, view ? view.spread(gradient, x.shape[1]) : gradient, members.first];
}

/** Whole sequences are examples, as in the paper. */
function regulariseRoots(kernels: Kernels, taps: Taps, { members, weightRow, taps: names, what, dimension }: RegulariseInput, scalars: tf.Tensor2D): Root[] {
  const weights = tf.reshape(membersOf(rowOf(scalars, weightRow), members), [-1, 1, 1]);
  const layers = names.map((name) => tapOf(taps, name));
  const prepared = layers.map((tap) => prepare(kernels, membersOf(tap.tensor, members), 'centred'));
  const z = prepared.map((own) => own.z);
  const numbers = what === 'participation-ratio' ? z.map((own) => participation(kernels, own)) : intrinsicDimensions(kernels, z, dimension);
  return layers.map((tap, i): Root => [tap, prepared[i].back(tf.mul(numbers[i].dz, weights)), members.first]);
}

/** Gradients at the taps of weight · Σ over pairs of moments apart, and of weight · Σ over layers of a number of their spectrum. */
export const activationRoots = (kernels: Kernels, taps: Taps, { moments = [], regularise = [] }: ActivationInput, scalars: tf.Tensor2D): Root[] => [
  ...moments.map((term) => momentsRoot(taps, term, scalars)),
  ...regularise.flatMap((term) => regulariseRoots(kernels, taps, term, scalars)),
];
