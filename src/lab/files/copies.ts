/** The same file twice: packed beside unpacked, or downloaded again. */
import { counted, listed } from './notes.ts';
import type { Source } from './reader.ts';

async function same(a: Source, b: Source): Promise<boolean> {
  if (a.size !== b.size || a.head.some((byte, i) => byte !== b.head[i])) return false;
  const [x, y] = [await a.bytes(), await b.bytes()];
  return x.every((byte, i) => byte === y[i]);
}

/**
 * @param keyOf files of different keys are never copies
 * @returns every file once, and a note on the copies
 */
export async function withoutCopies(all: readonly Source[], keyOf: (file: Source) => string): Promise<{ files: Source[]; notes: string[] }> {
  const files: Source[] = [];
  const copies: Source[] = [];
  for (const file of all) {
    const twins = files.filter((other) => keyOf(other) === keyOf(file));
    let copy = false;
    for (const twin of twins) copy ||= await same(twin, file);
    (copy ? copies : files).push(file);
  }
  const note = `${counted(copies.length, 'file')} given twice ${copies.length === 1 ? 'was' : 'were'} read once (${listed(copies.map(({ path }) => path))}).`;
  return { files, notes: copies.length > 0 ? [note] : [] };
}
