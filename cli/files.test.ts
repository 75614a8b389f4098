import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import type { RunResult } from '../src/experiment/contract/result.ts';
import { write } from './experiment.ts';
import { checkOut, filesOf } from './files.ts';

it('takes files and whole folders, with the folders below what was named', () => {
  const root = mkdtempSync(join(tmpdir(), 'files-'));
  mkdirSync(join(root, 'pets/cats'), { recursive: true });
  writeFileSync(join(root, 'pets/cats/1.png'), 'x');
  writeFileSync(join(root, 'a.bin'), 'x');
  expect(filesOf(`${root}/a.bin,${root}/pets`)).toEqual([
    { file: join(root, 'a.bin'), path: 'a.bin' },
    { file: join(root, 'pets/cats/1.png'), path: 'pets/cats/1.png' },
  ]);
  expect(() => filesOf(`${root}/a.bin,${root}/b.bin`)).toThrow(`--data: there is no file or folder ${root}/b.bin`);
});

it('takes names with commas, and follows links, also in circles', () => {
  const root = mkdtempSync(join(tmpdir(), 'files-'));
  mkdirSync(join(root, 'a, b, and c/x'), { recursive: true });
  mkdirSync(join(root, 'links'));
  writeFileSync(join(root, 'a, b, and c/x/1.png'), 'x');
  writeFileSync(join(root, 'plain.bin'), 'x');
  symlinkSync(join(root, 'a, b, and c/x'), join(root, 'links/folder'));
  symlinkSync(join(root, 'plain.bin'), join(root, 'links/file.bin'));
  symlinkSync(root, join(root, 'a, b, and c/x/up'));
  const paths = (list: string) => filesOf(list).map(({ path }) => path);
  expect(paths(`${root}/plain.bin,${root}/a, b, and c`)).toContain('a, b, and c/x/1.png');
  expect(paths(`${root}/links`)).toEqual(expect.arrayContaining(['links/file.bin', 'links/folder/1.png']));
  symlinkSync(join(root, 'gone'), join(root, 'links/broken'));
  expect(() => filesOf(`${root}/links`)).toThrow('is a link to something that does not exist');
});

it('knows before a run whether its result can be written, and afterwards loses none', () => {
  const root = mkdtempSync(join(tmpdir(), 'out-'));
  expect(() => checkOut(join(root, 'result.json'))).not.toThrow();
  expect(() => checkOut(root)).toThrow(`--out: ${root} is a folder; name a file in it`);
  expect(() => checkOut(join(root, 'none/result.json'))).toThrow(`--out: there is no folder ${join(root, 'none')}`);
  const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const result = { experiment: 'any' } as unknown as RunResult;
  expect(write(join(root, 'none/result.json'), result)).toBe(false);
  const instead = /the result is in (.*)\n/.exec(String(told.mock.calls[0][0]))?.[1] ?? '';
  told.mockRestore();
  expect(JSON.parse(readFileSync(instead, 'utf8'))).toEqual(result);
});
