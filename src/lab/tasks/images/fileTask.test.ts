import { beforeAll, describe, expect, test } from 'vitest';
import type { AssetInfo } from '../../../experiment/schema/assets.ts';
import { withChosen } from '../../../experiment/plan/assetRefs.ts';
import { presetExperiment } from '../../../experiment/testing.ts';
import type { FileImagesSpec } from '../../../experiment/schema/schema.ts';
import { Library } from '../../files/library.ts';
import { MemoryStorage } from '../../files/storage.ts';
import { cifarFile, cifarPixel, given, idxFile } from '../../files/testing.ts';
import { stream } from '../../random/stream.ts';
import { openTask, previewTask } from '../index.ts';

const library = new Library(async () => new MemoryStorage());
let cifar: AssetInfo;
let digits: AssetInfo;

beforeAll(async () => {
  cifar = await library.add([given('data_batch_1.bin', cifarFile(200)), given('test_batch.bin', cifarFile(40, { first: 200 }))]);
  digits = await library.add([given('x-images', idxFile([120, 28, 28], 251)), given('x-labels', idxFile([120], 10))]);
});

/** The preset's task on an asset, changed. */
function specOf(asset: AssetInfo, changes: Partial<FileImagesSpec> = {}): FileImagesSpec {
  const { task } = withChosen(presetExperiment('cifar'), asset);
  return { ...(task as FileImagesSpec), ...changes };
}

/** Which image of `cifarFile` a 32×32 colour image shows, from its intensities. */
const imageAt = (inputs: Float32Array, i: number): number => {
  const value = Math.round(inputs[i * 3072] * 255);
  return (
    Array.from({ length: 240 }, (_, k) => k).find((k) => cifarPixel(k, 0, 0) === value && cifarPixel(k, 1, 0) === Math.round(inputs[i * 3072 + 1] * 255)) ?? -1
  );
};

test('the task of the preset takes the asset that is dropped, with as many images as there are', () => {
  expect(specOf(cifar)).toMatchObject({ data: { hash: cifar.hash, name: 'CIFAR-10' }, train: 200, val: 40, grey: false, size: 16 });
  expect(specOf(digits)).toMatchObject({ train: 100, val: 20, grey: true });
});

test('chooses its images by its seed; more of them are the same and others', async () => {
  const labels = async (changes: Partial<FileImagesSpec>) => [...((await openTask(specOf(cifar, changes), library)).train?.labels ?? [])];
  const some = await labels({ train: 100 });
  expect(await labels({ train: 150 })).toEqual(expect.arrayContaining(some));
  expect((await labels({ train: 150 })).slice(0, 100)).toEqual(some);
  expect(await labels({ train: 100, seed: 1 })).not.toEqual(some);
});

test('every image keeps its label; training and validation images do not mix', async () => {
  const { train, val } = await openTask(specOf(cifar, { size: 32 }), library);
  // Undo the standardisation: both splits by the training images' numbers.
  for (const split of [train, val]) {
    const { labels, examples } = split as typeof val;
    expect(new Set(labels).size).toBe(10);
    expect(labels).toHaveLength(examples);
  }
  const { pixels, labels } = (await previewTask(specOf(cifar, { size: 32 }), library, 40, 'val')) as { pixels: Uint8ClampedArray; labels: Uint8Array };
  const seen = Array.from(labels, (label, i) => {
    const image = imageAt(
      Float32Array.from({ length: 3072 }, (_, k) => pixels[i * 4096 + Math.floor(k / 3) * 4 + (k % 3)] / 255),
      0,
    );
    expect(image).toBeGreaterThanOrEqual(0);
    return [label, image % 10];
  });
  for (const [label, expected] of seen) expect(label).toBe(expected);
  expect([...labels]).toEqual([...val.labels]);
});

