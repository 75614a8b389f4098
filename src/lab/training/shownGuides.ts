/** The guides' part of a step: what it is fed for them, and what they show. */
import * as tf from '@tensorflow/tfjs-core';
import type { TokenView } from '../../experiment/schema/schema.ts';
import { scoped } from '../backend/scoped.ts';
import type { Fed, Feed } from '../backend/steps.ts';
import type { Guide, GuideBatch, GuideUse } from '../guidance/guide.ts';
import type { BatchView } from '../similarity/tokenViews.ts';
import type { StepBatch } from '../steps/batches.ts';

export type Views = ReadonlyMap<TokenView, BatchView>;
/** A guide of which a step uses something. */
export type UsedGuide = [id: string, guide: Guide, use: GuideUse];

/** All that a guide contributed to a step. */
export const tensorsOf = ({ grams, rows, logits, moments }: GuideBatch): tf.Tensor[] => [
  ...[...grams.values()].flatMap(({ gram, shares }) => (shares ? [gram, shares] : [gram])),
  ...[...rows.values()].flatMap((own) => (own.shares ? [own.rows, own.shares] : [own.rows])),
  ...[...moments.values()].flatMap(({ mean, variance }) => [mean, variance]),
  ...(logits ? [logits] : []),
];

/** What is fed for the guides' part of a step; tensors are the caller's. */
export const guideFeeds = (batch: StepBatch, used: readonly UsedGuide[]): Record<string, Feed> =>
  Object.fromEntries(used.flatMap(([id, guide, use]) => Object.entries(guide.feeds(batch, use)).map(([name, feed]) => [`${id}: ${name}`, feed])));

/** The guides' part of a step. */
export const shownGuides = (fed: Fed, used: readonly UsedGuide[], inputs: () => tf.Tensor, views: Views): ReadonlyMap<string, GuideBatch> =>
  new Map(
    used.map(([id, guide, use]) => {
      const own = Object.entries(fed).flatMap(([name, tensor]) => (name.startsWith(`${id}: `) ? [[name.slice(id.length + 2), tensor]] : []));
      return [id, scoped(() => kept(guide.show(Object.fromEntries(own), { rows: fed.rows, inputs }, views, use)))];
    }),
  );

/** What is left of a guide's part of a step when the scope that it was made in ends. */
function kept(batch: GuideBatch): GuideBatch {
  for (const tensor of tensorsOf(batch)) tf.keep(tensor);
  return batch;
}
