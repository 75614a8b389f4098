/** The image tasks, with the limits of every field: procedural ones, and images out of a person's own files. */
import { z } from 'zod';
import { assetRefSchema } from './assets.ts';
import { int, real } from './fields.ts';

/** Fields common to the procedural image tasks. */
const drawn = {
  /** Height and width in pixels. */
  size: int(8, 32),
  train: int(64, 20_000),
  val: int(64, 4_000),
  seed: int(0, 2 ** 31 - 1),
  /** Standard deviation of the pixel noise, on the 0–1 intensity scale. */
  noise: real(0, 1),
};

/** Of figures on a ground; what each means where it is left out is in `FIGURE_DEFAULTS`. */
const figures = {
  /** Discs scattered under the figure. */
  clutter: int(0, 8).optional(),
  /** Width of the range that turns are drawn from, in degrees: from upright on (shapes) or around it (digits). */
  rotation: real(0, 360).optional(),
};

export const proceduralSchemas = [
  /** Eight patterns in two colours: the first `classes` of them (absent: all). */
  z.strictObject({ kind: z.literal('textures'), ...drawn, classes: int(2, 8).optional() }),
  /** The same without colour: the mean of the channels, standardised within each image, three times. */
  z.strictObject({ kind: z.literal('grey-textures'), ...drawn, classes: int(2, 8).optional() }),
  /** Eight figures in one colour on a ground of another. */
  z.strictObject({ kind: z.literal('shapes'), ...drawn, classes: int(2, 8).optional(), ...figures }),
  /** Digits drawn with a pen, one channel. */
  z.strictObject({
    kind: z.literal('digits'),
    ...drawn,
    size: int(12, 32),
    classes: int(2, 10).optional(),
    ...figures,
    /** Standard deviation of a smooth random displacement of the pen's way, as a share of the digit's height. */
    elastic: real(0, 0.2).optional(),
  }),
] as const;

/** Images out of files. What shapes the networks is all here, so that it is known where the files are not. */
export const fileImagesSchema = z.strictObject({
  kind: z.literal('image-files'),
  data: assetRefSchema,
  /** In label order. */
  classNames: z.array(z.string().min(1).max(80)).min(2).max(256),
  /** Height and width: the middle square of every image, each pixel the mean of the area that it covers. */
  size: int(8, 32),
  /** Brightness instead of colours: one channel. */
  grey: z.boolean(),
  train: int(16, 60_000),
  val: int(2, 20_000),
  /** Chooses which of the images: a smaller set is a part of a larger one. */
  seed: int(0, 2 ** 31 - 1),
  /** Random changes of every training image at every step, the same for all arms of a seed. Absent: none. */
  augment: z
    .strictObject({
      /** A window of the same size out of the image with a border of four pixels. */
      crop: z.boolean(),
      /** Left and right exchanged, every other time. */
      flip: z.boolean(),
    })
    .optional(),
});

export type FileImagesSpec = z.infer<typeof fileImagesSchema>;
export type ProceduralSpec = z.infer<(typeof proceduralSchemas)[number]>;

/** What fields that are left out stand for. */
export const FIGURE_DEFAULTS = {
  shapes: { clutter: 1, rotation: 36 },
  digits: { clutter: 1, rotation: 30, elastic: 0.04 },
} as const;
