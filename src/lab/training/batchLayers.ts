/**
 * Layers of a guide and of one member of the target on the batch of one step, as the arm's measure compares them. A map that is
 * trained along compares no matrices: those that are shown are then of CKA, and the similarity in the loss is the map's.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor3D } from '@tensorflow/tfjs-core';
import { type InspectedMatrices, type InspectedSide, SHOWN_EXAMPLES } from '../../experiment/contract/inspection.ts';
import { type Alignment, type ObservedPair, sharedTokens } from '../../experiment/plan/arms.ts';
import type { LearntMap } from '../../experiment/plan/learntMaps.ts';
import { isLearnt, type MatrixMeasure } from '../../experiment/schema/measures.ts';
import type { Experiment, TokenView } from '../../experiment/schema/schema.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import { runNow } from '../backend/steps.ts';
import { gramKey, type Guide, type GuideBatch, type NeededTap } from '../guidance/guide.ts';
import type { Model } from '../networks/model.ts';
import { guideGram, type GuideGram, type GuideRows } from '../similarity/alignment.ts';
import { compare, MEASURES } from '../similarity/measures/index.ts';
import { centres, shownMatrices, shownRows } from '../similarity/shown.ts';
import { BatchView } from '../similarity/tokenViews.ts';
import type { StepBatch } from '../steps/batches.ts';
import { inputTensor, maskOrigin, StepMasks } from '../steps/inputs.ts';
import type { Task } from '../tasks/index.ts';
import type { Group } from './group.ts';
import { alignByMap } from './terms.ts';

export interface BatchLayersOptions {
  /** Of one seed and one arm. */
  experiment: Experiment;
  /** Of the arm; without one its pairs are compared as the experiment says. */
  alignment: Alignment | undefined;
  task: Task;
  kernels: Kernels;
  batch: StepBatch;
  guides: ReadonlyMap<string, Guide>;
}

/** The weights that the run began with, or those of the step. */
type When = 'start' | 'now';

export class BatchLayers {
  readonly #options: BatchLayersOptions;
  readonly #measure: MatrixMeasure;
  readonly #tokens: TokenView | null;
  readonly #inputs: tf.Tensor;
  readonly #view: BatchView | undefined;
  /** Gram matrices in the form of the measure. */
  readonly #ofGuides = new Map<string, GuideGram>();
  readonly #ofTarget = new Map<string, Tensor3D>();

  constructor(options: BatchLayersOptions) {
    this.#options = options;
    const { experiment, alignment, task, batch } = options;
    const { input, tokens } = task.shape;
    const measure = alignment?.measure ?? experiment.base.measure;
    this.#measure = isLearnt(measure) ? { name: 'cka' } : measure;
    this.#tokens = tokens ? (alignment?.tokens ?? sharedTokens(experiment.base)) : null;
    this.#inputs = inputTensor(batch.drawn(), input);
    this.#view = this.#tokens === null ? undefined : new BatchView(this.#tokens, input[0], tokens?.padded ? (this.#inputs as Tensor3D) : undefined);
  }

