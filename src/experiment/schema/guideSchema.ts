/** What an experiment is guided by (or distilled from): a frozen network, or a control that is none. */
import { z } from 'zod';
import { assetRefSchema } from './assets.ts';
import { learningRate, seed, steps } from './fields.ts';
import { importedNetworkSchema } from './importedNetwork.ts';
import { networkSchema } from './networkSchema.ts';
import { taskSchema } from './taskSchema.ts';
import { batchSize, optimiserSchema, scheduleSchema } from './training.ts';

/**
 * Controls that leave a guide's network as it is and take the sense out of what it shows. 'shuffled': its examples
 * stand in another order than the target's, a new one for every layer and step. 'noise': it is fed with smooth random
 * images, or random tokens, instead of the batch; 'white-noise': with images of independent pixels.
 */
const exampleControls = ['shuffled', 'noise', 'white-noise'] as const;

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
  /** A network that is known here with weights out of a file, e.g. those that the exported script has trained; the same for every seed. */
  z.strictObject({
    state: z.literal('loaded'),
    file: assetRefSchema,
    network: networkSchema,
    control: z.enum(exampleControls).optional(),
  }),
]);

export type GuideSpec = z.infer<typeof guideSchema>;
export type ImportedGuideSpec = Extract<GuideSpec, { state: 'imported' }>;
export type LoadedGuideSpec = Extract<GuideSpec, { state: 'loaded' }>;
export type TrainedGuideSpec = Extract<GuideSpec, { state: 'trained' }>;
/** A guide that states its network. */
export type NetworkGuideSpec = Extract<GuideSpec, { state: 'trained' | 'untrained' }>;
export type GuideState = GuideSpec['state'];
/** What shuffling and noise do; see `guideSchema`. */
export type ExampleControl = (typeof exampleControls)[number];
