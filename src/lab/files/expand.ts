/** Archives into the files that they hold. */
import type { Source } from './reader.ts';

/** Files that operating systems leave lying about. */
const CLUTTER = /(^|\/)(__MACOSX\/|\.|Thumbs\.db$|desktop\.ini$)/i;

/** @returns the files in `given`, sorted by path so that the order of choosing does not matter */
export async function expand(given: readonly Source[]): Promise<Source[]> {
  return given.filter(({ path }) => !CLUTTER.test(path)).sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}
