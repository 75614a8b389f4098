/** How the weight of a term moves over a run; what that comes to step by step is in `course.ts`. */
import { z } from 'zod';
import { int, steps } from './fields.ts';

export const courseSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('whole') }),
  /** The first `step` steps; with 0 in a warm-up alone. */
  z.strictObject({ kind: z.literal('until'), step: int(0, 100_000) }),
  /** From step `from` (0-based) until `to`, which is the first without. */
  z.strictObject({ kind: z.literal('between'), from: int(0, 99_999), to: steps }).refine(({ from, to }) => from < to, {
    path: ['to'],
    message: 'must be greater than the step that it begins from',
  }),
  /** Down over the first `steps` steps and then off: along a line, half a cosine, or by the same factor at every step, to a hundredth. */
  z.strictObject({ kind: z.literal('decay'), shape: z.enum(['linear', 'cosine', 'exponential']), steps }),
  /** At the first step and every `steps` steps. */
  z.strictObject({ kind: z.literal('every'), steps: int(2, 100_000) }),
  /** Until a number has not become better for `patience` evaluations; each member by its own. */
  z.strictObject({ kind: z.literal('stall'), of: z.enum(['similarity', 'validation loss']), patience: int(1, 1000) }),
]);

export type Course = z.infer<typeof courseSchema>;
