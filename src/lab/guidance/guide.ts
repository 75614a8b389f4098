/**
 * What targets align to or distil from: a frozen network, or a control. A trained guide has one set of weights for all
 * seeds, an untrained one has weights per seed. A frozen network's activations depend on the example alone. So on a fixed
 * training set they are computed once per example, during the first epoch, and gathered from a cache afterwards. Where
 * every step draws new examples, the guide runs on each batch ("live"), once for all arms of a seed.
 */
import * as tf from '@tensorflow/tfjs-core';
import { describeNetwork, type TaskShape } from '../../experiment/networks/describe.ts';
import { exampleControl, ONLY_TAP, sharedBySeeds } from '../../experiment/plan/guides.ts';
import type { Pooling } from '../../experiment/plan/learntMaps.ts';
import type { ExampleControl, GuideSpec, NetworkSpec, TokenView } from '../../experiment/schema/schema.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import { type Inferring, Model } from '../networks/model.ts';
import type { PlainTensors } from '../networks/weights.ts';
import { stream, type StreamName } from '../random/stream.ts';
import type { Split } from '../tasks/index.ts';
import type { ExampleSource, StepBatch } from '../steps/batches.ts';
import { inputTensor, inputValues } from '../steps/inputs.ts';
import type { Fed, Feed, StepCall } from '../backend/steps.ts';
import { membersOf } from '../steps/members.ts';
import { ActivationCache } from './activationCache.ts';
import { type GuideGram, guideGram, type GuideRows, guideRows } from '../similarity/alignment.ts';
import { type Moments, momentsOf } from '../similarity/moments.ts';
import type { Form } from '../similarity/measures/forms.ts';
import { type DirectKind, directActivations, noiseLike, permuteWithin } from './controls.ts';
import type { ImportedModel } from '../networks/imported.ts';
import type { BatchView } from '../similarity/tokenViews.ts';

/** Name under which a guide's logits are cached beside its taps. */
const LOGITS = 'logits';
/** A live guide takes the batches of all seeds at once if its activations need no more bytes than this. */
const LIVE_BYTES = 64 * 2 ** 20;

/** A guide layer that arms align to, with the token view they compare it in (null for images). */
export interface NeededTap {
  tap: string;
  view: TokenView | null;
  /** Of the rows that its Gram matrix is made of; absent: 'centred'. */
  form?: Form;
  /** For a map that is trained to it: its rows themselves, of images pooled so. */
  rows?: { pooling: Pooling | undefined };
}

/** Key of a needed tap in `GuideBatch.grams`, or `GuideBatch.rows`. */
export const gramKey = ({ tap, view, form = 'centred', rows }: NeededTap): string =>
  `${view ?? ''}/${tap}/${rows ? `rows ${rows.pooling?.to.join('×') ?? ''}` : form}`;

/** Which of the things declared by `require` the step at hand uses. */
export interface GuideUse {
  grams: boolean;
  logits: boolean;
  /** Absent: false. */
  moments?: boolean;
}

/** What a guide contributes to one step. */
export interface GuideBatch {
  /** By `gramKey`. */
  grams: Map<string, GuideGram>;
  /** By `gramKey`. */
  rows: Map<string, GuideRows>;
  /** `[S, B·outputs, C]`, if an arm distils from this guide. */
  logits: tf.Tensor3D | undefined;
  /** By tap; of sequences every token is an example. */
  moments: Map<string, Moments>;
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
  /** Id of the guide whose random weights to draw, for a control that is to be the same network; by default its own. */
  weightsOf?: string;
  weights?: PlainTensors;
  /** A network that was read from a file, in the place of one that is built here. */
  imported?: ImportedModel;
  /** Networks that are there already, in the place of new ones. */
  models?: readonly Inferring[];
}

export class Guide {
  readonly id: string;
  readonly spec: GuideSpec;
  /** One model if trained or imported, one per seed if untrained, none for a control without a network. */
  readonly models: readonly Inferring[];
  readonly #kernels: Kernels;
  readonly #task: TaskShape;
  readonly #train: Split | null;
  readonly #seeds: readonly number[];
  readonly #control: ExampleControl | undefined;
  readonly #imported: ImportedModel | undefined;
  /** Builds one model whose members are the networks of the given seeds. */
  readonly #build: ((seeds: readonly number[]) => Model) | null;
  /** Number of activations of its network per example. */
  readonly #activations: number;
  /** Absent: the guide runs live. */
  #cache: ActivationCache | null = null;
  /** The networks of all seeds as members of one model, for running live. */
  #joint: Model | null = null;
  #needed: readonly string[] = [];
  #taps: readonly NeededTap[] = [];
  #momentsOf: readonly string[] = [];

