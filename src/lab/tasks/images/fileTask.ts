/** Images out of files: some of an asset's, reduced to the task's size, standardised, changed at random where asked. */
import type { AssetInfo, ImageFacts } from '../../../experiment/schema/assets.ts';
import { type ImageShape, taskShape } from '../../../experiment/networks/describe.ts';
import type { ImagePreview } from '../../../experiment/contract/previews.ts';
import type { FileImagesSpec } from '../../../experiment/schema/schema.ts';
import { FileError } from '../../files/errors.ts';
import type { Library } from '../../files/library.ts';
import { Resampler } from '../../files/resample.ts';
import { stream } from '../../random/stream.ts';
import { batchIndices } from '../shared/order.ts';
import { takeExamples } from '../shared/rows.ts';
import type { Split, Task } from '../shared/types.ts';
import { augment } from './augment.ts';
import { channelStatistics, standardise, writeRgba } from './pixels.ts';
import { balancedFirst, type ImageSplit, type SplitName } from './task.ts';

/** Bytes read at a time: the images of a run must not need all of a data set at once. */
const WINDOW = 2 ** 23;
/** Images that nobody asked for are read along up to this many in a row; more are skipped. */
const GAP = 16;
/** Rec. 601. */
const LUMINANCE = [0.299, 0.587, 0.114] as const;

/** The asset, checked against what the task asks of it. @throws {MissingFilesError | FileError} */
async function find(spec: FileImagesSpec, library: Library): Promise<AssetInfo<ImageFacts>> {
  const asset = await library.find(spec.data, 'images');
  for (const [split, words] of [
    ['train', 'training'],
    ['val', 'validation'],
  ] as const) {
    if (spec[split] > asset.facts[split]) {
      throw new FileError(
        `“${asset.name}” has ${asset.facts[split].toLocaleString('en')} ${words} images; the experiment asks for ${spec[split].toLocaleString('en')}.`,
        `Lower the number of ${words} images in the task's settings, or add more files.`,
      );
    }
  }
  if (spec.classNames.length !== asset.facts.classes.length) {
    throw new FileError(
      `“${asset.name}” has ${asset.facts.classes.length} classes; the experiment names ${spec.classNames.length}.`,
      "Choose the files again in the task's settings.",
    );
  }
  return asset;
}

/** Places in the asset of a split's images: more images are these and others. */
function places(spec: FileImagesSpec, { facts }: AssetInfo<ImageFacts>, split: SplitName): Uint32Array {
  const chosen = stream(spec.seed, 'data', spec.kind, split).permutation(facts[split]).subarray(0, spec[split]);
  return split === 'train' ? chosen : chosen.map((place) => facts.train + place);
}

/** Images at some places: `[places × size × size × channels]`, intensities 0–1. */
async function readImages(spec: FileImagesSpec, asset: AssetInfo<ImageFacts>, at: Uint32Array, library: Library): Promise<Float32Array<ArrayBuffer>> {
  const { height, width, channels: from } = asset.facts;
  const resampler = new Resampler({ height, width, channels: from }, spec.size);
  const values = new Float32Array(resampler.length);
  const weights = toChannels(from, spec.grey);
  const to = weights.length;
  const area = spec.size * spec.size;
  const images = new Float32Array(at.length * area * to);
  const size = height * width * from;
  const perWindow = Math.max(1, Math.floor(WINDOW / size));
  const pixels = await library.part(asset, 'pixels');
  const order = Array.from(at.keys()).sort((a, b) => at[a] - at[b]);
  for (let i = 0; i < order.length; ) {
    const first = at[order[i]];
    let end = i + 1;
    while (end < order.length && at[order[end]] < first + perWindow && at[order[end]] - at[order[end - 1]] <= GAP) end++;
    const bytes = new Uint8Array(await pixels.slice(first * size, (at[order[end - 1]] + 1) * size).arrayBuffer());
    for (; i < end; i++) {
      resampler.write(bytes, (at[order[i]] - first) * size, values, 0);
      for (let p = 0, out = order[i] * area * to; p < area; p++) {
        for (const shares of weights) {
          let sum = 0;
          for (let c = 0; c < from; c++) sum += shares[c] * values[p * from + c];
          images[out++] = sum / 255;
        }
      }
    }
  }
  return images;
}

/** Shares of the file's channels in each of the task's. */
function toChannels(from: 1 | 3, grey: boolean): readonly (readonly number[])[] {
  if (from === 1) return grey ? [[1]] : [[1], [1], [1]];
  return grey
    ? [LUMINANCE]
    : [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ];
}

async function readLabels(asset: AssetInfo<ImageFacts>, at: Uint32Array, library: Library): Promise<Uint8Array<ArrayBuffer>> {
  const all = new Uint8Array(await (await library.part(asset, 'labels')).arrayBuffer());
  return Uint8Array.from(at, (place) => all[place]);
}

/** See `DrawnTask.preview`; reads only what it shows. @throws {MissingFilesError | FileError} */
export async function previewFileImages(spec: FileImagesSpec, library: Library, count: number, split: SplitName): Promise<ImagePreview> {
  const asset = await find(spec, library);
  const all = places(spec, asset, split);
  const labels = await readLabels(asset, all, library);
  const chosen = split === 'train' ? balancedFirst(labels, spec.classNames.length, count) : Array.from(labels.subarray(0, count).keys());
  const images = await readImages(
    spec,
    asset,
    Uint32Array.from(chosen, (i) => all[i]),
    library,
  );
  const pixels = new Uint8ClampedArray(chosen.length * spec.size ** 2 * 4);
  writeRgba(images, spec.grey ? 1 : 3, pixels, 0);
  return { size: spec.size, count: chosen.length, pixels, labels: Uint8Array.from(chosen, (i) => labels[i]) };
}

/** Read a task's images. @throws {MissingFilesError | FileError} */
export async function openFileImages(spec: FileImagesSpec, library: Library): Promise<Task> {
  const asset = await find(spec, library);
  const read = async (split: SplitName): Promise<ImageSplit> => {
    const at = places(spec, asset, split);
    return { examples: at.length, inputs: await readImages(spec, asset, at, library), labels: await readLabels(asset, at, library) };
  };
  const [train, val] = [await read('train'), await read('val')];
  const standardisation = channelStatistics(train.inputs, spec.grey ? 1 : 3);
  for (const { inputs } of [train, val]) standardise(inputs, standardisation);
  return new FileImageTask(spec, train, val);
}

class FileImageTask implements Task {
  readonly spec: FileImagesSpec;
  readonly shape: ImageShape;
  readonly train: ImageSplit;
  readonly val: ImageSplit;

  constructor(spec: FileImagesSpec, train: ImageSplit, val: ImageSplit) {
    this.spec = spec;
    this.shape = taskShape(spec);
    this.train = train;
    this.val = val;
  }

  batch(seed: number, step: number, batchSize: number, name = 'data'): Split {
    const batch = takeExamples(this.train, batchIndices(seed, step, batchSize, this.train.examples));
    if (this.spec.augment) augment(batch.inputs as Float32Array, this.shape.input, this.spec.augment, stream(seed, name, 'augment', step));
    return batch;
  }

  rows(seed: number, step: number, batchSize: number): Uint32Array<ArrayBuffer> | null {
    // With random changes no image comes twice as it is: what was computed of one is of no use for another.
    return this.spec.augment ? null : batchIndices(seed, step, batchSize, this.train.examples);
  }
}
