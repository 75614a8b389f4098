import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fetchFiles, MAX_FETCH_BYTES } from './fetch.ts';
import { Library } from './library.ts';
import { MemoryStorage } from './storage.ts';
import { cifarFile } from './testing.ts';

const FILE = cifarFile(100);
let server: Server;
let root: string;

beforeAll(async () => {
  server = createServer(({ url }, response) => {
    switch (url) {
      case '/data_batch_1.bin':
        response.writeHead(200, { 'content-length': FILE.length }).end(FILE);
        return;
      case '/stream/data_batch_1.bin':
        response.writeHead(200).write(FILE.subarray(0, 1000));
        response.end(FILE.subarray(1000));
        return;
      case '/cut.bin':
        response.writeHead(200, { 'content-length': FILE.length }).write(FILE.subarray(0, 5000), () => response.destroy());
        return;
      case '/huge.bin':
        response.writeHead(200, { 'content-length': MAX_FETCH_BYTES + 1 }).write('x');
        return;
      case '/slow.bin':
        response.writeHead(200).write('x');
        return;
      case '/page':
        response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><p>Sign in first</p>');
        return;
      default:
        response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test('brings files with their names, and tells how much is there', async () => {
  for (const [folder, total] of [
    ['', FILE.length],
    ['/stream', null],
  ] as const) {
    const told: [string, number, number | null][] = [];
    const [{ path, blob }] = await fetchFiles([`${root}${folder}/data_batch_1.bin`], (name) => (done, of) => told.push([name, done, of]));
    expect(path).toBe('data_batch_1.bin');
    expect(Buffer.from(await blob.arrayBuffer()).equals(FILE)).toBe(true);
    expect(told.at(-1)).toEqual(['data_batch_1.bin', FILE.length, total]);
  }
});

test('a percent sign that encodes nothing is part of a name', async () => {
  await expect(fetchFiles([`${root}/100%.bin`], () => () => {})).rejects.toMatchObject({
    name: 'FileError',
    message: '“100%.bin” could not be fetched: 127.0.0.1 answered 404 Not Found.',
    remedy: expect.stringContaining('Check the address.'),
  });
});

test('what was fetched is kept, and used without the network', async () => {
  const library = new Library(async () => new MemoryStorage());
  const asset = await library.add(await fetchFiles([`${root}/data_batch_1.bin`], () => () => {}));
  expect(await library.find({ hash: asset.hash, name: '' }, 'images')).toEqual(asset);
});

test.each([
  ['what is no address', 'C:\\data.bin', /“C:\\data.bin” is no web address/, /https:/],
  ['a file that is not there', '/nothing.bin', /“nothing.bin” could not be fetched: 127.0.0.1 answered 404 Not Found/, /Download it yourself from http/],
  [
    'a host that is not there',
    'http://127.0.0.1:1/data.bin',
    /“data.bin” could not be fetched: 127.0.0.1 cannot be reached, or does not let other pages read its files/,
    /drop the file on this page/,
  ],
  ['a connection that breaks', '/cut.bin', /“cut.bin” broke off/, /Try again; nothing was kept/],
  ['a file that is too large', '/huge.bin', /“huge.bin” is larger than 1 GB/, /smaller/],
])('says of %s what to do', async (_, address, message, remedy) => {
  await expect(fetchFiles([address.startsWith('/') ? root + address : address], () => () => {})).rejects.toMatchObject({ name: 'FileError', message, remedy });
});

test('can be given up on the way', async () => {
  const giveUp = new AbortController();
  const fetched = fetchFiles([`${root}/slow.bin`], () => () => giveUp.abort(), giveUp.signal);
  await expect(fetched).rejects.toMatchObject({ name: 'AbortError' });
  await expect(fetchFiles([`${root}/slow.bin`], () => () => {}, giveUp.signal)).rejects.toMatchObject({ name: 'AbortError' });
});

test('a page in place of a file is no data set', async () => {
  const files = await fetchFiles([`${root}/page`], () => () => {});
  await expect(new Library(async () => new MemoryStorage()).add(files)).rejects.toThrow('“page” is of no kind that can be used here.');
});
