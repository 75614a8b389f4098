/**
 * Files of a person's own, as experiments name them and as a browser keeps them. An asset is what was made of files
 * that belong together (a data set, a text, a network); it is found by the hash of its content, so an experiment
 * that names one means the same everywhere, and a browser without it can say which files to drop.
 */
import { z } from 'zod';
import type { ImportedNetwork } from './importedNetwork.ts';

/** How an experiment names an asset. Without a hash it is still to be chosen: presets say what kind they need. */
export const assetRefSchema = z.strictObject({
  /** SHA-256 of the content, 64 hexadecimal digits. */
  hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits')
    .optional(),
  /** For people; what counts is the hash. */
  name: z.string().min(1).max(80),
});
export type AssetRef = z.infer<typeof assetRefSchema>;

/** A file as it was given. A `File` is a `Blob`; the path is beside it because cloning to the worker drops it. */
export interface GivenFile {
  /** Name with the folders below what was dropped, e.g. `cats/1.png`. */
  path: string;
  blob: Blob;
}

/** Images with labels: training images first, then validation images. Parts: `pixels` (bytes, row by row, channels innermost) and `labels`. */
export interface ImageFacts {
  kind: 'images';
  height: number;
  width: number;
  channels: 1 | 3;
  /** Names in label order. */
  classes: string[];
  train: number;
  val: number;
}

/** A text. Part: `text` (UTF-8). */
export interface TextFacts {
  kind: 'text';
  characters: number;
  words: number;
  /** Different ones. */
  characterTypes: number;
  wordTypes: number;
}

/** A network in the format of tfjs's Layers models. Parts: `topology` (JSON: topology and weight specifications) and `weights`. */
export interface ModelFacts extends ImportedNetwork {
  kind: 'model';
}

/** Weights by the names that PyTorch has for those of the networks here. Part: `tensors` (safetensors). */
export interface WeightFacts {
  kind: 'weights';
  tensors: number;
  /** Values in all of them together. */
  values: number;
}

export type AssetFacts = ImageFacts | TextFacts | ModelFacts | WeightFacts;
export type AssetKind = AssetFacts['kind'];

/** An asset in the list of what this browser keeps. */
export interface AssetInfo<F extends AssetFacts = AssetFacts> {
  hash: string;
  name: string;
  /** What it takes up. */
  bytes: number;
  /** Milliseconds since 1970. */
  added: number;
  /** What is unusual but no error, in sentences. */
  notes: string[];
  /** Not kept beyond this visit: the browser offers no storage here. */
  temporary?: boolean;
  facts: F;
}
