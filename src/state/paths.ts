/** Dotted paths into an experiment. Entries of arrays are addressed by index, arms also by their id, their terms by kind. */
import { entryOf } from '../experiment/link.ts';

/** The value at a dotted path, or undefined where it leads nowhere. */
export function valueAt(root: unknown, path: string): unknown {
  let value = root;
  for (const key of path === '' ? [] : path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Array.isArray(value) && !/^\d+$/.test(key) ? value[entryOf(value, key)] : (value as Record<string, unknown>)[key];
  }
  return value;
}

/** Whether two plain values are equal, whatever the order of their keys. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameValue((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  );
}

/** Whether one path is the other or lies inside it: `base` and `base.steps` touch. */
export const pathsTouch = (a: string, b: string): boolean => a === '' || b === '' || a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`);
