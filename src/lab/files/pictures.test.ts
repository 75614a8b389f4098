import { expect, test } from 'vitest';
import type { GivenFile, ImageFacts } from '../../experiment/schema/assets.ts';
import { pictureReader } from './pictures.ts';
import { Source } from './reader.ts';
import { AreaReducer } from './reduceArea.ts';
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

const splitOf = async (files: GivenFile[]) => {
  const { facts, notes } = await read(files);
  const { classes, train, val } = facts as ImageFacts;
  return { classes, train, val, notes };
};

test.each([
  ['training', 'testing'],
  ['training_set', 'test_set'],
  ['seg_train/seg_train', 'seg_test/seg_test'],
  ['test/train', 'test/val'],
  ['DS/Train', 'DS/Validation'],
  ['train_images', 'valid_images'],
  ['a/train1', 'a/dev1'],
])('a split is understood wherever it stands and however it is spelt: %s, %s', async (train, val) => {
  const files = [train, val].flatMap((folder, i) => ['cat', 'dog'].flatMap((name) => many(`${folder}/${name}`, i === 0 ? 12 : 4, 9)));
  expect(await splitOf(files)).toMatchObject({ classes: ['cat', 'dog'], train: 24, val: 8 });
});

test('a split below the classes, folders that tell nothing, and both a validation and a test set', async () => {
  const below = ['cat', 'dog'].flatMap((name) => [...many(`${name}/train`, 12, 9), ...many(`${name}/test`, 4, 8)]);
  expect(await splitOf(below)).toMatchObject({ classes: ['cat', 'dog'], train: 24, val: 8 });
  const deep = ['cat', 'dog'].flatMap((name) => [...many(`train/${name}/images`, 12, 9), ...many(`val/${name}/images`, 4, 8)]);
  expect(await splitOf(deep)).toMatchObject({ classes: ['cat', 'dog'], train: 24, val: 8 });
  const three = ['train', 'val', 'test'].flatMap((part) => [...many(`${part}/cat`, 8, 9), ...many(`${part}/dog`, 8, 8)]);
  expect(await splitOf(three)).toMatchObject({
    train: 16,
    val: 16,
    notes: [expect.stringMatching(/^16 pictures for testing, beside those for validation, were left out/)],
  });
});

test('what is left out is told, with counts and first names', async () => {
  const parts = ['train', 'test'].flatMap((part) => [...many(`ds/${part}/cat`, 12, 9), ...many(`ds/${part}/dog`, 12, 8)]);
  expect(await splitOf([...parts, picture('ds/docs/preview.png')])).toMatchObject({
    train: 24,
    val: 24,
    notes: ['1 picture beside the folders for training and validation was left out (ds/docs/preview.png).'],
  });
  const unlabelled = [...many('train/cat', 12, 9), ...many('train/dog', 12, 8), ...many('test', 6, 7)];
  expect(await splitOf(unlabelled)).toMatchObject({
    train: 20,
    val: 4,
    notes: ["6 pictures in no class's folder were left out (test/0.png, test/1.png, test/2.png and 3 more).", expect.stringMatching(/held back/)],
  });
  const lacking = [...many('train/cat', 12, 9), ...many('train/dog', 12, 8), ...many('val/cat', 4, 7), ...many('val/fox', 4, 6)];
  expect((await splitOf(lacking)).notes).toEqual(['No training picture shows “fox”: nothing can be learnt of it.', 'No validation picture shows “dog”.']);
  const tiff = (i: number) => given(`fox/${i}.tif`, Uint8Array.of(0x49, 0x49, 0x2a, 0));
  const foxes = Array.from({ length: 12 }, (_, i) => tiff(i));
  const strict = pictureReader(async (blob) => {
    const bytes = new Uint8Array(await blob.arrayBuffer());
    if (bytes.length > 1) throw new Error('no picture');
    return { height: 32, width: 32, rgb: new Uint8Array(32 * 32 * 3).fill(bytes[0]) };
  });
  const { facts, notes } = await strict.read(
    await Promise.all([...many('cat', 12, 9), ...many('dog', 12, 8), ...foxes].map((file) => Source.open(file))),
    () => {},
  );
  expect((facts as ImageFacts).classes).toEqual(['cat', 'dog']);
  expect(notes[0]).toBe(
    '12 pictures of a kind that this browser cannot show (TIFF) were left out: fox/0.tif, fox/1.tif, fox/2.tif and 9 more. So there is no class “fox”.',
  );
  expect((await splitOf([...many('cat', 12, 5), ...many('dog', 12, 5)])).notes).toContainEqual(expect.stringMatching(/^All pictures are alike/));
});

test('shrinks by means of areas, and lays light shapes on black', () => {
  const reduced = (from: number, to: number, pixel: (x: number, y: number) => number[]) => {
    const reducer = new AreaReducer(from, to);
    for (let y = 0; y < from; y++) reducer.addRow(y, Uint8ClampedArray.from(Array.from({ length: from }, (_, x) => pixel(x, y)).flat()), 0);
    return reducer.finish();
  };
  // One row in three is white: wherever rows are looked at, a third of the area is.
  const stripes = reduced(300, 32, (_, y) => [y % 3 ? 0 : 255, y % 3 ? 0 : 255, y % 3 ? 0 : 255, 255]);
  expect(stripes.background).toBe('none');
  for (const value of stripes.rgb) expect(Math.abs(value - 85)).toBeLessThan(10);
  expect(stripes.rgb.reduce((a, b) => a + b) / stripes.rgb.length).toBeCloseTo(85, 0);
  const shape = (value: number) => reduced(8, 4, (x) => [value, value, value, x < 4 ? 255 : 0]);
  expect(shape(255)).toMatchObject({ background: 'black', rgb: Uint8Array.from({ length: 48 }, (_, i) => (i % 12 < 6 ? 255 : 0)) });
  expect(shape(0)).toMatchObject({ background: 'white', rgb: Uint8Array.from({ length: 48 }, (_, i) => (i % 12 < 6 ? 0 : 255)) });
});

test.each<[string, () => GivenFile[], string]>([
  [
    'splits whose pictures have no classes',
    () => [...many('train', 12, 1), ...many('test1', 6, 2)],
    'The pictures in “train” and “test1” lie in no folders of classes',
  ],
  [
    'pictures beside folders of pictures',
    () => [...many('a', 12, 1), ...many('a/b', 12, 2), ...many('c', 12, 3)],
    '“a” holds pictures and folders of pictures',
  ],
  [
    'one picture in two splits',
    () => ['train', 'test'].flatMap((one) => [...many(`${one}/train/a`, 9, 1), ...many(`${one}/test/a`, 9, 2)]),
    'lies in folders for training and for validation at once',
  ],
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
