/** The tasks that an experiment can name, with the limits of every field. */
import { z } from 'zod';
import { assetRefSchema } from './assets.ts';
import { int, seed } from './fields.ts';
import { type FileImagesSpec, fileImagesSchema, proceduralSchemas, type ProceduralSpec } from './imageSchema.ts';

/** Fields common to the sequence tasks. */
const sequences = {
  /** Size of the training set, or new sequences at every step (the same for all arms of a seed). */
  train: z.union([z.literal('fresh'), int(64, 50_000)]),
  val: int(64, 4_000),
  /** Draws the validation set and, where it is fixed, the training set. */
  seed,
};

/** Fields common to language modelling: at every token, name the next. */
const language = {
  /** Tokens that a network sees at once: it reads windows of this length. */
  context: int(4, 256),
};

/** Symbols besides a task's own marks. */
const vocabulary = int(2, 60);

export const taskSchema = z.discriminatedUnion('kind', [
  ...proceduralSchemas,
  fileImagesSchema,
  /** length − 1 random symbols, then a query: name the first symbol. */
  z.strictObject({ kind: z.literal('first-token'), length: int(3, 128), vocabulary, ...sequences }),
  /** `length` random symbols, a go mark, blanks: from the mark on repeat the symbols. */
  z.strictObject({
    kind: z.literal('copy-paste'),
    length: int(2, 64),
    vocabulary,
    /** What is chosen from: the symbols (absent), or the whole vocabulary with marks that are never right. */
    head: z.enum(['symbols', 'vocabulary']).optional(),
    ...sequences,
  }),
  /** The task as the paper's code defines it: 10 symbols, varying length, symbol 0 also blank and never scored. */
  z.strictObject({ kind: z.literal('copy-paste-official'), minLength: int(2, 64), maxLength: int(2, 64), ...sequences }),
  /** As `copy-paste`, in reverse order. */
  z.strictObject({ kind: z.literal('reverse'), length: int(2, 64), vocabulary, ...sequences }),
  /** Whether the number of ones in `minLength` to `length` bits is odd. */
  z.strictObject({
    kind: z.literal('parity'),
    length: int(2, 128),
    minLength: int(2, 128),
    /** 'final': one label a sequence; 'prefix': the parity so far at every bit. */
    labels: z.enum(['final', 'prefix']),
    ...sequences,
  }),
  /** (key, value) pairs, then one of the keys: name its value. */
  z.strictObject({
    kind: z.literal('associative-recall'),
    pairs: int(1, 32),
    keys: int(2, 60),
    values: vocabulary,
    ...sequences,
  }),
  /** A balanced string of brackets: wherever one closes next, name its kind. */
  z.strictObject({ kind: z.literal('dyck'), length: z.int().min(4).max(128).multipleOf(2), brackets: int(2, 4), ...sequences }),
  /** The sum of `length` digits modulo `modulus`. */
  z.strictObject({ kind: z.literal('modular-addition'), length: int(2, 128), modulus: int(2, 60), ...sequences }),
  /** A small language drawn from its seeds; the short variant has no relative clauses and no brackets. */
  z.strictObject({
    kind: z.literal('micro-english'),
    variant: z.enum(['full', 'short']),
    ...language,
    trainTokens: int(1_000, 2_000_000),
    valTokens: int(1_000, 200_000),
    /** Of the training text, and of the validation text. */
    seed,
    valSeed: seed,
  }),
  /** A person's own text: training on its beginning, validation on its end. */
  z.strictObject({
    kind: z.literal('text-file'),
    data: assetRefSchema,
    unit: z.enum(['characters', 'words']),
    ...language,
    /** Different tokens at most, the one for everything unknown included: the most frequent of the training part. */
    vocabulary: int(2, 4096),
    trainTokens: int(1_000, 2_000_000),
    valTokens: int(100, 200_000),
  }),
]);

export type TaskSpec = z.infer<typeof taskSchema>;
export type ImageTaskSpec = ProceduralSpec | FileImagesSpec;
export type SequenceTaskSpec = Exclude<TaskSpec, ImageTaskSpec>;
export type MicroEnglishSpec = Extract<TaskSpec, { kind: 'micro-english' }>;
export type TextFileSpec = Extract<TaskSpec, { kind: 'text-file' }>;
/** Language modelling: windows of a text, and at every token the next. */
export type LanguageTaskSpec = MicroEnglishSpec | TextFileSpec;
/** Sequences drawn one by one. */
export type DrawnSequenceSpec = Exclude<SequenceTaskSpec, LanguageTaskSpec>;

const IMAGE_KINDS: ReadonlySet<string> = new Set([...proceduralSchemas, fileImagesSchema].map((schema) => schema.shape.kind.value));

/** Whether a task's inputs are images (otherwise sequences of tokens). */
export const isImageTask = (task: TaskSpec): task is ImageTaskSpec => IMAGE_KINDS.has(task.kind);

/** Whether a task is language modelling. */
export const isLanguageTask = (task: TaskSpec): task is LanguageTaskSpec => task.kind === 'micro-english' || task.kind === 'text-file';
