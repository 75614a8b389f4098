/** What all procedural image tasks share: labels, splits, standardisation and previews. */
import { type ImageShape, taskShape } from '../../../experiment/networks/describe.ts';
import type { ImagePreview } from '../../../experiment/contract/previews.ts';
import type { ProceduralSpec } from '../../../experiment/schema/schema.ts';
import { type Stream, stream } from '../../random/stream.ts';
import { batchIndices } from '../shared/order.ts';
import { takeExamples } from '../shared/rows.ts';
import type { DrawnTask, Split } from '../shared/types.ts';
import { channelStatistics, showContrast, type Standardisation, standardise, standardiseEach, writeRgba } from './pixels.ts';

/** What images are drawn by; a task's specification has all of it. */
export interface ImageSettings {
  /** Height and width in pixels. */
  size: number;
  /** Standard deviation of the pixel noise. */
  noise: number;
  clutter?: number;
  rotation?: number;
  elastic?: number;
}

/** Draw one image of a class into `out` from `offset` on: `[size × size × channels]`, intensities 0–1. */
export type DrawImage = (random: Stream, label: number, settings: ImageSettings, out: Float32Array, offset: number) => void;

/** How the images of a kind come about. */
export interface ImageSource {
  draw: DrawImage;
  /** Every image is standardised for itself before the data set is as a whole. */
  ownContrast?: boolean;
}

export type SplitName = 'train' | 'val';

function labelsOf(spec: ProceduralSpec, split: SplitName, classes: number): Uint8Array<ArrayBuffer> {
  const random = stream(spec.seed, 'data', spec.kind, split, 'labels');
  const labels = new Uint8Array(spec[split]);
  for (let i = 0; i < labels.length; i++) labels[i] = random.integer(classes);
  return labels;
}

/** Every image has a stream of its own: a preview can draw any of them alone, and a smaller split is a prefix of a larger one. */
const imageStream = (spec: ProceduralSpec, split: SplitName, index: number) => stream(spec.seed, 'data', spec.kind, split, index);

/** Indices of the first examples of class 0, 1, … in turn, `count` in all if there are so many. */
export function balancedFirst(labels: Uint8Array, classes: number, count: number): number[] {
  const byClass = Array.from({ length: classes }, (): number[] => []);
  labels.forEach((label, i) => {
    byClass[label].push(i);
  });
  const chosen: number[] = [];
  for (let round = 0; chosen.length < Math.min(count, labels.length); round++) {
    for (const indices of byClass) if (round < indices.length && chosen.length < count) chosen.push(indices[round]);
  }
  return chosen;
}

export interface ImageSplit extends Split {
  readonly inputs: Float32Array<ArrayBuffer>;
  readonly labels: Uint8Array<ArrayBuffer>;
}

export class ImageTask implements DrawnTask {
  readonly spec: ProceduralSpec;
  readonly shape: ImageShape;
  readonly #source: ImageSource;
  #train: ImageSplit | undefined;
  #val: ImageSplit | undefined;
  /** Of the training images. */
  #standardisation: Standardisation | undefined;

  constructor(spec: ProceduralSpec, source: ImageSource) {
    this.spec = spec;
    this.shape = taskShape(spec);
    this.#source = source;
  }

  /** Before the standardisation of the data set. */
  #drawAll(split: SplitName, labels: Uint8Array): Float32Array<ArrayBuffer> {
    const { spec } = this;
    const [height, width, channels] = this.shape.input;
    const length = height * width * channels;
    const images = new Float32Array(labels.length * length);
    labels.forEach((label, i) => {
      this.#source.draw(imageStream(spec, split, i), label, spec, images, i * length);
    });
    if (this.#source.ownContrast) standardiseEach(images, length);
    return images;
  }

  get train(): ImageSplit {
    if (!this.#train) {
      const labels = labelsOf(this.spec, 'train', this.shape.classes);
      const images = this.#drawAll('train', labels);
      this.#standardisation = channelStatistics(images, this.shape.input[2]);
      standardise(images, this.#standardisation);
      this.#train = { examples: labels.length, inputs: images, labels };
    }
    return this.#train;
  }

  get standardisation(): Standardisation {
    void this.train;
    return this.#standardisation as Standardisation;
  }

  get val(): ImageSplit {
    if (!this.#val) {
      const labels = labelsOf(this.spec, 'val', this.shape.classes);
      const images = this.#drawAll('val', labels);
      standardise(images, this.standardisation);
      this.#val = { examples: labels.length, inputs: images, labels };
    }
    return this.#val;
  }

  batch(seed: number, step: number, batchSize: number): Split {
    return takeExamples(this.train, this.rows(seed, step, batchSize));
  }

  rows(seed: number, step: number, batchSize: number): Uint32Array<ArrayBuffer> {
    return batchIndices(seed, step, batchSize, this.train.examples);
  }

  preview(count: number, split: SplitName = 'train'): ImagePreview {
    const { spec } = this;
    const labels = labelsOf(spec, split, this.shape.classes);
    const chosen = split === 'train' ? balancedFirst(labels, this.shape.classes, count) : Array.from(labels.subarray(0, count), (_, i) => i);
    const [height, width, channels] = this.shape.input;
    const pixels = new Uint8ClampedArray(chosen.length * height * width * 4);
    const image = new Float32Array(height * width * channels);
    chosen.forEach((index, tile) => {
      this.#source.draw(imageStream(spec, split, index), labels[index], spec, image, 0);
      if (this.#source.ownContrast) showContrast(image);
      writeRgba(image, channels, pixels, tile * height * width * 4);
    });
    return { size: spec.size, count: chosen.length, pixels, labels: Uint8Array.from(chosen, (index) => labels[index]) };
  }
}
