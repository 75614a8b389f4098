/** Dotted paths into an experiment. Entries of arrays are addressed by index, arms also by their id, their terms by kind. */
import { entryOf } from '../experiment/link.ts';

export { sameValue } from '../experiment/same.ts';

/** The value at a dotted path, or undefined where it leads nowhere. */
export function valueAt(root: unknown, path: string): unknown {
  let value = root;
  for (const key of path === '' ? [] : path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Array.isArray(value) && !/^\d+$/.test(key) ? value[entryOf(value, key)] : (value as Record<string, unknown>)[key];
  }
  return value;
}

/** Whether one path is the other or lies inside it: `base` and `base.steps` touch. */
export const pathsTouch = (a: string, b: string): boolean => a === '' || b === '' || a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`);
