import { gzipSync, zipSync } from 'fflate';
import { expect, test } from 'vitest';
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
