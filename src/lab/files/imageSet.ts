/** What all readers of images have in common. */
import type { ImageFacts } from '../../experiment/schema/assets.ts';
import { majority } from '../../stats/confusion.ts';
import { stream } from '../random/stream.ts';
import { FileError } from './errors.ts';
import type { AssetDraft } from './reader.ts';

/** Bytes of pixels that one data set may have: all of CIFAR-10 is a third of this. */
export const MAX_PIXEL_BYTES = 512 * 2 ** 20;
/** Predictions are kept as bytes. */
export const MAX_CLASSES = 256;
/** Share of the images that is held back for validation where the files name none. */
const VALIDATION_SHARE = 1 / 6;
/** Images below which nothing can be trained. */
export const FEWEST_IMAGES = 16;

export interface ImageSet {
  /** `[images × height × width × channels]` bytes. */
  pixels: Uint8Array<ArrayBuffer>;
  /** `[images]` class numbers. */
  labels: Uint8Array<ArrayBuffer>;
}

/**
 * A draft of training images and, where the files name them, validation images. Where they do not, a sixth is held
 * back: the same images whenever the same files are given.
 * @param about `train` and `val` are filled in here
 * @throws {FileError} when there are too few images
 */
export function imageDraft(
  name: string,
  notes: string[],
  about: Omit<ImageFacts, 'kind' | 'train' | 'val'>,
  train: ImageSet,
  val: ImageSet | null,
): AssetDraft {
  const count = train.labels.length + (val?.labels.length ?? 0);
  if (count < FEWEST_IMAGES) throw new FileError(`${name} has only ${count} images.`, `At least ${FEWEST_IMAGES} are needed.`);
  const size = about.height * about.width * about.channels;
  const [trainCount, all] = val ? [train.labels.length, joined([train, val])] : held(train, size);
  const facts: ImageFacts = { kind: 'images', ...about, train: trainCount, val: count - trainCount };
  return {
    name,
    facts,
    notes: [
      ...notes,
      ...(val ? [] : [`The files name no validation images: ${facts.val} of the ${count} were held back for that.`]),
      ...lineToBeat(all.labels.subarray(trainCount), about.classes),
    ],
    identity: [about.height, about.width, about.channels, about.classes.length, trainCount],
    parts: { pixels: all.pixels, labels: all.labels },
  };
}

/** How many times as frequent as if all were alike the most frequent class is, from which a note says so. */
const UNBALANCED = 1.5;

/** Where one class prevails, an accuracy far above one in so many classes says nothing yet. */
function lineToBeat(labels: Uint8Array, classes: readonly string[]): string[] {
  const { label, share } = majority(labels, classes.length);
  if (share * classes.length <= UNBALANCED) return [];
  return [
    `The line to beat is ${(100 * share).toFixed(0)} %: always answering “${classes[label]}” is right for ${Math.round(share * labels.length)} of the ${labels.length} validation images.`,
  ];
}

/** Sets one behind the other. */
export function joined(sets: readonly ImageSet[]): ImageSet {
  if (sets.length === 1) return sets[0];
  const concat = (parts: readonly Uint8Array[]) => {
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  };
  return { pixels: concat(sets.map(({ pixels }) => pixels)), labels: concat(sets.map(({ labels }) => labels)) };
}

/** The images in an order drawn once and for all, of which the last are for validation. */
function held({ pixels, labels }: ImageSet, size: number): [train: number, ImageSet] {
  const n = labels.length;
  const order = stream(0, 'files', 'split').permutation(n);
  const shuffled = { pixels: new Uint8Array(pixels.length), labels: new Uint8Array(n) };
  order.forEach((from, to) => {
    shuffled.pixels.set(pixels.subarray(from * size, (from + 1) * size), to * size);
    shuffled.labels[to] = labels[from];
  });
  return [n - Math.max(1, Math.round(n * VALIDATION_SHARE)), shuffled];
}
