/**
 * A frozen network to be guided by or distilled from: one set of weights for all seeds (trained) or one per seed
 * (untrained). In evaluation mode its activations depend on the example alone, so over a fixed training set they are
 * computed once per example, during the first epoch, and gathered afterwards. New examples run through it live, once
 * for all arms of a seed.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { TaskShape } from '../../experiment/describe.ts';
import type { GuideSpec, TokenView } from '../../experiment/schema.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import { scoped } from '../backend/scoped.ts';
import { Model } from '../networks/model.ts';
import type { PlainTensors } from '../networks/weights.ts';
import { gatherRows } from '../tasks/rows.ts';
import type { SeedBatch, Split } from '../tasks/index.ts';
import { inputTensor } from '../training/inputs.ts';
import { type GuideGram, guideGram } from './alignment.ts';
import type { BatchView } from './tokenViews.ts';

/** Name under which a guide's logits are cached beside its taps. */
const LOGITS = 'logits';

/** A layer to align to, in one view of its tokens (images know no other than the whole). */
export interface NeededTap {
  tap: string;
  view: TokenView | null;
}

/** Key of a needed tap in `GuideBatch.grams`. */
export const gramKey = ({ tap, view }: NeededTap): string => `${view ?? ''}/${tap}`;

/** What one step needs of one guide. Disposed by its owner when the step is over. */
export interface GuideBatch {
  /** By `gramKey`. */
  grams: Map<string, GuideGram>;
  /** `[S, B·outputs, C]`, where a distilled arm asks for them. */
  logits: tf.Tensor3D | undefined;
}

export class Guide {
  readonly id: string;
  readonly spec: GuideSpec;
  /** One model per instance: a single one when trained, one per seed when untrained. */
  readonly models: readonly Model[];
  readonly #task: TaskShape;
  readonly #train: Split | null;
  /** Per instance: cached rows by tap, and which examples are filled. Null: the guide runs live. */
  #cache: { rows: Map<string, Float32Array>; filled: Uint8Array }[] | null = null;
  #needed: readonly string[] = [];
  #views: readonly NeededTap[] = [];

  /** @param options `task` is what its network was built for; `train` the experiment's fixed training set */
  constructor(
    id: string, spec: GuideSpec, options: { task: TaskShape; train: Split | null; seeds: readonly number[]; weights?: PlainTensors }, kernels: Kernels,
  ) {
    this.id = id;
    this.spec = spec;
    this.#task = options.task;
    this.#train = options.train;
    const instanceSeeds = spec.state === 'trained' ? [spec.training.seed] : options.seeds;
    this.models = instanceSeeds.map((seed) =>
      new Model({ network: spec.network, task: options.task, seeds: [seed], streamName: spec.state === 'trained' ? 'guide' : `guide/${id}` }, kernels));
    if (options.weights) this.#load(options.weights);
  }

  /** The model that guides the seed at this position of the experiment's seeds. */
  modelFor(seedIndex: number): Model {
    return this.models[this.models.length === 1 ? 0 : seedIndex];
  }

  /**
   * Say what steps will need.
   * @param taps guide taps to align to
   * @param logits whether an arm distils from this guide
   * @param cached whether activations may be kept (`GUIDE_CACHE_BYTES`)
   */
  require(taps: readonly NeededTap[], logits: boolean, cached: boolean): void {
    this.#views = taps;
    const names = [...new Set(taps.map(({ tap }) => tap))];
    this.#needed = logits ? [...names, LOGITS] : names;
    const examples = this.#train?.examples;
    this.#cache = cached && examples !== undefined
      ? this.models.map(() => ({ rows: new Map(), filled: new Uint8Array(examples) }))
      : null;
  }

