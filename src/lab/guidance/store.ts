/**
 * Where trained guides come from: shipped with the page (guarded by a hash), kept in this browser from an earlier
 * run, or trained now. A guide is found by its recipe, so any change of the recipe is another guide.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { withoutControl } from '../../experiment/plan/guides.ts';
import type { GuideOrigin, KeptGuide } from '../../experiment/contract/lab.ts';
import type { Experiment, TaskSpec, TrainedGuideSpec } from '../../experiment/schema/schema.ts';
import type { PlainTensors } from '../networks/weights.ts';
import { forget, names, recall, remember } from '../kept/storage.ts';

/** One entry of `guides/manifest.json`. */
export interface ShippedGuide {
  key: string;
  /** File beside the manifest: float32 little-endian, tensors in the order of `tensors`. */
  file: string;
  sha256: string;
  /** Validation accuracy when it was made. */
  score: number;
  tensors: { name: string; shape: number[] }[];
}

/** JSON with sorted keys: equal recipes give equal text. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`)
    .join(',')}}`;
}

/**
 * Content hash of a guide's recipe, 64 hexadecimal digits: the task it is trained on, its network and its budget. A control
 * that changes how its activations are shown is left out, since the trained weights are the same.
 * @param task the experiment's; ignored for a guide that is trained on a task of its own
 */
export const recipeKey = (task: TaskSpec, guide: TrainedGuideSpec): string =>
  bytesToHex(sha256(utf8ToBytes(canonical({ task: guide.training.task ?? task, guide: withoutControl(guide) }))));

/** Bytes of a guide file, and the list that describes it. */
export function packTensors(tensors: PlainTensors): { bytes: Uint8Array<ArrayBuffer>; list: ShippedGuide['tensors'] } {
  const list = Object.entries(tensors).map(([name, { shape }]) => ({ name, shape }));
  const values = new Float32Array(Object.values(tensors).reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const { data } of Object.values(tensors)) {
    values.set(data, at);
    at += data.length;
  }
  return { bytes: new Uint8Array(values.buffer), list };
}

/** @throws {Error} when the file is not the one that the manifest describes */
export function unpackTensors(bytes: ArrayBuffer, entry: ShippedGuide): PlainTensors {
  if (bytesToHex(sha256(new Uint8Array(bytes))) !== entry.sha256) throw new Error(`the guide file ${entry.file} is damaged`);
  const tensors: PlainTensors = {};
  let at = 0;
  for (const { name, shape } of entry.tensors) {
    const count = shape.reduce((a, b) => a * b, 1);
    tensors[name] = { shape, data: new Float32Array(bytes.slice(at * 4, (at + count) * 4)) };
    at += count;
  }
  return tensors;
}

/** Keys in the browser's storage: weights, and notes on how they were made. */
const WEIGHTS = 'guide/';
const ABOUT = 'about-guide/';

const sizeOf = (tensors: PlainTensors): number => Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0);

/** Trained guides of this browser and of the page. */
export class GuideStore {
  readonly #assets: string | null;
  #manifest: Promise<ShippedGuide[]> | undefined;

  /** @param assets address of the page's folder, with a trailing slash; null where there is none (tests) */
  constructor(assets: string | null) {
    this.#assets = assets;
  }

  /**
   * Weights of a shipped guide, or null when none was made by this recipe. A file that cannot be fetched or is
   * damaged counts as absent: the guide is then trained here.
   */
  async shipped(key: string): Promise<PlainTensors | null> {
    try {
      const entry = (await this.#list()).find((e) => e.key === key);
      if (!entry || this.#assets === null) return null;
      const response = await fetch(new URL(`guides/${entry.file}`, this.#assets));
      return response.ok ? unpackTensors(await response.arrayBuffer(), entry) : null;
    } catch {
      return null;
    }
  }

  /** Weights kept from an earlier run, or null. */
  async kept(key: string): Promise<PlainTensors | null> {
    return (await recall<PlainTensors>(`${WEIGHTS}${key}`)) ?? null;
  }

  /** Keep a trained guide for the next run. */
  async keep(key: string, tensors: PlainTensors): Promise<void> {
    await remember(`${WEIGHTS}${key}`, tensors);
  }

  /** Write down how a kept guide was made and what it scores, unless there is a note already. */
  async note(key: string, about: Omit<NonNullable<KeptGuide['about']>, 'savedAt'>): Promise<void> {
    if ((await recall(`${ABOUT}${key}`)) !== undefined) return;
    const tensors = await this.kept(key);
    if (!tensors) return;
    const kept: KeptGuide = { key, bytes: sizeOf(tensors), about: { ...about, savedAt: Date.now() } };
    await remember(`${ABOUT}${key}`, kept);
  }

  /** Kept guides, the latest first; those without a note last. */
  async list(): Promise<KeptGuide[]> {
    const keys = (await names(WEIGHTS)).map((name) => name.slice(WEIGHTS.length));
    const guides = await Promise.all(
      keys.map(
        async (key): Promise<KeptGuide> => (await recall<KeptGuide>(`${ABOUT}${key}`)) ?? { key, bytes: sizeOf((await this.kept(key)) ?? {}), about: null },
      ),
    );
    return guides.sort((a, b) => (b.about?.savedAt ?? 0) - (a.about?.savedAt ?? 0));
  }

  /** Where the trained guides of an experiment would come from. A shipped file may turn out damaged: it is trained then. */
  async origins(experiment: Experiment): Promise<Record<string, GuideOrigin>> {
    const shipped = new Set(
      await this.#list().then(
        (list) => list.map(({ key }) => key),
        () => [],
      ),
    );
    const kept = new Set(await names(WEIGHTS));
    return Object.fromEntries(
      Object.entries(experiment.guides).flatMap(([id, guide]): [string, GuideOrigin][] => {
        if (guide.state !== 'trained') return [];
        const key = recipeKey(experiment.task, guide);
        return [[id, shipped.has(key) ? 'shipped' : kept.has(`${WEIGHTS}${key}`) ? 'kept' : 'train']];
      }),
    );
  }

  /** Delete one kept guide, or all. */
  async forget(key = ''): Promise<void> {
    await forget(`${WEIGHTS}${key}`);
    await forget(`${ABOUT}${key}`);
  }

  #list(): Promise<ShippedGuide[]> {
    this.#manifest ??=
      this.#assets === null
        ? Promise.resolve([])
        : fetch(new URL('guides/manifest.json', this.#assets)).then((r) => (r.ok ? (r.json() as Promise<ShippedGuide[]>) : []));
    return this.#manifest;
  }
}