  constructor(id: string, spec: GuideSpec, { task, train, seeds, network, weightsOf = id, weights, imported, models: given }: GuideOptions, kernels: Kernels) {
    this.id = id;
    this.spec = spec;
    this.#kernels = kernels;
    this.#task = task;
    this.#train = train;
    this.#seeds = seeds;
    this.#control = exampleControl(spec);
    const instanceSeeds = spec.state === 'trained' ? [spec.training.seed] : sharedBySeeds(spec) ? seeds.slice(0, 1) : seeds;
    const orthogonal = spec.state === 'untrained' && spec.control === 'orthogonal';
    this.#imported = imported;
    this.#build =
      network &&
      ((members) => new Model({ network, task, seeds: members, streamName: spec.state === 'trained' ? 'guide' : `guide/${weightsOf}`, orthogonal }, kernels));
    this.#activations = network ? describeNetwork(network, task).activations : 0;
    const models = given ?? instanceSeeds.flatMap((seed) => this.#build?.([seed]) ?? []);
    if (weights) load(models[0] as Model, weights);
    this.models = imported ? [imported] : models;
  }

  /**
   * The same guide for some of its seeds, which keeps nothing and runs live. Its networks stay this guide's: it is not
   * to be disposed.
   */
  live(seeds: readonly number[]): Guide {
    const own = this.models.length > 1 ? seeds.map((seed) => this.models[this.#seeds.indexOf(seed)]) : this.models;
    const options = { task: this.#task, train: null, seeds, network: null, imported: this.#imported, models: own };
    return new Guide(this.id, this.spec, options, this.#kernels);
  }

  /** Its models that can be scored on the task. An imported network may have outputs of another kind: then none. */
  get scored(): readonly Inferring[] {
    return this.#imported?.classifies === false ? [] : this.models;
  }

  /** Number of its networks; 1 for a control without a network. */
  get instances(): number {
    return Math.max(1, this.models.length);
  }

  /**
   * Declare what the steps of a run will need.
   * @param taps guide taps to align to
   * @param logits whether an arm distils from this guide
   * @param cached whether activations may be kept (`GUIDE_CACHE_BYTES`)
   * @param moments guide taps whose moments are matched
   */
  require(taps: readonly NeededTap[], logits: boolean, cached: boolean, moments: readonly string[] = []): void {
    this.#taps = taps;
    this.#momentsOf = moments;
    const names = [...new Set([...taps.map(({ tap }) => tap), ...moments])];
    this.#needed = logits ? [...names, LOGITS] : names;
    this.#cache?.dispose();
    this.#cache =
      cached && this.#train
        ? new ActivationCache(
            {
              examples: this.#train.examples,
              instances: this.instances,
              recordable: !this.#imported,
              infer: (i, inputs) => this.#named(this.models[i].infer(inputs), 1, inputs.shape[1] as number, this.#needed),
            },
            this.#kernels,
          )
        : null;
  }

  /** Steps that fill the cache with the examples of this batch. Take them, in order, before the step that gathers them. */
  fill({ rows }: StepBatch, want: GuideUse, source: ExampleSource): StepCall[] {
    if (!this.#cache || !rows || this.#names(want).length === 0) return [];
    return this.#cache.fill(rows, source).map((call) => ({ ...call, kind: `fill ${this.id} ${call.kind}` }));
  }

  /** What the program of a step is fed for this guide, by name. Feeds that are tensors belong to the caller. */
  feeds(batch: StepBatch, want: GuideUse): Record<string, Feed> {
    if (this.#names(want).length === 0) return {};
    const feeds: Record<string, Feed> = {};
    if (!this.#cache || !batch.rows) Object.assign(feeds, this.#liveFeeds(batch));
    if (want.grams && this.#control === 'shuffled') {
      for (const needed of this.#taps) {
        const values = this.#order(batch, needed);
        feeds[`order ${gramKey(needed)}`] = { values, shape: [values.length] };
      }
    }
    return feeds;
  }

  /**
   * The guide's part of a step, inside its program.
   * @param fed what `feeds` gave
   * @param batch rows int32 `[S, B]` of a fixed training set, and the inputs `[S, B, …]`
   * @param views of the batch's tokens; empty for images
   */
  show(fed: Fed, batch: { rows: tf.Tensor | undefined; inputs: () => tf.Tensor }, views: ReadonlyMap<TokenView, BatchView>, want: GuideUse): GuideBatch {
    const names = this.#names(want);
    const cache = this.#cache && batch.rows ? this.#cache : null;
    const live = cache || names.length === 0 ? undefined : this.#live(fed, batch.inputs, names);
    const activations = (name: string) => live?.get(name) ?? (cache as ActivationCache).gather(batch.rows as tf.Tensor2D, name);
    const grams = new Map<string, GuideGram>();
    const rows = new Map<string, GuideRows>();
    for (const needed of want.grams ? this.#taps : []) {
      const key = gramKey(needed);
      const shown = [activations(needed.tap), needed.view === null ? undefined : views.get(needed.view), fed[`order ${key}`]] as const;
      if (needed.rows) rows.set(key, guideRows(this.#kernels, ...shown, needed.rows.pooling));
      else grams.set(key, guideGram(this.#kernels, ...shown, needed.form));
    }
    const tokens = views.get('all-tokens');
    const moments = new Map(
      (want.moments ? this.#momentsOf : []).map((tap) => {
        const x = activations(tap);
        return [tap, momentsOf(tokens ? tokens.take(x, false) : x, tokens?.real(x.shape[0]))] as const;
      }),
    );
    return { grams, rows, moments, logits: want.logits && names.includes(LOGITS) ? this.#rowsOfLogits(activations(LOGITS)) : undefined };
  }

  /**
   * Activations `[1, B, T·F]` of one instance on the probe, by tap; and, for a shuffled control, the fixed order in which
   * it shows the examples. Call inside `tf.tidy`.
   * @param byToken whether every token is an example of its own
   */
  observe(instance: number, probe: Split, byToken: boolean): { taps: Map<string, tf.Tensor3D>; orderOf: ((tap: string, n: number) => Int32Array) | null } {
    const seed = this.spec.state === 'trained' ? this.spec.training.seed : this.#seeds[instance];
    const direct = this.#direct(probe, byToken);
    const taps = direct ? new Map([[ONLY_TAP, direct]]) : this.models[instance].infer(inputTensor([this.#shown(probe, seed, 'probe')], this.#task.input)).taps;
    return {
      taps,
      orderOf: this.#control === 'shuffled' ? (tap, n) => Int32Array.from(stream(seed, 'shuffle', this.id, tap, 'probe').permutation(n)) : null,
    };
  }

  dispose(): void {
    for (const model of this.models) model.dispose();
    this.#joint?.dispose();
    this.#joint = null;
    this.#cache?.dispose();
    this.#cache = null;
  }

  #names({ grams, logits, moments }: GuideUse): readonly string[] {
    const used = new Set([...(grams ? this.#taps.map(({ tap }) => tap) : []), ...(moments ? this.#momentsOf : [])]);
    return this.#needed.filter((name) => (name === LOGITS ? logits : used.has(name)));
  }

  /** `[S, B, outputs·C]` → `[S, B·outputs, C]` */
  #rowsOfLogits(logits: tf.Tensor3D): tf.Tensor3D {
    const [seeds, batch, values] = logits.shape;
    const { classes } = this.#task;
    return tf.reshape(logits, [seeds, (batch * values) / classes, classes]);
  }

  /** The inputs of its network: the batch itself, or noise in its shape for the controls that read noise. */
  #shown(batch: Split, seed: number, ...at: StreamName[]): Split {
    if (this.#control === undefined || this.#control === 'shuffled') return batch;
    return noiseLike(batch, this.#task, this.#control, stream(seed, 'noise', this.id, ...at));
  }

  get #directKind(): DirectKind | null {
    return this.models.length === 0 && this.spec.state === 'control' ? (this.spec.kind as DirectKind) : null;
  }

  #direct(batch: Split, byToken: boolean): tf.Tensor3D | null {
    const kind = this.#directKind;
    return kind && directActivations(kind, batch, this.#task, byToken);
  }

  /** Needed activations `[1, B, F]` of one instance on some examples. Call inside `tf.tidy`. */
  #infer(instance: number, batch: Split): [string, tf.Tensor3D][] {
    const direct = this.#direct(batch, this.#byToken);
    if (direct) return [[ONLY_TAP, direct]];
    return this.#named(this.models[instance].infer(inputTensor([batch], this.#task.input)), 1, batch.examples, this.#needed);
  }

  /**
   * Activations and logits by name, as `[S, B, values]`. The seeds' examples may have been members of the network or one
   * long batch: the values lie in the same order.
   */
  #named({ logits, taps }: ReturnType<Inferring['infer']>, seeds: number, batch: number, names: readonly string[]): [string, tf.Tensor3D][] {
    return names.map((name) => {
      const tensor = name === LOGITS ? logits : taps.get(name);
      if (!tensor) throw new Error(`the guide has no layer "${name}"`);
      return [name, tf.reshape(tensor, [seeds, batch, tensor.size / (seeds * batch)])];
    });
  }

  get #byToken(): boolean {
    return this.#taps.some(({ view }) => view === 'all-tokens');
  }

  /** Feeds of a live guide: noise to read, or finished activations, where the program cannot make them from the batch. */
  #liveFeeds(batch: StepBatch): Record<string, Feed> {
    const noise = this.#control !== undefined && this.#control !== 'shuffled';
    const shown = () => batch.drawn().map((own, s) => this.#shown(own, this.#seeds[s], 'step', batch.step));
    // An imported network runs through code that cannot be recorded; running means of tokens are computed in JavaScript.
    if (this.#imported || (this.#directKind === 'running-mean' && this.#task.tokens)) {
      const perSeed = shown().map((own) => tf.tidy(() => Object.fromEntries(this.#infer(0, own))));
      const joined = Object.keys(perSeed[0]).map(
        (name) =>
          [
            `shows ${name}`,
            tf.concat3d(
              perSeed.map((own) => own[name]),
              0,
            ),
          ] as const,
      );
      tf.dispose(perSeed);
      return Object.fromEntries(joined);
    }
    const count = this.#seeds.length;
    if (this.models.length > 1 && !this.#joint && this.#fitsTogether(count, batch.batchSize)) this.#joint = this.#build?.(this.#seeds) ?? null;
    return noise ? { reads: inputValues(shown(), this.#task.input) } : {};
  }

  /** Whether there is memory for the activations of all seeds' batches at a time. */
  #fitsTogether(seeds: number, batch: number): boolean {
    return 4 * seeds * batch * this.#activations <= LIVE_BYTES;
  }

  /** Needed activations `[S, B, F]` of a step by name, without a cache. */
  #live(fed: Fed, inputs: () => tf.Tensor, names: readonly string[]): ReadonlyMap<string, tf.Tensor3D> {
    if (fed[`shows ${names[0]}`]) return new Map(names.map((name) => [name, fed[`shows ${name}`] as tf.Tensor3D]));
    const reads = fed.reads ?? inputs();
    const [seeds, batch, ...shape] = reads.shape;
    if (this.#directKind === 'running-mean') return new Map([[ONLY_TAP, tf.reshape(reads, [seeds, batch, reads.size / (seeds * batch)])]]);
    if (this.#directKind) {
      const one = this.#direct({ examples: batch, inputs: new Float32Array(), labels: new Uint8Array() }, this.#byToken) as tf.Tensor3D;
      return new Map([[ONLY_TAP, tf.concat3d(new Array<tf.Tensor3D>(seeds).fill(one), 0)]]);
    }
    if (this.#joint) return new Map(this.#named(this.#joint.infer(reads), seeds, batch, names));
    if (this.models.length === 1 && this.#fitsTogether(seeds, batch)) {
      return new Map(this.#named(this.models[0].infer(tf.reshape(reads, [1, seeds * batch, ...shape])), seeds, batch, names));
    }
    const perSeed = Array.from({ length: seeds }, (_, s) =>
      tf.tidy(() =>
        Object.fromEntries(this.#named(this.models[this.models.length > 1 ? s : 0].infer(membersOf(reads, { first: s, count: 1 })), 1, batch, names)),
      ),
    );
    return new Map(
      names.map((name) => [
        name,
        tf.concat3d(
          perSeed.map((own) => own[name]),
          0,
        ),
      ]),
    );
  }

  /**
   * The shuffled control: a new order of the examples for every layer, step and seed. The result indexes the rows of all
   * example matrices that the token view makes of the batches. Padding stays in its place.
   */
  #order({ step, batchSize, drawn }: StepBatch, { tap, view }: NeededTap): Int32Array<ArrayBuffer> {
    const length = this.#task.tokens ? this.#task.input[0] : 1;
    const batches = this.#task.tokens?.padded ? drawn() : undefined;
    const parts = this.#seeds.flatMap((seed, s): Int32Array[] => {
      const inputs = batches?.[s].inputs;
      const n = view === 'all-tokens' ? batchSize * length : batchSize;
      const order = stream(seed, 'shuffle', this.id, tap, 'step', step).permutation(n);
      if (view === 'all-tokens') return [permuteWithin(order, inputs && ((token) => inputs[token] >= 0))];
      if (view !== 'position') return [permuteWithin(order)];
      return Array.from({ length }, (_, t) => permuteWithin(order, inputs && ((b) => inputs[b * length + t] >= 0)));
    });
    const all = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      const start = at;
      part.forEach((row) => {
        all[at++] = start + row;
      });
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
