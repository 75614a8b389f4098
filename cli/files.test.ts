import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { filesOf } from './files.ts';

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
