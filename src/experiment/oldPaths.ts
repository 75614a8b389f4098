/** Paths and values as version 1 had them, for people who know them by heart and for the commands in their notes. */
import { entryOf } from './link.ts';
import { migrateMapping, migrateMeasure, migrateTerm } from './schema/migrate.ts';

/** A value in words of this version: mappings and measures had names alone. */
function inToday(field: string | undefined, value: unknown): unknown {
  if (field === 'mapping') return migrateMapping(value);
  return field === 'measure' ? migrateMeasure(value) : value;
}

/**
 * A change to an experiment of this version.
 * @param experiment the one to be changed (any data)
 * @param path dotted, of this version or of version 1: `arms.guided.align.weight` is `arms.guided.terms.align.weight`
 * @param value undefined deletes
 */
export function modernChange(experiment: unknown, path: string, value: unknown): [path: string, value: unknown] {
  const keys = path.split('.');
  const [top, name, kind, ...rest] = keys;
  if (top !== 'arms' || (kind !== 'align' && kind !== 'distil')) return [path, inToday(keys.at(-1), value)];
  const { arms } = (experiment ?? {}) as { arms?: unknown };
  const arm = Array.isArray(arms) ? arms[/^\d+$/.test(name) ? Number(name) : entryOf(arms, name)] : undefined;
  const terms: unknown = (arm as { terms?: unknown } | undefined)?.terms;
  const root = `arms.${name}.terms`;
  if (rest.length === 0) {
    const there = Array.isArray(terms) && entryOf(terms, kind) >= 0;
    // A whole term: in the place of the one that is there, or one more.
    const place = there || value === undefined || !Array.isArray(terms) ? kind : String(terms.length);
    return [`${root}.${place}`, value === undefined ? undefined : migrateTerm(kind, value)];
  }
  if (rest.join('.') === 'until') return [`${root}.${kind}.course`, value === undefined ? undefined : { kind: 'until', step: value }];
  return [`${root}.${kind}.${rest.join('.')}`, inToday(rest.at(-1), value)];
}
