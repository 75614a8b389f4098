import { expect, test } from 'vitest';
import type { GivenFile, ImageFacts } from '../../experiment/schema/assets.ts';
import { pictureReader } from './pictures.ts';
import { Source } from './reader.ts';
import { Resampler } from './resample.ts';
import { given } from './testing.ts';

/** A "picture" of 64×40 pixels, all of the brightness that its file holds. */
const reader = pictureReader(async (blob) => {
  const [value] = new Uint8Array(await blob.arrayBuffer());
  if (value === 0) throw new Error('no picture');
  return { height: 40, width: 64, rgb: new Uint8Array(64 * 40 * 3).fill(value) };
});

const picture = (path: string, value = 1) => given(path, new Uint8Array([value]));
const read = async (files: GivenFile[]) => reader.read(await Promise.all(files.map((file) => Source.open(file))), () => {});
const many = (folder: string, count: number, value: number) => Array.from({ length: count }, (_, i) => picture(`${folder}/${i}.png`, value));

test('folders are classes, in the order of their names', async () => {
  const { facts, parts, notes } = await read([...many('pets/dogs', 12, 200), ...many('pets/cats', 12, 100), given('pets/readme.txt', 'hello')]);
  expect(facts).toMatchObject({ height: 32, width: 32, channels: 3, classes: ['cats', 'dogs'], train: 20, val: 4 });
  expect(notes).toEqual(['The files name no validation images: 4 of the 24 were held back for that.']);
  parts.labels.forEach((label, i) => {
    expect(new Set(parts.pixels.subarray(i * 3072, (i + 1) * 3072))).toEqual(new Set([label === 0 ? 100 : 200]));
  });
  expect(parts.labels.filter((label) => label === 0)).toHaveLength(12);
});

test('“train” and “test” above the classes are the two sets', async () => {
  const { facts, parts } = await read([...many('train/a', 9, 10), ...many('train/b', 9, 20), ...many('test/b', 3, 30)]);
  expect(facts).toMatchObject({ train: 18, val: 3 });
  expect((facts as ImageFacts).classes).toEqual(['a', 'b']);
  expect([...parts.labels.slice(18)]).toEqual([1, 1, 1]);
});

test.each<[string, () => GivenFile[], string]>([
  ['pictures without folders', () => [picture('1.png')], '“1.png” lies in no folder, so its class is not known.'],
  ['a single class', () => many('cats', 20, 1), 'The pictures lie in one folder only (“cats”).'],
  [
    'a file that is no picture',
    () => [...many('a', 20, 1), ...many('b', 20, 1), picture('b/bad.jpg', 0)],
    '“b/bad.jpg” is no picture that this browser can show, or is damaged.',
  ],
])('refuses %s', async (_, files, message) => {
  await expect(read(files())).rejects.toThrow(message);
});

test('a new pixel is the mean of the area that it covers, of the middle square', () => {
  const out = new Float32Array(4);
  // 4×4 in the middle of 4×6.
  new Resampler({ height: 4, width: 6, channels: 1 }, 2).write(
    Uint8Array.from({ length: 24 }, (_, i) => i),
    0,
    out,
    0,
  );
  expect([...out]).toEqual([4.5, 6.5, 16.5, 18.5]);
  // Three pixels into two: each covers one and a half.
  const three = new Resampler({ height: 3, width: 3, channels: 1 }, 2);
  three.write(Uint8Array.of(0, 30, 60, 0, 30, 60, 0, 30, 60), 0, out, 0);
  expect([...out]).toEqual([10, 50, 10, 50].map(Math.fround));
  // The mean of the picture stays.
  const colours = Uint8Array.from({ length: 7 * 7 * 3 }, (_, i) => (i * 37) % 256);
  const resampler = new Resampler({ height: 7, width: 7, channels: 3 }, 5);
  const reduced = new Float32Array(resampler.length);
  resampler.write(colours, 0, reduced, 0);
  const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b) / values.length;
  expect(mean(reduced)).toBeCloseTo(mean(colours), 3);
});
