/**
 * A link holds exactly one experiment: the preset it started from and what differs from it.
 * `#wide-fcn@1` is the preset in its first revision; `#wide-fcn@1~2<compressed changes>.<check>` has changes. The digit
 * behind `~` is the schema version; the check tells whether anything before it was changed or cut on its way.
 * Links of version 1, `#wide-fcn` and `#wide-fcn~1<compressed changes>`, mean for ever what they meant then: they start
 * from the presets as they were.
 */
// A CommonJS package: Node itself sees only its default export.
import lzString from 'lz-string';
import { linkText } from './linkText.ts';
import { type Parsed, parseExperiment } from './parse.ts';
import { DEFAULT_PRESET, findPreset, PRESETS } from './presets/presets.ts';
import { presetAt, version1Preset } from './presets/revisions.ts';
import { type Experiment, SCHEMA_VERSION } from './schema/schema.ts';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
/** [path] deletes, [path, value] sets. */
export type Change = [path: string] | [path: string, value: Json];

const isObject = (value: unknown): value is Record<string, Json> => typeof value === 'object' && value !== null && !Array.isArray(value);
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What a JSON text of the object would have. */
const states = (fields: Record<string, Json | undefined>, key: string): boolean => Object.hasOwn(fields, key) && fields[key] !== undefined;

/** Field-wise differences that turn `from` into `to`; arrays are replaced whole. */
export function differences(from: Json, to: Json, path = ''): Change[] {
  if (same(from, to)) return [];
  if (!isObject(from) || !isObject(to)) return [[path, to]];
  const at = (key: string) => (path === '' ? key : `${path}.${key}`);
  return [
    ...Object.keys(from)
      .filter((key) => states(from, key) && !states(to, key))
      .map((key): Change => [at(key)]),
    ...Object.keys(to)
      .filter((key) => states(to, key))
      .flatMap((key): Change[] => (states(from, key) ? differences(from[key], to[key], at(key)) : [[at(key), to[key]]])),
  ];
}

/** One level of a copy. */
const shallow = (node: unknown): unknown => (Array.isArray(node) ? [...node] : isObject(node) ? { ...node } : node);

/** Place of the first entry of a list that is called so, by its id or its kind; −1 where there is none. */
export const entryOf = (list: readonly unknown[], name: string): number =>
  list.findIndex((entry) => isObject(entry) && (entry.id === name || (entry.id === undefined && entry.kind === name)));

/**
 * A copy of `root` with one dotted path set (or deleted, when no value is given). Array elements are addressed by
 * index, arms also by id and their terms by kind (`arms.guided.terms.align.weight`).
 * @throws {Error} when the path leads through something that is not an object
 */
export function withPath(root: unknown, path: string, value?: unknown): unknown {
  // Only what lies on the way is copied, each time anew: where two fields share one object (as the networks of a
  // preset's guides do), the other must not change along.
  const copy = shallow(root);
  const keys = path.split('.');
  let node = copy as Record<string, unknown>;
  keys.forEach((key, i) => {
    // Only own fields are entered below; writing to this one would replace the prototype.
    if (key === '__proto__') throw new Error(`"${path}" is not a field`);
    if (typeof node !== 'object' || node === null) throw new Error(`"${keys.slice(0, i).join('.')}" has no field "${key}"`);
    if (Array.isArray(node) && !/^\d+$/.test(key)) {
      const index = entryOf(node, key);
      if (index < 0) throw new Error(`"${keys.slice(0, i).join('.')}" has no entry "${key}"`);
      key = String(index);
    }
    // A new entry goes right behind the last one: a link must not make a list of four billion holes.
    if (Array.isArray(node) && Number(key) > node.length) throw new Error(`"${keys.slice(0, i).join('.')}" has only ${node.length} entries`);
    if (i < keys.length - 1) {
      if (!Object.hasOwn(node, key) || node[key] === undefined) throw new Error(`"${keys.slice(0, i).join('.') || 'the experiment'}" has no field "${key}"`);
      node[key] = shallow(node[key]);
      node = node[key] as Record<string, unknown>;
    } else if (value === undefined) {
      if (Array.isArray(node)) node.splice(Number(key), 1);
      else delete node[key];
    } else {
      node[key] = value;
    }
  });
  return copy;
}

/** Six characters that tell one text from another (FNV-1a, 32 bits): no protection, but against accidents. */
export function checkOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(36).padStart(7, '0').slice(-6);
}

/** The part of a link after `#`. */
export function encodeLink(experiment: Experiment): string {
  const known = presetAt(experiment.preset, experiment.revision);
  const preset = known === undefined ? findPreset(DEFAULT_PRESET)?.experiment : (known as Experiment);
  if (!preset) throw new Error('no default preset');
  const name = `${preset.preset}@${preset.revision}`;
  const changes = differences(preset as Json, experiment as Json);
  if (changes.length === 0) return name;
  const link = `${name}~${SCHEMA_VERSION}${lzString.compressToEncodedURIComponent(JSON.stringify(changes))}`;
  return `${link}.${checkOf(link)}`;
}

const broken = (message: string): Parsed => ({ ok: false, problems: [{ path: '', message }] });
const DAMAGED = 'in this link was changed or cut off on its way: what is left does not match its last characters. Copy the whole link again';

/** A preset, in a revision of which links of this version know, or as version 1 had it; undefined where there is none such. */
function start(name: string, version: number): unknown {
  if (name === '') return findPreset(DEFAULT_PRESET)?.experiment;
  if (version === 1) return version1Preset(name) ?? presetAt(name, 1);
  const [id, revision] = name.split('@', 2);
  return presetAt(id, Number(revision));
}

/** Changes out of a link. @throws {Error} where they are none */
function changesIn(compressed: string): Change[] {
  const changes: unknown = JSON.parse(lzString.decompressFromEncodedURIComponent(compressed) || 'damaged');
  if (!Array.isArray(changes)) throw new Error('no list');
  return changes as Change[];
}

/** Read the part of a link after `#`; an empty one is the default experiment. Never throws. */
export function decodeLink(hash: string): Parsed {
  const text = linkText(hash);
  const [name, payload] = text.split('~', 2);
  const version = payload === undefined ? (name.includes('@') ? SCHEMA_VERSION : 1) : Number(payload[0]);
  if (!(version >= 1)) return broken('in this link is damaged: it has no version. Copy the whole link again');
  if (version > SCHEMA_VERSION) return broken(`in this link was made by a newer version (${version}) of this page. Reload the page to update it`);
  const preset = start(name, version);
  if (preset === undefined) {
    const [id, revision] = name.split('@', 2);
    if (findPreset(id) && revision === undefined) return broken('in this link is damaged: it has no revision. Copy the whole link again');
    return findPreset(id)
      ? broken(`in this link starts from revision ${revision} of "${id}", which is not known here. Reload the page to update it`)
      : broken(
          `in this link starts from "${id}", which does not exist. Known: ${PRESETS.map(({ id, experiment }) => `${id}@${experiment.revision}`).join(', ')}`,
        );
  }
  if (payload === undefined) return parseExperiment(preset);
  const [compressed, check] = version === 1 ? [payload.slice(1)] : payload.slice(1).split('.', 2);
  if (version > 1 && check !== checkOf(`${name}~${version}${compressed}`)) return broken(DAMAGED);
  try {
    return parseExperiment(changesIn(compressed).reduce<unknown>((experiment, [path, value]) => withPath(experiment, path, value), preset));
  } catch {
    return broken('in this link is damaged or cut off. Copy the whole link again');
  }
}
