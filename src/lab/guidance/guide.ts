/**
 * What targets are guided by (or distilled from): a frozen network, or a control. A network is one set of weights for
 * all seeds (trained) or one per seed (untrained). In evaluation mode its activations depend on the example alone, so
 * over a fixed training set they are computed once per example, during the first epoch, and gathered afterwards. New
 * examples run through it live, once for all arms of a seed.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { TaskShape } from '../../experiment/describe.ts';
import { exampleControl, ONLY_TAP } from '../../experiment/guides.ts';
import type { ExampleControl, GuideSpec, NetworkSpec, TokenView } from '../../experiment/schema.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import { scoped } from '../backend/scoped.ts';
import { type Inferring, Model } from '../networks/model.ts';
import type { PlainTensors } from '../networks/weights.ts';
import { stream, type StreamName } from '../random/stream.ts';
import type { SeedBatch, Split } from '../tasks/index.ts';
import { inputTensor } from '../training/inputs.ts';
import { ActivationCache } from './activationCache.ts';
import { type GuideGram, guideGram } from './alignment.ts';
import { type DirectKind, directActivations, noiseLike, permuteWithin } from './controls.ts';
import type { ImportedModel } from './imported.ts';
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

export interface GuideOptions {
  /** What its network was built for. */
  task: TaskShape;
  /** The experiment's fixed training set. */
  train: Split | null;
  /** The experiment's seeds. */
  seeds: readonly number[];
  /** Null for a control without one. */
  network: NetworkSpec | null;
  /** Id of the guide whose random weights these are; absent: its own. A control shows the same network as the guide. */
  weightsOf?: string;
  weights?: PlainTensors;
  /** Instead of a network: one out of a file. */
  imported?: ImportedModel;
}

export class Guide {
  readonly id: string;
  readonly spec: GuideSpec;
  /** One model per instance: a single one when trained, one per seed when untrained; none where there is no network. */
  readonly models: readonly Inferring[];
  readonly #kernels: Kernels;
  readonly #task: TaskShape;
  readonly #train: Split | null;
  readonly #seeds: readonly number[];
  readonly #control: ExampleControl | undefined;
  readonly #imported: ImportedModel | undefined;
  /** Absent: the guide runs live. */
  #cache: ActivationCache | null = null;
  #needed: readonly string[] = [];
  #views: readonly NeededTap[] = [];

  constructor(id: string, spec: GuideSpec, { task, train, seeds, network, weightsOf = id, weights, imported }: GuideOptions, kernels: Kernels) {
    this.id = id;
    this.spec = spec;
    this.#kernels = kernels;
    this.#task = task;
    this.#train = train;
    this.#seeds = seeds;
    this.#control = exampleControl(spec);
    const instanceSeeds = spec.state === 'trained' ? [spec.training.seed] : seeds;
    const orthogonal = spec.state === 'untrained' && spec.control === 'orthogonal';
    this.#imported = imported;
    const models = network === null ? [] : instanceSeeds.map((seed) =>
      new Model({ network, task, seeds: [seed], streamName: spec.state === 'trained' ? 'guide' : `guide/${weightsOf}`, orthogonal }, kernels));
    if (weights) load(models[0], weights);
    this.models = imported ? [imported] : models;
  }

  /** The networks whose outputs are the task's: those out of a file may have others. */
  get scored(): readonly Inferring[] {
    return this.#imported?.classifies === false ? [] : this.models;
  }

  /** Networks, or 1 where there is none. */
  get instances(): number {
    return Math.max(1, this.models.length);
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
    this.#cache = cached && this.#train ? new ActivationCache(this.#train, this.instances, (i, batch) => this.#infer(i, batch)) : null;
  }

