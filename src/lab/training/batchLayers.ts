/** Layers of a guide and of one member of the target on the batch of one step, as the arm's measure compares them. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor3D } from '@tensorflow/tfjs-core';
import { type InspectedMatrices, type InspectedSide, SHOWN_EXAMPLES } from '../../experiment/contract/inspection.ts';
import { type Alignment, type ObservedPair, sharedTokens } from '../../experiment/plan/arms.ts';
import { type BuiltMeasure, builtMeasure } from '../../experiment/schema/measures.ts';
import type { Experiment, TokenView } from '../../experiment/schema/schema.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import { runNow } from '../backend/steps.ts';
import { gramKey, type Guide, type NeededTap } from '../guidance/guide.ts';
import type { Model } from '../networks/model.ts';
import { guideGram, type GuideGram } from '../similarity/alignment.ts';
import { compare, MEASURES } from '../similarity/measures/index.ts';
import { centres, shownMatrices, shownRows } from '../similarity/shown.ts';
import { BatchView } from '../similarity/tokenViews.ts';
import type { StepBatch } from '../steps/batches.ts';
import { inputTensor, maskOrigin, StepMasks } from '../steps/inputs.ts';
import type { Task } from '../tasks/index.ts';

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
  readonly #measure: BuiltMeasure;
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
    this.#measure = builtMeasure(alignment?.measure ?? experiment.base.measure);
    this.#tokens = tokens ? (alignment?.tokens ?? sharedTokens(experiment.base)) : null;
    this.#inputs = inputTensor(batch.drawn(), input);
    this.#view = this.#tokens === null ? undefined : new BatchView(this.#tokens, input[0], tokens?.padded ? (this.#inputs as Tensor3D) : undefined);
  }

  /** Look at the layers of some pairs. @throws {Error} when one is not there */
  look(model: Model, when: When, pairs: readonly ObservedPair[]): void {
    for (const pair of pairs) if (!this.#ofGuides.has(this.#guideKey(pair))) this.#lookAtGuide(pair);
    const { experiment, batch, kernels } = this.#options;
    tf.tidy(() => {
      const { values, shape } = maskOrigin(experiment.seeds, batch.step);
      const masks = new StepMasks(experiment.seeds, batch.step, batch.batchSize, { kernels, origin: tf.tensor(values, shape, 'int32'), members: 1 });
      const taps = model.activations(this.#inputs, masks.source);
      masks.dispose();
      for (const { targetTap } of pairs) {
        const tap = taps.get(targetTap);
        if (!tap) throw new Error(`the target has no layer "${targetTap}"`);
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
  #guideKey = (pair: ObservedPair): string => `${pair.guide} ${gramKey(this.#needed(pair))}`;
  #guideGram = (pair: ObservedPair): GuideGram => this.#ofGuides.get(this.#guideKey(pair)) as GuideGram;
  #targetGram = (when: When, { targetTap }: ObservedPair): Tensor3D => this.#ofTarget.get(`${when}/${targetTap}`) as Tensor3D;

  /** `[1]`: a mean over positions by their shares. */
  #similarity(when: When, pair: ObservedPair): Tensor1D {
    const { gram, shares } = this.#guideGram(pair);
    const value = compare(this.#options.kernels, this.#measure, this.#targetGram(when, pair), gram, this.#view?.real(1));
    return tf.reshape(tf.sum(shares ? tf.mul(value, shares) : value), [1]);
  }

  #lookAtGuide(pair: ObservedPair): void {
    const { experiment, batch, guides } = this.#options;
    const guide = guides.get(pair.guide)?.live([experiment.seeds[0]]);
    if (!guide) throw new Error(`the run has no guide "${pair.guide}"`);
    const needed = this.#needed(pair);
    const use = { grams: true, logits: false };
    guide.require([needed], false, false);
    const feeds = guide.feeds(batch, use);
    runNow(feeds, (fed) => {
      const views = new Map(this.#view ? [[this.#view.kind, this.#view]] : []);
      const { gram, shares } = guide.show(fed, { rows: undefined, inputs: () => this.#inputs }, views, use).grams.get(gramKey(needed)) as GuideGram;
      this.#ofGuides.set(this.#guideKey(pair), { gram: tf.keep(gram), shares: shares && tf.keep(shares) });
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
