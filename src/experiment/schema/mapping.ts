/** Which layer of a guide which layer of the target is pulled towards, as it is stated; `plan/mapping.ts` makes pairs of it. */
import { z } from 'zod';
import { int, real, seed, tapName } from './fields.ts';

/** Most pairs of a mapping. */
const MOST_PAIRS = 512;
const count = int(1, MOST_PAIRS);

/** One named pair of layers. */
const pair = z.strictObject({
  guide: tapName,
  target: tapName,
  /** Times the weight of the term. Absent: 1. */
  weight: real(0, 1000).optional(),
});

const rule = z.discriminatedUnion('rule', [
  /** Guide layers spread evenly over the target's; of those that fall on one target layer the last `perTarget` stay (absent: 1). */
  z.strictObject({ rule: z.literal('even'), perTarget: count.optional() }),
  /** The first, or the last, pairs of the even mapping. */
  z.strictObject({ rule: z.literal('first'), count }),
  z.strictObject({ rule: z.literal('last'), count }),
  /** The pairs of the even mapping back to front. */
  z.strictObject({ rule: z.literal('reversed') }),
  z.strictObject({ rule: z.literal('none') }),
  /** The target layers of the even mapping, each with another guide layer that is drawn. */
  z.strictObject({ rule: z.literal('random'), seed }),
]);

export const mappingSchema = z.union([rule, z.array(pair).max(MOST_PAIRS)]);

export type MappingSpec = z.infer<typeof mappingSchema>;
export type MappingRule = z.infer<typeof rule>;
export type MappingPair = z.infer<typeof pair>;

/** Whether pairs are named one by one. */
export const isDrawn = (mapping: MappingSpec): mapping is MappingPair[] => Array.isArray(mapping);
