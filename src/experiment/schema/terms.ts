/** What an arm's loss may have besides the task's cross-entropy. */
import { z } from 'zod';
import { courseSchema } from './courseSchema.ts';
import { id, int, real, tapName } from './fields.ts';
import { mappingSchema } from './mapping.ts';
import { measureSchema } from './measure.ts';

export const reductionSchema = z.enum(['sum', 'mean']);
/**
 * What counts as an example where activations are compared over sequences. 'position' (the default): at every token
 * position the examples of the batch, averaged over the positions at which the guide varies. 'flattened': whole
 * sequences (the paper). 'all-tokens': every token is an example. 'last-token': the last token of each sequence.
 */
export const tokensSchema = z.enum(['position', 'flattened', 'all-tokens', 'last-token']);

const weight = real(0, 1000);

/** weight × reduction over pairs of (1 − similarity to the guide). What is left out is as `base` has it. */
const align = z.strictObject({
  kind: z.literal('align'),
  guide: id,
  weight,
  mapping: mappingSchema.optional(),
  measure: measureSchema.optional(),
  reduction: reductionSchema.optional(),
  tokens: tokensSchema.optional(),
  /** Absent: the whole run. */
  course: courseSchema.optional(),
});

/** ceWeight × cross-entropy + kdWeight × T² × KL, or × the mean squared difference of the logits. */
const distil = z.strictObject({
  kind: z.literal('distil'),
  guide: id,
  temperature: real(0.1, 100),
  ceWeight: real(0, 100),
  kdWeight: real(0, 100),
  /** 'forward': KL(teacher‖student), Hinton's; 'reverse': the direction printed in the paper; 'logits': no KL. */
  direction: z.enum(['forward', 'reverse', 'logits']),
  course: courseSchema.optional(),
});

/** weight × a number of the target's own activations (the paper's appendix I.2): no guide. */
const regularise = z.strictObject({
  kind: z.literal('regularise'),
  what: z.enum(['intrinsic-dimension', 'participation-ratio']),
  weight,
  /** How many dimensions are to have nearly all of the variance (t of eq. 12); of intrinsic-dimension alone. Absent: 10. */
  dimension: int(2, 32).optional(),
  /** Of these layers; absent: of all. */
  taps: z.array(tapName).min(1).max(64).optional(),
  course: courseSchema.optional(),
});

/** Not from the paper: weight × the mean squared difference of outputs, or of every layer's mean and variance. */
const match = z.strictObject({
  kind: z.literal('match'),
  guide: id,
  what: z.enum(['outputs', 'moments']),
  weight,
  mapping: mappingSchema.optional(),
  course: courseSchema.optional(),
});

export const termSchema = z.discriminatedUnion('kind', [align, distil, regularise, match]);

export type Term = z.infer<typeof termSchema>;
export type TermKind = Term['kind'];
export type TermOf<K extends TermKind> = Extract<Term, { kind: K }>;
export type AlignTerm = TermOf<'align'>;
export type DistilTerm = TermOf<'distil'>;
export type MatchTerm = TermOf<'match'>;
export type RegulariseTerm = TermOf<'regularise'>;
export type Reduction = z.infer<typeof reductionSchema>;
export type TokenView = z.infer<typeof tokensSchema>;
