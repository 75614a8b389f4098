/** An arm: one training condition, and what it states differently from the experiment. */
import { z } from 'zod';
import { id, int, learningRate, real } from './fields.ts';
import { initSchema, networkSchema } from './networkSchema.ts';
import { taskSchema } from './taskSchema.ts';
import { termSchema } from './terms.ts';
import { optimiserSchema } from './training.ts';

/** Steps before training proper, with inputs and a loss of their own (the paper's Figure 4). */
const warmupSchema = z.strictObject({
  /** With 0 there is none. */
  steps: int(0, 100_000),
  /** Of every step both networks see the same; 'training': the training inputs without their labels. */
  inputs: z.union([z.enum(['white-noise', 'smooth-noise', 'pink-noise', 'random-tokens', 'training']), taskSchema]),
  /** 'align': the arm's alignment terms alone. 'task': the loss of the task that `inputs` is. */
  loss: z.enum(['align', 'task', 'both']),
  /** Absent: the arm's. */
  learningRate: learningRate.optional(),
  /** Whether training proper goes on with the moments of the warm-up. */
  keepOptimiser: z.boolean(),
});

/** Weights at the start that are a guide's, as a popular article on the paper has it: not from the paper. */
const startSchema = z.strictObject({
  kind: z.literal('copied'),
  guide: id,
  /**
   * names: parameters with the name and the shape of one of the guide's. shapes: these, and then matrices in order, each from the
   * guide's next one of that shape. The rest starts as it does elsewhere.
   */
  by: z.enum(['names', 'shapes']),
  /** Standard deviation of the normal noise on what is copied, of every tensor in relation to that of its own values. */
  noise: real(0, 10),
});

export const armSchema = z.strictObject({
  id,
  name: z.string().min(1).max(60),
  /** In the order of the sum; empty: the task loss alone. */
  terms: z.array(termSchema).max(8),
  /** What this arm states differently from the experiment and its `base`. The budget (batch, steps) is the same for every arm. */
  target: networkSchema.optional(),
  optimiser: optimiserSchema.optional(),
  learningRate: learningRate.optional(),
  /** Share of the label that is spread over all classes. Absent: 0. */
  labelSmoothing: real(0, 0.9).optional(),
  init: initSchema.optional(),
  /** Absent: all weights are drawn. */
  start: startSchema.optional(),
  /** Bias at the start of the classes that are never the answer, e.g. of a copying head over the vocabulary. Absent: as all others. */
  unusedBias: real(-30, 0).optional(),
  warmup: warmupSchema.optional(),
  /** Until this step it is another arm, with all of that one's state; steps of its own courses count from there. */
  fork: z.strictObject({ of: id, step: int(0, 100_000) }).optional(),
});

export type ArmSpec = z.infer<typeof armSchema>;
export type StartSpec = z.infer<typeof startSchema>;
export type WarmupSpec = z.infer<typeof warmupSchema>;
