import { expect, test } from 'vitest';
import { Library } from './library.ts';
import { MemoryStorage } from './storage.ts';
import { cifarFile, given } from './testing.ts';

const newLibrary = () => new Library(async () => new MemoryStorage());

test('keeps what was given, lists it, reads its parts and deletes it', async () => {
  const library = newLibrary();
  const asset = await library.add([given('data_batch_1.bin', cifarFile(30)), given('test_batch.bin', cifarFile(20))]);
  expect(asset).toMatchObject({ name: 'CIFAR-10', bytes: 50 * 3073, temporary: true, facts: { kind: 'images', train: 30, val: 20 } });
  expect(await library.list()).toEqual([asset]);
  expect(await library.find({ hash: asset.hash, name: 'whatever' }, 'images')).toEqual(asset);
  expect((await library.part(asset, 'labels')).size).toBe(50);
  await library.delete(asset.hash);
  expect(await library.list()).toEqual([]);
  await expect(library.part(asset, 'labels')).rejects.toMatchObject({ name: 'MissingFilesError' });
});

test('finds content, whatever its files are called and in whatever order they come', async () => {
  const library = newLibrary();
  const [one, two] = [cifarFile(20), cifarFile(20, { first: 20 })];
  const a = await library.add([given('data_batch_1.bin', one), given('data_batch_2.bin', two)]);
  const b = await library.add([given('x/data_batch_2.bin', two), given('x/data_batch_1.bin', one)]);
  const c = await library.add([given('data_batch_1.bin', two), given('data_batch_2.bin', one)]);
  expect(b.hash).toBe(a.hash);
  expect(c.hash).not.toBe(a.hash);
  expect(await library.list()).toHaveLength(2);
});

test('says which files an experiment needs', async () => {
  const library = newLibrary();
  const hash = 'ab'.repeat(32);
  await expect(library.find({ hash, name: 'CIFAR-10' }, 'images')).rejects.toMatchObject({
    name: 'MissingFilesError',
    message: 'This experiment uses files of your own: CIFAR-10 (hash abababab…), which this browser does not have.',
    remedy: 'Drop them on the page, then run again.',
  });
  await expect(library.find({ name: 'CIFAR-10' }, 'images')).rejects.toMatchObject({ message: /still to be chosen/ });
});

test('says what is wrong with files, by name, and keeps nothing of them', async () => {
  const library = newLibrary();
  const good = given('data_batch_1.bin', cifarFile(30));
  await expect(library.add([])).rejects.toThrow('There is no file in what was given.');
  await expect(library.add([good, given('data_batch_2.bin', '')])).rejects.toThrow('“data_batch_2.bin” is empty.');
  await expect(library.add([given('notes.docx', 'words')])).rejects.toThrow('“notes.docx” is of no kind that can be used here.');
  const cut = cifarFile(30).slice(0, -5);
  await expect(library.add([good, given('data_batch_2.bin', cut)])).rejects.toThrow(
    '“data_batch_2.bin” is no CIFAR file: its 92,185 bytes are not a multiple of 3073',
  );
  expect(await library.list()).toEqual([]);
});

test.each([
  ['net.keras', 'PK\u0003\u0004 and more', '“net.keras” is a network saved by Keras.', /--input_format=keras_keras .* "net.keras" converted/],
  [
    'net.h5',
    Uint8Array.of(0x89, 0x48, 0x44, 0x46),
    '“net.h5” is a network saved by Keras (HDF5).',
    /--input_format=keras --output_format=tfjs_layers_model "net.h5"/,
  ],
  ['weights', Uint8Array.of(0x89, 0x48, 0x44, 0x46), '“weights” is a network saved by Keras (HDF5).', /--input_format=keras/],
  ['net.onnx', 'x', '“net.onnx” is a network of another program.', /model.json/],
  ['set.rar', 'Rar!', '“set.rar” is an archive that cannot be unpacked here.', /ordinary ZIP/],
])('names what it knows and cannot read: %s', async (name, content, message, remedy) => {
  await expect(newLibrary().add([given(name, content)])).rejects.toMatchObject({ name: 'FileError', message, remedy: expect.stringMatching(remedy) });
});

test('empty markers do not matter', async () => {
  const asset = await newLibrary().add([given('data_batch_1.bin', cifarFile(30)), given('.keep', ''), given('cat/_placeholder', '')]);
  expect(asset.facts).toMatchObject({ train: 25 });
});

test('says that there is no room', async () => {
  const full = new MemoryStorage();
  full.write = async () => {
    throw new DOMException('no', 'QuotaExceededError');
  };
  const library = new Library(async () => full);
  await expect(library.add([given('data_batch_1.bin', cifarFile(30))])).rejects.toMatchObject({
    message: '“CIFAR-10” could not be kept: the browser has no room left for it.',
    remedy: /Delete files/,
  });
});
