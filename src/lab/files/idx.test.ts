import { gzipSync } from 'fflate';
import { expect, test } from 'vitest';
import type { GivenFile, ImageFacts } from '../../experiment/schema/assets.ts';
import { Library } from './library.ts';
import { MemoryStorage } from './storage.ts';
import { given, idxFile } from './testing.ts';

const newLibrary = () => new Library(async () => new MemoryStorage());
const add = (files: GivenFile[]) => newLibrary().add(files);
const zipped = (bytes: Uint8Array<ArrayBuffer>) => gzipSync(bytes) as Uint8Array<ArrayBuffer>;

const FOUR = () => [
  given('train-images-idx3-ubyte.gz', zipped(idxFile([40, 6, 5]))),
  given('train-labels-idx1-ubyte.gz', zipped(idxFile([40], 10))),
  given('t10k-images-idx3-ubyte', idxFile([20, 6, 5])),
  given('t10k-labels-idx1-ubyte', idxFile([20], 10)),
];

test('reads the four files of MNIST, packed or not, in any order', async () => {
  const library = newLibrary();
  const asset = await library.add(FOUR().reverse());
  expect(asset.facts).toEqual({
    kind: 'images',
    height: 6,
    width: 5,
    channels: 1,
    classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    train: 40,
    val: 20,
  });
  const pixels = new Uint8Array(await (await library.part(asset, 'pixels')).arrayBuffer());
  expect([...pixels.slice(0, 3), pixels[255], pixels[256], pixels[40 * 30]]).toEqual([0, 1, 2, 255, 0, 0]);
  expect([...new Uint8Array(await (await library.part(asset, 'labels')).arrayBuffer()).slice(39, 42)]).toEqual([9, 0, 1]);
  expect(asset.notes[0]).toBe('“train-labels-idx1-ubyte.gz” is not the official file of that name: its checksum is another.');
});

test('one image file and one label file belong together, whatever they are called', async () => {
  const { facts } = await add([given('a', idxFile([30, 4, 4])), given('b', idxFile([30], 3))]);
  expect(facts).toMatchObject({ train: 25, val: 5 });
  expect((facts as ImageFacts).classes).toEqual(['0', '1', '2']);
});

/** An IDX file of 32-bit numbers. */
function intFile(rows: number[][]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(12 + 4 * rows.flat().length);
  const view = new DataView(bytes.buffer);
  bytes.set([0, 0, 12, 2]);
  [rows.length, rows[0].length, ...rows.flat()].forEach((value, i) => {
    view.setInt32(4 + 4 * i, value);
  });
  return bytes;
}

test('a packed file beside the unpacked one is one file; folders tell the split', async () => {
  const twice = [...FOUR(), ...FOUR()].map(({ path, blob }, i) => ({ path: `MNIST/raw${i > 3 ? '/again' : ''}/${path}`, blob }));
  const { facts, notes } = await add(twice);
  expect(facts).toMatchObject({ train: 40, val: 20 });
  expect(notes).toContainEqual(expect.stringMatching(/^4 files given twice were read once/));
  const parts = ['train', 'test'].flatMap((part, i) => [
    given(`${part}/images-idx3-ubyte`, idxFile([40 - 20 * i, 6, 5])),
    given(`${part}/labels-idx1-ubyte`, idxFile([40 - 20 * i], 10)),
  ]);
  expect((await add(parts)).facts).toMatchObject({ train: 40, val: 20 });
});

test('EMNIST has letters and stands upright; QMNIST has rows of labels', async () => {
  const letters = idxFile([52], 26);
  for (let i = 8; i < letters.length; i++) letters[i]++;
  const library = newLibrary();
  const asset = await library.add([
    given('emnist-letters-train-images-idx3-ubyte', idxFile([52, 4, 4])),
    given('emnist-letters-train-labels-idx1-ubyte', letters),
  ]);
  expect((asset.facts as ImageFacts).classes).toEqual([...'abcdefghijklmnopqrstuvwxyz']);
  const pixels = new Uint8Array(await (await library.part(asset, 'pixels')).arrayBuffer());
  expect(pixels[1] - pixels[0]).toBe(4);
  const qmnist = await add([
    given('qmnist-train-images-idx3-ubyte', idxFile([40, 6, 5])),
    given('qmnist-train-labels-idx2-int', intFile(Array.from({ length: 40 }, (_, i) => [i % 10, 70_000, -1]))),
  ]);
  expect(qmnist.facts).toMatchObject({ train: 33, val: 7 });
  expect((qmnist.facts as ImageFacts).classes).toHaveLength(10);
});

test.each<[string, () => GivenFile[], string]>([
  [
    'a web page in place of a file',
    () => [given('train-images-idx3-ubyte.gz', '<html><title>403</title></html>'), ...FOUR().slice(1)],
    '“train-images-idx3-ubyte.gz” is a web page, no IDX file',
  ],
  [
    'images with channels',
    () => [given('train-images-idx4-ubyte', idxFile([40, 8, 8, 3])), FOUR()[1]],
    '“train-images-idx4-ubyte” holds 40×8×8×3 unsigned bytes: 4 dimensions.',
  ],
  [
    'a file that was cut off',
    () => [given('train-images-idx3-ubyte', idxFile([40, 6, 5]).slice(0, 900)), FOUR()[1]],
    '“train-images-idx3-ubyte” was cut off: it has 900 bytes of 1,216.',
  ],
  [
    'a packed file that was cut off',
    () => [given('train-images-idx3-ubyte.gz', zipped(idxFile([40, 6, 5])).slice(0, 90))],
    '“train-images-idx3-ubyte.gz” is damaged or was cut off: it cannot be unpacked.',
  ],
  [
    'bytes too many',
    () => [given('x', new Uint8Array([...idxFile([40, 6, 5]), 1])), given('y', idxFile([40]))],
    '“x” is longer than its header says: 1,217 bytes instead of 1,216.',
  ],
  [
    'labels of other images',
    () => [FOUR()[0], given('train-labels-idx1-ubyte', idxFile([39], 10))],
    '“train-images-idx3-ubyte” holds 40 images, “train-labels-idx1-ubyte” 39 labels.',
  ],
  ['images alone', () => FOUR().slice(0, 1), '“train-images-idx3-ubyte” came without its labels.'],
  ['labels alone', () => FOUR().slice(1, 2), '“train-labels-idx1-ubyte” holds labels without images.'],
  ['something else of that name', () => [given('train-images-idx3-ubyte', 'what is this?')], '“train-images-idx3-ubyte” is no IDX file'],
])('refuses %s', async (_, files, message) => {
  await expect(add(files())).rejects.toThrow(message);
});
