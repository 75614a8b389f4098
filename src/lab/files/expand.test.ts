import { gzipSync, zipSync } from 'fflate';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { expand } from './expand.ts';
import { Source } from './reader.ts';
import { given, tarFile } from './testing.ts';

const text = (value: string) => new TextEncoder().encode(value);
const zip = (files: Record<string, Uint8Array>) => zipSync(files) as Uint8Array<ArrayBuffer>;
const unpack = async (name: string, bytes: Uint8Array<ArrayBuffer>, most?: number) => {
  const files = await expand([await Source.open(given(name, bytes))], most);
  return Promise.all(files.map(async (file) => [file.path, new TextDecoder().decode(await file.bytes())]));
};

test('ZIP, tar and gzip, also in one another, without what operating systems leave behind', async () => {
  const files = { 'b/2.txt': text('two'), 'a/1.txt': text('one'), '__MACOSX/a/._1.txt': text('?'), 'a/.DS_Store': text('?') };
  const expected = [
    ['a/1.txt', 'one'],
    ['b/2.txt', 'two'],
  ];
  expect(await unpack('x.zip', zip(files))).toEqual(expected);
  expect(await unpack('x.tar', tarFile(files))).toEqual(expected);
  expect(await unpack('x.tar', tarFile({ './a/1.txt': text('one'), './b/2.txt': text('two') }))).toEqual(expected);
  expect(await unpack('x.tar.gz', gzipSync(tarFile(files)) as Uint8Array<ArrayBuffer>)).toEqual(expected);
  expect(await unpack('x.zip', zip({ 'inner.tar.gz': gzipSync(tarFile(files)) }))).toEqual(expected);
});

test('an archive that is damaged', async () => {
  const good = gzipSync(text('words '.repeat(1000)));
  const flipped = good.slice();
  flipped[good.length - 6] ^= 1;
  for (const [name, bytes] of [
    ['a.gz', good.slice(0, -9)],
    ['b.gz', flipped],
    ['c.zip', zip({ a: text('words') }).slice(0, 40)],
    ['d.tar', tarFile({ a: text('words'.repeat(200)) }).slice(0, 700)],
  ] as const) {
    await expect(unpack(name, bytes as Uint8Array<ArrayBuffer>)).rejects.toMatchObject({
      name: 'FileError',
      message: `“${name}” is damaged or was cut off: it cannot be unpacked.`,
      remedy: 'Fetch the file again.',
    });
  }
});

test('a small archive of a huge file', async () => {
  const zeros = new Uint8Array(2 ** 22);
  const most = 2 ** 20;
  for (const [name, bytes] of [
    ['a.gz', gzipSync(zeros)],
    ['b.zip', zip({ a: zeros })],
  ] as const) {
    await expect(unpack(name, bytes as Uint8Array<ArrayBuffer>, most)).rejects.toThrow(`“${name}” is too large: unpacked it has more than 1 MB.`);
  }
});

describe('a ZIP of another program', () => {
  /** The bytes of a ZIP whose entries are changed in their local and central headers. */
  const altered = (files: Record<string, Uint8Array>, change: (header: DataView, at: { flag: number; method: number }) => void): Uint8Array<ArrayBuffer> => {
    const bytes = zip(files);
    const view = new DataView(bytes.buffer);
    for (let at = 0; at + 4 < bytes.length; at++) {
      if (view.getUint32(at, true) === 0x04034b50) change(view, { flag: at + 6, method: at + 8 });
      if (view.getUint32(at, true) === 0x02014b50) change(view, { flag: at + 8, method: at + 10 });
    }
    return bytes;
  };
  const withoutFlag = (files: Record<string, Uint8Array>) =>
    altered(files, (view, { flag }) => view.setUint16(flag, view.getUint16(flag, true) & ~0x800, true));
  const paths = async (bytes: Uint8Array<ArrayBuffer>) => (await unpack('x.zip', bytes)).map(([path]) => path);

  test('names without the UTF-8 flag: UTF-8 where they decode, else code page 437', async () => {
    expect(await paths(withoutFlag({ 'Äpfel/1.txt': text('a'), '猫/2.txt': text('b') }))).toEqual(['Äpfel/1.txt', '猫/2.txt']);
    const old = withoutFlag({ '?pfel/1.txt': text('a') });
    old.forEach((byte, i) => {
      if (byte === 0x3f && old[i + 1] === 0x70) old[i] = 0x8e;
    });
    expect(await paths(old)).toEqual(['Äpfel/1.txt']);
  });

  test('a Unicode path beside the name, backslashes, decomposed letters, steps up', async () => {
    const name = text('猫/1.txt');
    const field = new Uint8Array(5 + name.length);
    field[0] = 1;
    new DataView(field.buffer).setUint32(1, crc32(text('x/1.txt')), true);
    field.set(name, 5);
    expect(await paths(zipSync({ 'x/1.txt': [text('a'), { extra: { 28789: field } }] }) as Uint8Array<ArrayBuffer>)).toEqual(['猫/1.txt']);
    expect(await paths(zip({ 'pets\\cat\\0.txt': text('a'), 'A\u0308/./../1.txt': text('b') }))).toEqual(['pets/cat/0.txt', 'Ä/1.txt']);
  });

  test.each([
    ['has a password', { flag: 1, method: 8 }, /“x.zip” has a password/],
    ['Deflate64', { flag: 0, method: 9 }, /“x.zip” was packed by Deflate64, a method that cannot be read here \(“a.txt”\)/],
    ['an unknown method', { flag: 0, method: 77 }, /packed by method 77/],
  ])('%s', async (_, { flag, method }, message) => {
    const bytes = altered({ 'a.txt': text('words') }, (view, at) => {
      view.setUint16(at.flag, view.getUint16(at.flag, true) | flag, true);
      view.setUint16(at.method, method, true);
    });
    await expect(unpack('x.zip', bytes)).rejects.toThrow(message);
  });
});
