import { existsSync, openAsBlob } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { GivenFile, ImageFacts } from '../../experiment/schema/assets.ts';
import { cifar, cutCifar } from './cifar.ts';
import { Source } from './reader.ts';
import { cifarFile, cifarPixel, given } from './testing.ts';

const read = async (files: GivenFile[]) => {
  const sources = await Promise.all(files.map((file) => Source.open(file)));
  expect(cifar.recognises(sources)).toBe(true);
  return cifar.read(sources, () => {});
};

describe('CIFAR-10', () => {
  test('becomes pixels with their channels side by side', async () => {
    const { facts, parts, notes, name } = await read([given('data_batch_1.bin', cifarFile(20)), given('test_batch.bin', cifarFile(17, { first: 20 }))]);
    expect(name).toBe('CIFAR-10');
    expect(facts).toMatchObject({ height: 32, width: 32, channels: 3, train: 20, val: 17 });
    expect((facts as ImageFacts).classes).toHaveLength(10);
    expect([...parts.labels]).toEqual(Array.from({ length: 37 }, (_, i) => i % 10));
    for (const [image, place, channel] of [
      [0, 0, 0],
      [3, 5, 2],
      [36, 1023, 1],
    ]) {
      expect(parts.pixels[image * 3072 + place * 3 + channel]).toBe(cifarPixel(image, channel, place));
    }
    expect(notes).toEqual([
      '“data_batch_1.bin” is not the official file: it holds 20 images, not 10,000.',
      '“test_batch.bin” is not the official file: it holds 17 images, not 10,000.',
    ]);
  });

  test('without a test batch holds back a sixth, always the same', async () => {
    const files = () => [given('data_batch_1.bin', cifarFile(60))];
    const a = await read(files());
    expect(a.facts).toMatchObject({ train: 50, val: 10 });
    // Every image is still there, under its own label.
    const firstPixel = Array.from(a.parts.labels, (label, i) => [label, a.parts.pixels[i * 3072]].join());
    expect(firstPixel.sort()).toEqual(Array.from({ length: 60 }, (_, i) => [i % 10, cifarPixel(i, 0, 0)].join()).sort());
    expect(a.parts).toEqual((await read(files())).parts);
  });
});

test('the same file twice is read once, and capitals in names do not matter', async () => {
  const { facts, notes } = await read([given('DATA_BATCH_1.BIN', cifarFile(16)), given('data_batch_1 (1).bin', cifarFile(16))]);
  expect(facts).toMatchObject({ train: 13, val: 3 });
  expect(notes[0]).toBe('1 file given twice was read once (data_batch_1 (1).bin).');
});

test('CIFAR-100 is told by its record, and its fine labels are the classes', async () => {
  const { name, facts, parts } = await read([
    given('train.bin', cifarFile(120, { labels: 2, classes: 100 })),
    given('test.bin', cifarFile(20, { labels: 2, classes: 100 })),
  ]);
  expect(name).toBe('CIFAR-100');
  expect((facts as ImageFacts).classes[99]).toBe('worm');
  expect(parts.labels[119]).toBe(19);
  expect(parts.labels[99]).toBe(99);
});

describe('refuses', () => {
  const bad = cifarFile(20);
  bad[7 * 3073] = 77;
  const coarse = cifarFile(20, { labels: 2, classes: 100 });
  coarse[2 * 3074] = 20;
  test.each<[string, GivenFile[], string]>([
    ['a label out of range', [given('data_batch_1.bin', bad)], '“data_batch_1.bin” is no CIFAR-10 file: image 8 has the label 77, and labels go from 0 to 9.'],
    [
      'a coarse label out of range',
      [given('train.bin', coarse)],
      '“train.bin” is no CIFAR-100 file: image 3 has the label 20, 2, and labels go from 0 to 19, 99.',
    ],
    [
      'two data sets at once',
      [given('data_batch_1.bin', cifarFile(20)), given('train.bin', cifarFile(20, { labels: 2, classes: 100 }))],
      '“data_batch_1.bin” is CIFAR-10 and “train.bin” is CIFAR-100.',
    ],
    [
      'the Python version',
      [given('data_batch_1', new Uint8Array([0x80, 2, 0x7d]))],
      '“data_batch_1” is from the Python version of CIFAR, which cannot be read here.',
    ],
    ['a handful of images', [given('data_batch_1.bin', cifarFile(3))], 'CIFAR-10 has only 3 images.'],
  ])('%s', async (_, files, message) => {
    await expect(read(files)).rejects.toThrow(message);
  });
});

test('a file of another name that was cut off is told what it may be', async () => {
  const sources = await Promise.all([given('fünf.bin', cifarFile(3).slice(0, 7000))].map((file) => Source.open(file)));
  expect(cifar.recognises(sources)).toBe(false);
  expect(cutCifar(sources)).toMatchObject({
    message: expect.stringMatching(/If it is CIFAR, it was cut off or changed: its 7,000 bytes are not a multiple of 3073/),
  });
  expect(cutCifar([])).toBeUndefined();
});

/** Real files, where somebody has put some beside the repository; this test writes its own otherwise. */
const REAL = '../shared/data/cifar-10-batches-bin';

test('real files are taken as they are', async () => {
  const names = ['data_batch_1.bin', 'test_batch.bin'];
  const files = existsSync(join(REAL, names[0]))
    ? await Promise.all(names.map(async (path) => ({ path, blob: await openAsBlob(join(REAL, path)) })))
    : names.map((path, i) => given(path, cifarFile(200 - 100 * i)));
  const { facts, parts } = await read(files);
  const perClass = new Array<number>(10).fill(0);
  for (const label of parts.labels) perClass[label]++;
  expect(Math.min(...perClass)).toBeGreaterThan(0.08 * parts.labels.length);
  expect(parts.pixels).toHaveLength(parts.labels.length * 3072);
  expect((facts as ImageFacts).train + (facts as ImageFacts).val).toBe(parts.labels.length);
});