describe('pixels', () => {
  test('are standardised per channel by the training images', async () => {
    const { train, shape } = await openTask(specOf(cifar), library);
    expect(shape.input).toEqual([16, 16, 3]);
    const inputs = train?.inputs as Float32Array;
    for (let c = 0; c < 3; c++) {
      const channel = inputs.filter((_, i) => i % 3 === c);
      expect(channel.reduce((a, b) => a + b, 0) / channel.length).toBeCloseTo(0, 4);
      expect(channel.reduce((a, b) => a + b * b, 0) / channel.length).toBeCloseTo(1, 3);
    }
  });

  test('are means of 2×2 at half the size, brightness where grey is asked for, three times grey where colour is', async () => {
    const bytes = async (asset: AssetInfo, changes: Partial<FileImagesSpec>) =>
      ((await previewTask(specOf(asset, changes), library, 1, 'train')) as { pixels: Uint8ClampedArray }).pixels;
    const full = await bytes(cifar, { size: 32 });
    const half = await bytes(cifar, { size: 16 });
    for (let c = 0; c < 3; c++) {
      const mean = (full[c] + full[4 + c] + full[128 + c] + full[132 + c]) / 4;
      expect(Math.abs(half[c] - mean)).toBeLessThan(1);
    }
    const grey = await bytes(cifar, { size: 32, grey: true });
    expect(Math.abs(grey[0] - (0.299 * full[0] + 0.587 * full[1] + 0.114 * full[2]))).toBeLessThan(1);
    const coloured = await bytes(digits, { size: 28, grey: false });
    expect(coloured).toEqual(await bytes(digits, { size: 28, grey: true }));
    expect((await openTask(specOf(digits, { grey: true, size: 28 }), library)).shape.input).toEqual([28, 28, 1]);
  });
});

describe('random changes', () => {
  const batches = async (augment: FileImagesSpec['augment'], seed = 0, step = 0, name?: string) => {
    const task = await openTask(specOf(cifar, { augment }), library);
    return task.batch(seed, step, 64, name);
  };

  test('are a function of seed and step, and leave labels and validation images alone', async () => {
    const both = { crop: true, flip: true };
    const [plain, changed] = [await batches(undefined), await batches(both)];
    expect(changed.labels).toEqual(plain.labels);
    expect(changed.inputs).not.toEqual(plain.inputs);
    expect(changed.inputs).toEqual((await batches(both)).inputs);
    expect((await batches(both, 1)).inputs).not.toEqual(changed.inputs);
    // A guide being trained does not see the batches of its target.
    expect((await batches(both, 0, 0, 'guide-data')).inputs).not.toEqual(changed.inputs);
    // What was computed of an image must not be kept.
    const [with_, without] = [await openTask(specOf(cifar, { augment: both }), library), await openTask(specOf(cifar), library)];
    expect(with_.rows(0, 0, 64)).toBeNull();
    expect(without.rows(0, 0, 64)).toHaveLength(64);
    expect(with_.val).toEqual(without.val);
    // The second epoch shows the same images otherwise.
    const perEpoch = Math.floor(200 / 64);
    const later = with_.batch(0, perEpoch, 64);
    expect(later.inputs).not.toEqual(changed.inputs);
  });

  test('are a mirror image every other time, and a window out of a border of four pixels', async () => {
    const plain = (await batches(undefined)).inputs as Float32Array;
    const flipped = (await batches({ crop: false, flip: true })).inputs as Float32Array;
    const cropped = (await batches({ crop: true, flip: false })).inputs as Float32Array;
    const draws = stream(0, 'data', 'augment', 0);
    let mirrored = 0;
    for (let i = 0; i < 64; i++) {
      const [top, left, mirror] = [draws.integer(9) - 4, draws.integer(9) - 4, draws.integer(2)];
      mirrored += mirror;
      const at = (y: number, x: number, c: number) => (y < 0 || y > 15 || x < 0 || x > 15 ? 0 : plain[i * 768 + (y * 16 + x) * 3 + c]);
      for (const [y, x] of [
        [0, 0],
        [3, 12],
        [15, 15],
        [8, 1],
      ]) {
        for (let c = 0; c < 3; c++) {
          expect(flipped[i * 768 + (y * 16 + x) * 3 + c]).toBe(at(y, mirror ? 15 - x : x, c));
          expect(cropped[i * 768 + (y * 16 + x) * 3 + c]).toBe(at(y + top, x + left, c));
        }
      }
    }
    expect(mirrored).toBeGreaterThan(20);
    expect(mirrored).toBeLessThan(44);
  });
});

test('says what does not fit the files', async () => {
  await expect(openTask(specOf(cifar, { train: 201 }), library)).rejects.toMatchObject({
    message: '“CIFAR-10” has 200 training images; the experiment asks for 201.',
    remedy: /Lower the number of training images/,
  });
  await expect(openTask(specOf(cifar, { classNames: ['a', 'b'] }), library)).rejects.toThrow('“CIFAR-10” has 10 classes; the experiment names 2.');
  await expect(openTask(presetExperiment('cifar').task, library)).rejects.toMatchObject({ name: 'MissingFilesError' });
});
