/** How weights are updated, shared by arms and by guides that are trained. */
import { z } from 'zod';
import { int, real } from './fields.ts';

export const optimiserSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('adam'),
    beta1: real(0, 0.9999),
    beta2: real(0, 0.99999),
    epsilon: real(1e-12, 1),
    /** Coupled L2, added to the gradient. */
    weightDecay: real(0, 10),
  }),
  z.strictObject({
    kind: z.literal('adamw'),
    beta1: real(0, 0.9999),
    beta2: real(0, 0.99999),
    epsilon: real(1e-12, 1),
    /** Decoupled decay (Loshchilov & Hutter 2019). */
    weightDecay: real(0, 10),
  }),
  z.strictObject({ kind: z.literal('sgd'), momentum: real(0, 0.9999), weightDecay: real(0, 10) }),
]);

export const scheduleSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant') }),
  /** Linear warm-up, constant, then linear decay to 0 over the last `decay` share of the steps. */
  z.strictObject({ kind: z.literal('tail'), warmup: int(0, 100_000), decay: real(0, 1) }),
  /** Linear warm-up, then half a cosine to 0. */
  z.strictObject({ kind: z.literal('cosine'), warmup: int(0, 100_000) }),
]);

/** Similarities need more than a handful of examples: debiased CKA is undefined below 4, ridge regression halves them. */
export const FEWEST_IN_BATCH = 8;
export const batchSize = int(FEWEST_IN_BATCH, 1024);

export type OptimiserSpec = z.infer<typeof optimiserSchema>;
export type ScheduleSpec = z.infer<typeof scheduleSchema>;
