/**
 * The experiment: one plain JSON object that fully determines a result. Presets, links, saved runs, the command
 * line and exports all carry exactly this. Every limit on a single field is stated here and in the files beside this
 * one; limits on totals (parameters, memory, arithmetic) are in `parse.ts`. What can be stated and is not built yet is
 * refused by `plan/notBuilt.ts`. Experiments of version 1 are read by `migrate.ts`.
 */
import { z } from 'zod';
import { armSchema } from './armSchema.ts';
import { id, int, learningRate, real, seed, steps } from './fields.ts';
import { guideSchema } from './guideSchema.ts';
import { mappingSchema } from './mapping.ts';
import { measureSchema, observedMeasureSchema } from './measure.ts';
import { networkSchema } from './networkSchema.ts';
import { taskSchema } from './taskSchema.ts';
import { reductionSchema, tokensSchema } from './terms.ts';
import { batchSize, optimiserSchema, scheduleSchema } from './training.ts';

export { type ArmSpec, armSchema, type StartSpec, type WarmupSpec } from './armSchema.ts';
export type { AssetRef } from './assets.ts';
export type { Course } from './courseSchema.ts';
export * from './guideSchema.ts';
export { FIGURE_DEFAULTS, type FileImagesSpec, type ProceduralSpec } from './imageSchema.ts';
export { isDrawn, type MappingPair, type MappingRule, type MappingSpec } from './mapping.ts';
export type { MeasureName, MeasureSpec } from './measure.ts';
export * from './networkSchema.ts';
export {
  type DrawnSequenceSpec,
  type ImageTaskSpec,
  isImageTask,
  isLanguageTask,
  type LanguageTaskSpec,
  type MicroEnglishSpec,
  type SequenceTaskSpec,
  taskSchema,
  type TaskSpec,
  type TextFileSpec,
} from './taskSchema.ts';
export type { AlignTerm, DistilTerm, MatchTerm, Reduction, RegulariseTerm, Term, TermKind, TermOf, TokenView } from './terms.ts';
export type { OptimiserSpec, ScheduleSpec } from './training.ts';

export const SCHEMA_VERSION = 2;

/** What all arms share. */
export const baseSchema = z.strictObject({
  optimiser: optimiserSchema,
  learningRate,
  schedule: scheduleSchema,
  /** Largest global gradient norm per member; null: no clipping. */
  clipNorm: real(1e-6, 1e6).nullable(),
  batchSize,
  steps,
  /** Steps between two evaluations on the validation set. */
  evaluateEvery: int(1, 100_000),
  mapping: mappingSchema,
  measure: measureSchema,
  reduction: reductionSchema,
  /** For sequences; also how similarities on the probe are measured. Absent: 'position'. */
  tokens: tokensSchema.optional(),
});

/** What a person changed while it ran, before the step of that number (0-based). */
export const interventionSchema = z.strictObject({
  step: int(0, 100_000),
  set: z
    .strictObject({
      /** Base learning rate of every arm; the schedule still multiplies it. */
      learningRate: learningRate.optional(),
      /** Alignment terms on or off, in every arm. */
      guidance: z.boolean().optional(),
    })
    .refine((set) => set.learningRate !== undefined || set.guidance !== undefined, 'must change something'),
});

/** What the question compares. */
export const asksSchema = z.strictObject({
  arm: id,
  against: id,
  /** The score at the end, the best of the run, or how soon validation first crosses a score. */
  by: z.union([z.enum(['final', 'best']), z.strictObject({ crossing: real(-1e6, 1e6) })]),
});

/** Something to be recorded besides what always is. */
export const observationSchema = z.discriminatedUnion('what', [
  z.strictObject({ what: z.literal('similarity'), measure: observedMeasureSchema }),
  z.strictObject({ what: z.literal('gradients') }),
  z.strictObject({ what: z.literal('dimension'), of: z.enum(['intrinsic-dimension', 'participation-ratio']) }),
  /** Between members of the same arm, and between arms. */
  z.strictObject({ what: z.literal('consistency') }),
]);

export const experimentSchema = z.strictObject({
  version: z.literal(SCHEMA_VERSION),
  /** Id of the preset it started from; links hold only what differs from it. */
  preset: id,
  /** Of that preset, which may have changed since. */
  revision: int(1, 9999),
  /** The question that the experiment asks, shown on top of the page. */
  question: z.string().max(200),
  /** Absent: the first aligned arm against the one called "unguided", else the first. */
  asks: asksSchema.optional(),
  task: taskSchema,
  target: networkSchema,
  guides: z.record(id, guideSchema),
  base: baseSchema,
  arms: z.array(armSchema).min(1, 'needs at least one arm').max(12),
  seeds: z.array(seed).min(1, 'needs at least one seed').max(32),
  interventions: z.array(interventionSchema).max(200),
  observe: z.array(observationSchema).max(16).optional(),
});

export type Experiment = z.infer<typeof experimentSchema>;
export type BaseSettings = z.infer<typeof baseSchema>;
export type Intervention = z.infer<typeof interventionSchema>;
/** What a question compares; see `asksSchema`. */
export type Asks = z.infer<typeof asksSchema>;