  /**
   * @param batches one per seed
   * @param views of the batches' tokens; empty for images
   * @param want the step (0-based), and what it uses of what was required
   */
  async batch(
    batches: readonly SeedBatch[], views: ReadonlyMap<TokenView, BatchView>, want: { step: number; grams: boolean; logits: boolean },
  ): Promise<GuideBatch> {
    const names = this.#needed.filter((name) => (name === LOGITS ? want.logits : want.grams));
    if (names.length === 0) return { grams: new Map(), logits: undefined };
    const rows = this.#cache ? batches.flatMap((batch) => (batch.rows ? [batch.rows] : [])) : [];
    if (this.#cache && rows.length > 0) await this.#cache.fill(rows);
    const activations = this.#cache && rows.length > 0 ? this.#cache.gather(rows, names) : this.#live(batches, names, want.step);
    const grams = new Map<string, GuideGram>();
    for (const needed of want.grams ? this.#views : []) {
      const view = needed.view === null ? undefined : views.get(needed.view);
      const order = this.#control === 'shuffled' ? this.#order(batches, needed, want.step) : undefined;
      grams.set(gramKey(needed), scoped(() => {
        const made = guideGram(this.#kernels, activations.get(needed.tap) as tf.Tensor3D, view, order);
        tf.keep(made.gram);
        if (made.shares) tf.keep(made.shares);
        return made;
      }));
    }
    for (const [name, tensor] of activations) if (name !== LOGITS) tensor.dispose();
    const logits = activations.get(LOGITS);
    return { grams, logits: logits && this.#rowsOfLogits(logits) };
  }

  /**
   * What an instance shows of the probe: activations `[1, B, T·F]` by tap, and a fixed order of its examples where it is
   * shuffled. Call inside `tf.tidy`.
   * @param byToken every token is an example of its own
   */
  observe(instance: number, probe: Split, byToken: boolean): { taps: Map<string, tf.Tensor3D>; orderOf: ((tap: string, n: number) => Int32Array) | null } {
    const seed = this.spec.state === 'trained' ? this.spec.training.seed : this.#seeds[instance];
    const direct = this.#direct(probe, byToken);
    const taps = direct ? new Map([[ONLY_TAP, direct]])
      : this.models[instance].infer(inputTensor([this.#shown(probe, seed, 'probe')], this.#task.input)).taps;
    return {
      taps,
      orderOf: this.#control === 'shuffled' ? (tap, n) => Int32Array.from(stream(seed, 'shuffle', this.id, tap, 'probe').permutation(n)) : null,
    };
  }

  dispose(): void {
    for (const model of this.models) model.dispose();
    this.#cache = null;
  }

  /** `[S, B, outputs·C]` → `[S, B·outputs, C]`; the argument is disposed. */
  #rowsOfLogits(logits: tf.Tensor3D): tf.Tensor3D {
    const [seeds, batch, values] = logits.shape;
    const { classes } = this.#task;
    const rows = tf.reshape(logits, [seeds, (batch * values) / classes, classes]) as tf.Tensor3D;
    logits.dispose();
    return rows;
  }

  /** What the guide reads: the batch, or noise of its form. */
  #shown(batch: Split, seed: number, ...at: StreamName[]): Split {
    if (this.#control === undefined || this.#control === 'shuffled') return batch;
    return noiseLike(batch, this.#task, this.#control, stream(seed, 'noise', this.id, ...at));
  }

  #direct(batch: Split, byToken: boolean): tf.Tensor3D | null {
    if (this.models.length > 0 || this.spec.state !== 'control') return null;
    return directActivations(this.spec.kind as DirectKind, batch, this.#task, byToken);
  }

  /** Needed activations `[1, B, F]` of one instance on some examples. Call inside `tf.tidy`. */
  #infer(instance: number, batch: Split): [string, tf.Tensor3D][] {
    const direct = this.#direct(batch, this.#views.some(({ view }) => view === 'all-tokens'));
    if (direct) return [[ONLY_TAP, direct]];
    const { logits, taps } = this.models[instance].infer(inputTensor([batch], this.#task.input));
    return this.#needed.map((name) => {
      const tensor = name === LOGITS ? (tf.reshape(logits, [1, batch.examples, -1]) as tf.Tensor3D) : taps.get(name);
      if (!tensor) throw new Error(`the guide has no layer "${name}"`);
      return [name, tensor];
    });
  }

  #live(batches: readonly SeedBatch[], names: readonly string[], step: number): Map<string, tf.Tensor3D> {
    const perSeed = batches.map((batch, s) => {
      const shown = this.#shown(batch, this.#seeds[s], 'step', step);
      return tf.tidy(() => Object.fromEntries(this.#infer(this.models.length > 1 ? s : 0, shown).filter(([name]) => names.includes(name))));
    });
    return new Map(names.map((name) => {
      const parts = perSeed.map((tensors) => tensors[name]);
      if (parts.length === 1) return [name, parts[0]];
      const joined = tf.concat3d(parts, 0);
      tf.dispose(parts);
      return [name, joined];
    }));
  }

  /**
   * A new order of the examples for every layer, step and seed, as rows of all matrices of examples that the view makes
   * of the batches. Padding stays where it is.
   */
  #order(batches: readonly SeedBatch[], { tap, view }: NeededTap, step: number): Int32Array {
    const length = this.#task.tokens ? this.#task.input[0] : 1;
    const padded = this.#task.tokens?.padded === true;
    const parts = batches.flatMap(({ examples, inputs }, s): Int32Array[] => {
      const n = view === 'all-tokens' ? examples * length : examples;
      const order = stream(this.#seeds[s], 'shuffle', this.id, tap, 'step', step).permutation(n);
      if (view === 'all-tokens') return [permuteWithin(order, padded ? (token) => inputs[token] >= 0 : undefined)];
      if (view !== 'position') return [permuteWithin(order)];
      return Array.from({ length }, (_, t) => permuteWithin(order, padded ? (b) => inputs[b * length + t] >= 0 : undefined));
    });
    const all = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      const start = at;
      part.forEach((row) => { all[at++] = start + row; });
    }
    return all;
  }
}

function load({ weights }: Model, tensors: PlainTensors): void {
  for (const [name, current] of weights.named()) {
    const saved = tensors[name];
    if (!saved || saved.shape.join() !== current.shape.join()) throw new Error(`the guide's weights do not fit: "${name}"`);
    weights.replace(name, tf.tensor(saved.data, saved.shape, 'float32'));
  }
}