  /**
   * @param batches one per seed
   * @param views of the batches' tokens; empty for images
   * @param want what this step uses of what was required
   */
  async batch(
    batches: readonly SeedBatch[], views: ReadonlyMap<TokenView, BatchView>, want: { grams: boolean; logits: boolean },
  ): Promise<GuideBatch> {
    const names = this.#needed.filter((name) => (name === LOGITS ? want.logits : want.grams));
    if (names.length === 0) return { grams: new Map(), logits: undefined };
    const rows = this.#cache ? batches.flatMap((batch) => (batch.rows ? [batch.rows] : [])) : [];
    if (rows.length > 0) await this.#fill(rows);
    const activations = rows.length > 0 ? this.#gather(rows, names) : this.#live(batches, names);
    const grams = new Map<string, GuideGram>();
    for (const needed of want.grams ? this.#views : []) {
      const view = needed.view === null ? undefined : views.get(needed.view);
      grams.set(gramKey(needed), scoped(() => {
        const made = guideGram(this.models[0].kernels, activations.get(needed.tap) as tf.Tensor3D, view);
        tf.keep(made.gram);
        if (made.shares) tf.keep(made.shares);
        return made;
      }));
    }
    for (const [name, tensor] of activations) if (name !== LOGITS) tensor.dispose();
    const logits = activations.get(LOGITS);
    return { grams, logits: logits && this.#rowsOfLogits(logits) };
  }

  dispose(): void {
    for (const model of this.models) model.dispose();
    this.#cache = null;
  }

  #load(tensors: PlainTensors): void {
    const { weights } = this.models[0];
    for (const [name, current] of weights.named()) {
      const saved = tensors[name];
      if (!saved || saved.shape.join() !== current.shape.join()) throw new Error(`the guide's weights do not fit: "${name}"`);
      weights.replace(name, tf.tensor(saved.data, saved.shape, 'float32'));
    }
  }

  /** `[S, B, outputs·C]` → `[S, B·outputs, C]`; the argument is disposed. */
  #rowsOfLogits(logits: tf.Tensor3D): tf.Tensor3D {
    const [seeds, batch, values] = logits.shape;
    const { classes } = this.#task;
    const rows = tf.reshape(logits, [seeds, (batch * values) / classes, classes]) as tf.Tensor3D;
    logits.dispose();
    return rows;
  }

  /** Needed activations `[1, B, F]` of one instance on some examples. Call inside `tf.tidy`. */
  #infer(instance: number, batch: Split): [string, tf.Tensor3D][] {
    const { logits, taps } = this.models[instance].infer(inputTensor([batch], this.#task.input));
    return this.#needed.map((name) => {
      const tensor = name === LOGITS ? (tf.reshape(logits, [1, batch.examples, -1]) as tf.Tensor3D) : taps.get(name);
      if (!tensor) throw new Error(`the guide has no layer "${name}"`);
      return [name, tensor];
    });
  }

  /** Compute what is not cached yet. */
  async #fill(indices: readonly Uint32Array[]): Promise<void> {
    const train = this.#train as Split;
    for (let s = 0; s < indices.length; s++) {
      const instance = this.models.length === 1 ? 0 : s;
      const cache = (this.#cache ?? [])[instance];
      const missing = indices[s].filter((row) => !cache.filled[row]);
      if (missing.length === 0) continue;
      const tensors = tf.tidy(() => Object.fromEntries(this.#infer(instance, gatherRows(train, missing))));
      for (const [name, tensor] of Object.entries(tensors)) {
        const features = tensor.shape[2];
        const values = await tensor.data<'float32'>();
        tensor.dispose();
        let rows = cache.rows.get(name);
        if (!rows) {
          rows = new Float32Array(train.examples * features);
          cache.rows.set(name, rows);
        }
        for (let i = 0; i < missing.length; i++) {
          rows.set(values.subarray(i * features, (i + 1) * features), missing[i] * features);
        }
      }
      for (const row of missing) cache.filled[row] = 1;
    }
  }

  #gather(indices: readonly Uint32Array[], names: readonly string[]): Map<string, tf.Tensor3D> {
    const batch = indices[0].length;
    return new Map(names.map((name) => {
      const first = this.#cached(0, name);
      const features = first.length / (this.#train as Split).examples;
      const values = new Float32Array(indices.length * batch * features);
      indices.forEach((rows, s) => {
        const source = this.models.length === 1 ? first : this.#cached(s, name);
        rows.forEach((row, b) => {
          values.set(source.subarray(row * features, (row + 1) * features), (s * batch + b) * features);
        });
      });
      return [name, tf.tensor3d(values, [indices.length, batch, features])];
    }));
  }

  #cached(instance: number, name: string): Float32Array {
    const rows = this.#cache?.[instance].rows.get(name);
    if (!rows) throw new Error(`no cached activations of "${name}"`);
    return rows;
  }

  #live(batches: readonly SeedBatch[], names: readonly string[]): Map<string, tf.Tensor3D> {
    const perSeed = batches.map((batch, s) =>
      tf.tidy(() => Object.fromEntries(this.#infer(this.models.length === 1 ? 0 : s, batch).filter(([name]) => names.includes(name)))));
    return new Map(names.map((name) => {
      const parts = perSeed.map((tensors) => tensors[name]);
      if (parts.length === 1) return [name, parts[0]];
      const joined = tf.concat3d(parts, 0);
      tf.dispose(parts);
      return [name, joined];
    }));
  }
}
