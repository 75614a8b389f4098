/** What all procedural image tasks share: labels, splits, standardisation and previews. */
import { type ImageShape, taskShape } from '../../../experiment/describe.ts';
import type { ImagePreview } from '../../../experiment/events.ts';
import type { ImageTaskSpec } from '../../../experiment/schema.ts';
import { type Stream, stream } from '../../random/stream.ts';
import { epochBatch } from '../rows.ts';
import type { SeedBatch, Split, Task } from '../types.ts';
import { CHANNELS } from './paint.ts';

/**
 * Draw one image of a class into `out` from `offset` on: `[size × size × 3]`, intensities 0–1.
 * @param noise standard deviation of the pixel noise
 */
export type DrawImage = (random: Stream, label: number, size: number, noise: number, out: Float32Array, offset: number) => void;

type SplitName = 'train' | 'val';

function labelsOf(spec: ImageTaskSpec, split: SplitName, classes: number): Uint8Array<ArrayBuffer> {
  const random = stream(spec.seed, 'data', spec.kind, split, 'labels');
  const labels = new Uint8Array(spec[split]);
  for (let i = 0; i < labels.length; i++) labels[i] = random.integer(classes);
  return labels;
}

/** Every image has a stream of its own: a preview can draw any of them alone, and a smaller split is a prefix of a larger one. */
const imageStream = (spec: ImageTaskSpec, split: SplitName, index: number) => stream(spec.seed, 'data', spec.kind, split, index);

function drawAll(spec: ImageTaskSpec, split: SplitName, labels: Uint8Array, draw: DrawImage): Float32Array<ArrayBuffer> {
  const length = spec.size * spec.size * CHANNELS;
  const images = new Float32Array(labels.length * length);
  labels.forEach((label, i) => {
    draw(imageStream(spec, split, i), label, spec.size, spec.noise, images, i * length);
  });
  return images;
}

/** Mean and (population) standard deviation of each channel. */
function channelStatistics(images: Float32Array): { mean: number[]; sd: number[] } {
  const pixels = images.length / CHANNELS;
  const mean = new Array<number>(CHANNELS).fill(0);
  for (let i = 0; i < images.length; i++) mean[i % CHANNELS] += images[i] / pixels;
  const variance = new Array<number>(CHANNELS).fill(0);
  for (let i = 0; i < images.length; i++) {
    const deviation = images[i] - mean[i % CHANNELS];
    variance[i % CHANNELS] += (deviation * deviation) / pixels;
  }
  return { mean, sd: variance.map((v) => Math.sqrt(v)) };
}

function standardise(images: Float32Array, { mean, sd }: { mean: number[]; sd: number[] }): void {
  for (let i = 0; i < images.length; i++) images[i] = (images[i] - mean[i % CHANNELS]) / (sd[i % CHANNELS] || 1);
}

/** Indices of the first examples of class 0, 1, … in turn, `count` in all if there are so many. */
function balancedFirst(labels: Uint8Array, classes: number, count: number): number[] {
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

interface ImageSplit extends Split {
  readonly inputs: Float32Array<ArrayBuffer>;
  readonly labels: Uint8Array<ArrayBuffer>;
}

export class ImageTask implements Task {
  readonly spec: ImageTaskSpec;
  readonly shape: ImageShape;
  readonly #draw: DrawImage;
  #train: ImageSplit | undefined;
  #val: ImageSplit | undefined;
  /** Per channel, of the training images before standardisation (intensities 0–1). */
  #standardisation: { mean: number[]; sd: number[] } | undefined;

  constructor(spec: ImageTaskSpec, draw: DrawImage) {
    this.spec = spec;
    this.shape = taskShape(spec) as ImageShape;
    this.#draw = draw;
  }

  get train(): ImageSplit {
    if (!this.#train) {
      const labels = labelsOf(this.spec, 'train', this.shape.classes);
      const images = drawAll(this.spec, 'train', labels, this.#draw);
      this.#standardisation = channelStatistics(images);
      standardise(images, this.#standardisation);
      this.#train = { examples: labels.length, inputs: images, labels };
    }
    return this.#train;
  }

  get standardisation(): { mean: number[]; sd: number[] } {
    void this.train;
    return this.#standardisation as { mean: number[]; sd: number[] };
  }

  get val(): ImageSplit {
    if (!this.#val) {
      const labels = labelsOf(this.spec, 'val', this.shape.classes);
      const images = drawAll(this.spec, 'val', labels, this.#draw);
      standardise(images, this.standardisation);
      this.#val = { examples: labels.length, inputs: images, labels };
    }
    return this.#val;
  }

  batch(seed: number, step: number, batchSize: number): SeedBatch {
    return epochBatch(this.train, seed, step, batchSize);
  }

  preview(count: number, split: SplitName = 'train'): ImagePreview {
    const { spec } = this;
    const labels = labelsOf(spec, split, this.shape.classes);
    const chosen = split === 'train'
      ? balancedFirst(labels, this.shape.classes, count)
      : Array.from(labels.subarray(0, count), (_, i) => i);
    const pixelCount = spec.size * spec.size;
    const pixels = new Uint8ClampedArray(chosen.length * pixelCount * 4).fill(255);
    const image = new Float32Array(pixelCount * CHANNELS);
    chosen.forEach((index, tile) => {
      this.#draw(imageStream(spec, split, index), labels[index], spec.size, spec.noise, image, 0);
      for (let p = 0; p < pixelCount; p++) {
        for (let c = 0; c < CHANNELS; c++) pixels[(tile * pixelCount + p) * 4 + c] = 255 * image[p * CHANNELS + c];
      }
    });
    return { size: spec.size, count: chosen.length, pixels, labels: Uint8Array.from(chosen, (index) => labels[index]) };
  }
}

/** A task whose images `draw` paints. */
export const createImageTask = (spec: ImageTaskSpec, draw: DrawImage): ImageTask => new ImageTask(spec, draw);
