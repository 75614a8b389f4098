/**
 * A link holds exactly one experiment: the preset it started from and what differs from it.
 * `#wide-fcn`, or `#wide-fcn~1<compressed changes>`. The digit is the schema version.
 */
// A CommonJS package: Node itself sees only its default export.
import lzString from 'lz-string';
import { linkText } from './linkText.ts';
import { type Parsed, parseExperiment } from './parse.ts';
import { DEFAULT_PRESET, findPreset, PRESETS } from './presets/presets.ts';
import { type Experiment, SCHEMA_VERSION } from './schema/schema.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
/** [path] deletes, [path, value] sets. */
type Change = [path: string] | [path: string, value: Json];

const isObject = (value: unknown): value is Record<string, Json> => typeof value === 'object' && value !== null && !Array.isArray(value);
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Field-wise differences that turn `from` into `to`; arrays are replaced whole. */
export function differences(from: Json, to: Json, path = ''): Change[] {
  if (same(from, to)) return [];
  if (!isObject(from) || !isObject(to)) return [[path, to]];
  const at = (key: string) => (path === '' ? key : `${path}.${key}`);
  return [
    ...Object.keys(from)
      .filter((key) => !Object.hasOwn(to, key))
      .map((key): Change => [at(key)]),
    ...Object.keys(to).flatMap((key): Change[] => (Object.hasOwn(from, key) ? differences(from[key], to[key], at(key)) : [[at(key), to[key]]])),
  ];
}

/** One level of a copy. */
const shallow = (node: unknown): unknown => (Array.isArray(node) ? [...node] : isObject(node) ? { ...node } : node);

/**
 * A copy of `root` with one dotted path set (or deleted, when no value is given). Array elements are addressed by
 * index, arms also by id (`arms.guided.align.weight`).
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
      const index = node.findIndex((entry) => (entry as { id?: unknown } | null)?.id === key);
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

/** The part of a link after `#`. */
export function encodeLink(experiment: Experiment): string {
  const preset = findPreset(experiment.preset) ?? findPreset(DEFAULT_PRESET);
  if (!preset) throw new Error('no default preset');
  const changes = differences(preset.experiment as Json, experiment as Json);
  return changes.length === 0 ? preset.id : `${preset.id}~${SCHEMA_VERSION}${lzString.compressToEncodedURIComponent(JSON.stringify(changes))}`;
}

const broken = (message: string): Parsed => ({ ok: false, problems: [{ path: '', message }] });

/** Read the part of a link after `#`; an empty one is the default experiment. Never throws. */
export function decodeLink(hash: string): Parsed {
  const text = linkText(hash);
  const [presetId, payload] = text === '' ? [DEFAULT_PRESET, undefined] : text.split('~', 2);
  const preset = findPreset(presetId);
  if (!preset) return broken(`in this link starts from "${presetId}", which does not exist. Known: ${PRESETS.map((p) => p.id).join(', ')}`);
  if (payload === undefined) return parseExperiment(preset.experiment);
  const version = Number(payload[0]);
  if (!(version >= 1)) return broken('in this link is damaged: it has no version. Copy the whole link again');
  if (version > SCHEMA_VERSION) return broken(`in this link was made by a newer version (${version}) of this page. Reload the page to update it`);
  try {
    const changes: unknown = JSON.parse(lzString.decompressFromEncodedURIComponent(payload.slice(1)) || 'damaged');
    if (!Array.isArray(changes)) return broken('in this link is damaged. Copy the whole link again');
    let experiment: unknown = preset.experiment;
    for (const [path, value] of changes as Change[]) experiment = withPath(experiment, path, value);
    return parseExperiment(experiment);
  } catch {
    return broken('in this link is damaged or cut off. Copy the whole link again');
  }
}