  /** Look at the layers of some pairs. @throws {Error} when one is not there */
  look(model: Model, when: When, pairs: readonly ObservedPair[]): void {
    for (const pair of pairs) if (!this.#ofGuides.has(this.#guideKey(pair))) this.#lookAtGuide(pair);
    const { kernels } = this.#options;
    tf.tidy(() => {
      const tapOf = this.#activations(model);
      for (const { targetTap } of pairs) {
        const tap = tapOf(targetTap);
        const key = `${when}/${targetTap}`;
        if (!this.#ofTarget.has(key)) this.#ofTarget.set(key, tf.keep(guideGram(kernels, tap, this.#view, undefined, MEASURES[this.#measure.name].form).gram));
      }
    });
  }

  /** Similarities over the whole batch of pairs that were looked at; 0 where they are not defined, as in the loss. */
  async similarities(when: When, pairs: readonly ObservedPair[]): Promise<number[]> {
    if (pairs.length === 0) return [];
    const values = tf.tidy(() => tf.concat1d(pairs.map((pair) => this.#similarity(when, pair))));
    return [...(await read(values))];
  }

  /** Similarities over the whole batch by maps that are trained along, as the loss has them. @param guide id */
  async explained({ model, maps: trained }: Pick<Group, 'model' | 'maps'>, guide: string, maps: readonly LearntMap[]): Promise<number[]> {
    if (maps.length === 0) return [];
    const { kernels } = this.#options;
    const values: Tensor1D[] = [];
    for (const { key, guideTap, targetTap, pooling } of maps) {
      const needed: NeededTap = { tap: guideTap, view: this.#tokens, rows: { pooling: pooling?.guide } };
      this.#show(guide, needed, ({ rows }) => {
        const { rows: guideRows, shares } = rows.get(gramKey(needed)) as GuideRows;
        const pair = { members: { first: 0, count: 1 }, guideRows, shares, view: this.#view, pooling: pooling?.target };
        values.push(tf.keep(alignByMap(kernels, this.#activations(model)(targetTap), pair, tf.ones([1]), trained.of(0, key)).value));
      });
    }
    const all = tf.concat1d(values);
    tf.dispose(values);
    return [...(await read(all))];
  }

  /** What is shown of a pair that was looked at, at the start and now. */
  async matrices(pair: ObservedPair): Promise<InspectedMatrices> {
    const { kernels, batch, task } = this.#options;
    const { gram, shares } = this.#guideGram(pair);
    const positions = gram.shape[0];
    // Positions at which the guide does not vary do not count: the last one that does is shown.
    const at = shares
      ? Math.max(
          0,
          (await shares.data()).findLastIndex((share) => share > 0),
        )
      : 0;
    const shown = shownRows(batch.drawn()[0], this.#tokens, task.shape.tokens ? task.shape.input[0] : 1, at, SHOWN_EXAMPLES);
    const n = shown.rows.length;
    const [start, now] = (['start', 'now'] as const).map((when) =>
      tf.tidy(() => tf.concat1d([shownMatrices(kernels, this.#measure, this.#targetGram(when, pair), gram, at, shown), this.#similarity(when, pair)])),
    );
    const [first, second] = [await read(start), await read(now)];
    const side = (values: Float32Array): InspectedSide => ({ matrix: values.slice(0, n * n), shown: values[2 * n * n], batch: values[2 * n * n + 1] });
    return {
      pair,
      measure: this.#measure,
      kind: MEASURES[this.#measure.name].compares,
      centred: centres(this.#measure),
      n,
      classes: shown.classes,
      tokens: this.#tokens,
      position: this.#tokens === 'position' ? { at: at + 1, of: positions } : null,
      guide: second.slice(n * n, 2 * n * n),
      target: side(second),
      start: side(first),
    };
  }

  dispose(): void {
    this.#view?.dispose();
    this.#inputs.dispose();
    for (const { gram, shares } of this.#ofGuides.values()) tf.dispose(shares ? [gram, shares] : [gram]);
    tf.dispose([...this.#ofTarget.values()]);
  }

  #needed = ({ guideTap }: ObservedPair): NeededTap => ({ tap: guideTap, view: this.#tokens, form: MEASURES[this.#measure.name].form });
  #gramKey = (pair: ObservedPair): string => gramKey(this.#needed(pair));
  #guideKey = (pair: ObservedPair): string => `${pair.guide} ${this.#gramKey(pair)}`;
  #guideGram = (pair: ObservedPair): GuideGram => this.#ofGuides.get(this.#guideKey(pair)) as GuideGram;
  #targetGram = (when: When, { targetTap }: ObservedPair): Tensor3D => this.#ofTarget.get(`${when}/${targetTap}`) as Tensor3D;

  /** `[1]`: a mean over positions by their shares. */
  #similarity(when: When, pair: ObservedPair): Tensor1D {
    const { gram, shares } = this.#guideGram(pair);
    const value = compare(this.#options.kernels, this.#measure, this.#targetGram(when, pair), gram, this.#view?.real(1));
    return tf.reshape(tf.sum(shares ? tf.mul(value, shares) : value), [1]);
  }

  /** Activations as a training step has them, by tap. Call inside `tf.tidy`. */
  #activations(model: Model): (tap: string) => Tensor3D {
    const { experiment, batch, kernels } = this.#options;
    const { values, shape } = maskOrigin(experiment.seeds, batch.step);
    const masks = new StepMasks(experiment.seeds, batch.step, batch.batchSize, { kernels, origin: tf.tensor(values, shape, 'int32'), members: 1 });
    const taps = model.activations(this.#inputs, masks.source);
    masks.dispose();
    return (name) => {
      const tap = taps.get(name);
      if (!tap) throw new Error(`the target has no layer "${name}"`);
      return tap;
    };
  }

  #lookAtGuide(pair: ObservedPair): void {
    this.#show(pair.guide, this.#needed(pair), ({ grams }) => {
      const { gram, shares } = grams.get(this.#gramKey(pair)) as GuideGram;
      this.#ofGuides.set(this.#guideKey(pair), { gram: tf.keep(gram), shares: shares && tf.keep(shares) });
    });
  }

  /** Let a guide show a layer. @param use in a scope of its own, which disposes what it does not keep */
  #show(id: string, needed: NeededTap, use: (shown: GuideBatch) => void): void {
    const { experiment, batch, guides } = this.#options;
    const guide = guides.get(id)?.live([experiment.seeds[0]]);
    if (!guide) throw new Error(`the run has no guide "${id}"`);
    const wanted = { grams: true, logits: false };
    guide.require([needed], false, false);
    const feeds = guide.feeds(batch, wanted);
    runNow(feeds, (fed) => {
      const views = new Map(this.#view ? [[this.#view.kind, this.#view]] : []);
      use(guide.show(fed, { rows: undefined, inputs: () => this.#inputs }, views, wanted));
      return null;
    });
    tf.dispose(Object.values(feeds).filter((feed) => feed instanceof tf.Tensor));
  }
}

async function read(tensor: tf.Tensor): Promise<Float32Array<ArrayBuffer>> {
  const values = new Float32Array(await tensor.data<'float32'>());
  tensor.dispose();
  return values;
}
