/**
 * The experiment: one plain JSON object that fully determines a result. Presets, links, saved runs, the command
 * line and exports all carry exactly this. Every limit on a single field is stated here; limits on totals
 * (parameters, memory, arithmetic) are in `parse.ts`.
 */
import { z } from 'zod';
import { assetRefSchema } from './assets.ts';
import { importedNetworkSchema } from './importedNetwork.ts';
import { MEASURE_NAMES } from './measures.ts';
import { initSchema, networkSchema } from './networkSchema.ts';
import { seed, taskSchema } from './taskSchema.ts';

export type { AssetRef } from './assets.ts';
export { FIGURE_DEFAULTS, type FileImagesSpec, type ProceduralSpec } from './imageSchema.ts';
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

export const SCHEMA_VERSION = 1;

const id = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be 1 to 40 lower-case letters, digits or hyphens, starting with a letter');
const int = (min: number, max: number) => z.int().min(min).max(max);
const real = (min: number, max: number) => z.number().min(min).max(max);

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

const learningRate = real(1e-7, 10);
const steps = int(1, 100_000);
/** CKA needs more than a handful of examples; debiased CKA is undefined below 4. */
const batchSize = int(8, 1024);

/**
 * Controls that leave a guide's network as it is and take the sense out of what it shows. 'shuffled': its examples
 * stand in another order than the target's, a new one for every layer and step. 'noise': it is fed with smooth random
 * images, or random tokens, instead of the batch; 'white-noise': with images of independent pixels.
 */
const exampleControls = ['shuffled', 'noise', 'white-noise'] as const;

/** What an experiment is guided by (or distilled from): a frozen network, or a control that is none. */
export const guideSchema = z.discriminatedUnion('state', [
  /** New random weights for every seed of the experiment. */
  z.strictObject({
    state: z.literal('untrained'),
    network: networkSchema,
    /** Besides the above 'orthogonal': weight matrices with equal singular values, of the usual size. */
    control: z.enum(['orthogonal', ...exampleControls]).optional(),
  }),
  /** Trained once by its own recipe, and shared by all seeds. */
  z.strictObject({
    state: z.literal('trained'),
    network: networkSchema,
    training: z.strictObject({
      seed,
      steps,
      batchSize,
      learningRate,
      schedule: scheduleSchema,
      optimiser: optimiserSchema,
      /** Largest gradient norm; absent: no clipping. */
      clipNorm: z.number().min(1e-6).max(1e6).optional(),
      /** Another task with the same inputs to be trained on; absent: the experiment's own. */
      task: taskSchema.optional(),
    }),
    control: z.enum(exampleControls).optional(),
  }),
  /**
   * Guides that name no network. 'identity-gram': every example is unlike every other. 'running-mean': the mean of the
   * tokens so far, as one-hot vectors; of images the pixels themselves. 'own-kind': a network like the target with
   * other random weights, new for every seed.
   */
  z.strictObject({ state: z.literal('control'), kind: z.enum(['identity-gram', 'running-mean', 'own-kind']) }),
  /** A network out of a file of the person's own, the same for every seed. */
  z.strictObject({
    state: z.literal('imported'),
    file: assetRefSchema,
    model: importedNetworkSchema,
    control: z.enum(exampleControls).optional(),
  }),
]);

const tapName = z.string().min(1).max(40);
export const mappingSchema = z.union([
  z.enum(['even', 'first', 'last', 'reversed', 'none']),
  /** Explicit (guide tap, target tap) pairs, by name. */
  z.array(z.tuple([tapName, tapName])).max(512),
]);

/** Which similarity the loss is made of; what each is: `measures.ts`. */
export const measureSchema = z.enum(MEASURE_NAMES);
export const reductionSchema = z.enum(['sum', 'mean']);
/**
 * What counts as an example where activations are compared over sequences. 'position' (the default): at every token
 * position the examples of the batch, averaged over the positions at which the guide varies. 'flattened': whole
 * sequences (the paper). 'all-tokens': every token is an example. 'last-token': the last token of each sequence.
 */
export const tokensSchema = z.enum(['position', 'flattened', 'all-tokens', 'last-token']);

/** weight × reduction over pairs of (1 − similarity to the guide). */
export const alignSchema = z.strictObject({
  guide: id,
  weight: real(0, 1000),
  mapping: mappingSchema.optional(),
  measure: measureSchema.optional(),
  reduction: reductionSchema.optional(),
  tokens: tokensSchema.optional(),
  /** Number of steps after which the term is switched off; absent: never. */
  until: steps.optional(),
});

/** ceWeight × cross-entropy + kdWeight × T² × KL. */
export const distilSchema = z.strictObject({
  guide: id,
  temperature: real(0.1, 100),
  ceWeight: real(0, 100),
  kdWeight: real(0, 100),
  /** 'forward': KL(teacher‖student), Hinton's; 'reverse': the direction printed in the paper. */
  direction: z.enum(['forward', 'reverse']),
});

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

export const armSchema = z.strictObject({
  id,
  name: z.string().min(1).max(60),
  align: alignSchema.optional(),
  distil: distilSchema.optional(),
  /** What this arm states differently from `base`. The budget (batch, steps) is the same for every arm. */
  learningRate: learningRate.optional(),
  init: initSchema.optional(),
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

export const experimentSchema = z.strictObject({
  version: z.literal(SCHEMA_VERSION),
  /** Id of the preset it started from; links hold only what differs from it. */
  preset: id,
  /** The question that the experiment asks, shown on top of the page. */
  question: z.string().max(200),
  task: taskSchema,
  target: networkSchema,
  guides: z.record(id, guideSchema),
  base: baseSchema,
  arms: z.array(armSchema).min(1, 'needs at least one arm').max(12),
  seeds: z.array(seed).min(1, 'needs at least one seed').max(32),
  interventions: z.array(interventionSchema).max(200),
});

export type Experiment = z.infer<typeof experimentSchema>;
export type GuideSpec = z.infer<typeof guideSchema>;
export type ImportedGuideSpec = Extract<GuideSpec, { state: 'imported' }>;
export type TrainedGuideSpec = Extract<GuideSpec, { state: 'trained' }>;
/** A guide that states its network. */
export type NetworkGuideSpec = Extract<GuideSpec, { state: 'trained' | 'untrained' }>;
export type GuideState = GuideSpec['state'];
/** What shuffling and noise do; see `guideSchema`. */
export type ExampleControl = (typeof exampleControls)[number];
export type BaseSettings = z.infer<typeof baseSchema>;
export type ArmSpec = z.infer<typeof armSchema>;
export type AlignTerm = z.infer<typeof alignSchema>;
export type DistilTerm = z.infer<typeof distilSchema>;
export type MappingSpec = z.infer<typeof mappingSchema>;
export type Measure = z.infer<typeof measureSchema>;
export type TokenView = z.infer<typeof tokensSchema>;
export type OptimiserSpec = z.infer<typeof optimiserSchema>;
export type ScheduleSpec = z.infer<typeof scheduleSchema>;
export type Intervention = z.infer<typeof interventionSchema>;
