/** Scores of members on the validation set, and similarities on the probe: its first examples, in evaluation mode. */
import * as tf from '@tensorflow/tfjs-core';
import { taskMetric } from '../../experiment/networks/describe.ts';
import { EVALUATION_CHUNK } from '../../experiment/plan/plan.ts';
import type { GuideSpec, TaskSpec } from '../../experiment/schema/schema.ts';
import type { Guide } from '../guidance/guide.ts';
import type { Inferring, Model } from '../networks/model.ts';
import { exp } from '../../experiment/course/math.ts';
import type { Split, Task } from '../tasks/index.ts';
import { inputTensor, labelValues, sliceSplit } from '../steps/inputs.ts';
import { pack, unpack } from '../steps/pack.ts';
import { GroupedScores } from './groupedScores.ts';
import type { MeasuredPairs } from './measured.ts';
import { GuideProbe } from './probe.ts';
import { DirectSteps, type Fed, type Feed, type Stepper } from '../backend/steps.ts';

export interface GroupScores {
  /** Per member. */
  loss: Float64Array;
  accuracy: Float64Array;
  /** `[members × labels]`, labels that are −1 left out. */
  predictions: Uint16Array<ArrayBuffer>;
  /** Of each group of labels, where the split has groups: `[members × groups]`; NaN for a group without labels. */
  groups: GroupedScores | null;
  /** By the measures that arms learn by or that are asked for, `[members × measures × pairs]`. */
  measured: Float32Array<ArrayBuffer>;
  /** Per guide `[members × targetTaps × guideTaps × 3]`. */
  matrices: Record<string, Float32Array<ArrayBuffer>>;
}

/** Results of a chunk: each member's loss, predicted classes `[members × rows]`, losses `[groups × members]`, what is made of the pairs by the
 * measures in use (`MeasuredPairs.compare`), and what the others are made of. */
const PARTS = ['crossEntropy', 'predicted', 'groupLosses', 'measured', 'products'] as const;

/** Consecutive examples of a split with what a step is fed of them. */
interface Chunk {
  split: Split;
  /** Labels that are not −1. */
  labels: number;
  feeds: Record<string, Feed>;
}

/** What members are compared with on the probe. */
export interface Observed {
  /** Of every target tap with every guide tap, CKA. */
  probes: readonly GuideProbe[];
  /** Of the observed pairs, what arms learn by. */
  measured: MeasuredPairs | null;
}

const NOTHING: Observed = { probes: [], measured: null };

/**
 * Evaluates networks on one split: in chunks, each of them a step that changes nothing. Where steps are recorded and
 * replayed, so are these.
 */
export class Evaluator {
  readonly #split: Split;
  readonly #chunks: readonly Chunk[];
  readonly #stepper: Stepper;

  /**
   * @param shape of one example
   * @param stepper stays the caller's; nobody else's results may wait in it when an evaluation begins
   */
  constructor(split: Split, shape: readonly number[], stepper: Stepper = new DirectSteps()) {
    this.#split = split;
    this.#chunks = chunksOf(split, shape);
    this.#stepper = stepper;
  }

  /**
   * Evaluate all members of one model, and compare them with guides as far as that is asked for. Loss and
   * accuracy are means over the labels that are not −1.
   * @param name tells models apart whose steps are recorded
   */
  async evaluate(model: Inferring, observed: Observed = NOTHING, name = ''): Promise<GroupScores> {
    const { members } = model;
    const groups = GroupedScores.of(this.#split, members);
    for (const [i, { feeds }] of this.#chunks.entries()) {
      const compared = i === 0 ? observed : NOTHING;
      const kind = `evaluation ${name}${compared.probes.length > 0 ? ', compared' : ''}`;
      await this.#stepper.step(kind, feeds, (fed) => program(model, compared, groups?.count ?? 0, fed));
    }
    const results = await this.#stepper.read();
    if (results.length !== this.#chunks.length) throw new Error('results of other steps were waiting when an evaluation began');

    const parts = results.map((values, c) => {
      const predicted = members * this.#chunks[c].split.labels.length;
      const measured = c === 0 ? members * (observed.measured?.values ?? 0) : 0;
      return unpack(PARTS, { crossEntropy: members, predicted, groupLosses: members * (groups?.count ?? 0), measured, products: 'rest' }, values);
    });
    const total = countLabels(this.#split);
    const loss = new Float64Array(members);
    const accuracy = new Float64Array(members);
    const predictions = new Uint16Array(members * total);
    let scored = 0;
    this.#chunks.forEach(({ split: chunk, labels: count }, c) => {
      const rows = chunk.labels.length;
      const { crossEntropy, predicted, groupLosses } = parts[c];
      for (let e = 0; e < members; e++) {
        loss[e] += (crossEntropy[e] * count) / total;
        for (let i = 0, at = e * total + scored; i < rows; i++) {
          if (chunk.labels[i] < 0) continue;
          const prediction = predicted[e * rows + i];
          predictions[at++] = prediction;
          if (prediction === chunk.labels[i]) accuracy[e] += 1 / total;
        }
      }
      scored += count;
      groups?.add(chunk, predicted, groupLosses);
    });
    // A network whose weights are no longer finite predicts nothing.
    for (let e = 0; e < members; e++) if (!Number.isFinite(loss[e])) accuracy[e] = Number.NaN;
    const { products, measured: ofPairs } = parts[0];
    const measured = (await observed.measured?.read(ofPairs, members)) ?? new Float32Array();
    return { loss, accuracy, predictions, measured, matrices: GuideProbe.read(observed.probes, products, members), groups };
  }
}

function chunksOf(split: Split, shape: readonly number[]): Chunk[] {
  const groups = GroupedScores.of(split, 1);
  return Array.from({ length: Math.ceil(split.examples / EVALUATION_CHUNK) }, (_, i) => {
    const from = i * EVALUATION_CHUNK;
    const chunk = sliceSplit(split, from, Math.min(EVALUATION_CHUNK, split.examples - from));
    const perGroup = groups?.labelsOf(chunk).map((labels, g) => [`labels ${g}`, labelValues([{ labels }])] as const) ?? [];
    return {
      split: chunk,
      labels: countLabels(chunk),
      feeds: {
        inputs: { values: chunk.inputs, shape: [1, chunk.examples, ...shape] },
        labels: labelValues([chunk]),
        ...Object.fromEntries(perGroup),
      },
    };
  });
}

/** Losses, predicted classes, losses on groups of labels, and what similarities are made of. */
function program(model: Inferring, { probes, measured }: Observed, groups: number, fed: Fed): tf.Tensor {
  const { kernels } = model;
  const { logits, taps } = model.infer(fed.inputs);
  const crossEntropy = (labels: tf.Tensor) => kernels.softmaxCrossEntropy(logits, labels as tf.Tensor2D).loss;
  return pack(PARTS, {
    crossEntropy: [crossEntropy(fed.labels)],
    predicted: [tf.cast(tf.argMax(logits, 2), 'float32')],
    groupLosses: Array.from({ length: groups }, (_, g) => crossEntropy(fed[`labels ${g}`])),
    measured: measured?.compare(taps) ?? [],
    products: GuideProbe.pack(kernels, probes, taps),
  });
}

/** The task's own metric per member: accuracy as it is, perplexity from the loss. */
export const metricOf = (task: TaskSpec, { loss, accuracy }: Pick<GroupScores, 'loss' | 'accuracy'>): Float64Array =>
  taskMetric(task).name === 'perplexity' ? loss.map((value) => (Number.isFinite(value) ? exp(value) : Number.NaN)) : accuracy;

function countLabels({ labels }: Split): number {
  let count = 0;
  for (const label of labels) if (label >= 0) count++;
  return count;
}

/** What the networks of a guide score on the validation set of the task that it is for. */
export async function guideScores({ id, spec, scored: models }: Guide, task: Task, seeds: readonly number[]) {
  const scores: { id: string; state: GuideSpec['state']; seed: number; score: number; valLoss: number }[] = [];
  const evaluator = new Evaluator(task.val, task.shape.input);
  for (const [i, model] of models.entries()) {
    const scored = await evaluator.evaluate(model);
    const seed = spec.state === 'trained' ? spec.training.seed : seeds[i];
    scores.push({ id, state: spec.state, seed, score: metricOf(task.spec, scored)[0], valLoss: scored.loss[0] });
  }
  return scores;
}

/**
 * Validation metric with batch-norm statistics recomputed over the training set (cumulative average, no dropout).
 * The model's own statistics are put back afterwards.
 * @returns per member
 */
export async function evaluateRecalibrated(model: Model, task: Task): Promise<Float64Array> {
  const { weights } = model;
  const { train } = task;
  // Not recorded: it is done once, on other tensors than the run's.
  const scores = async () => metricOf(task.spec, await new Evaluator(task.val, task.shape.input).evaluate(model));
  if (!train || model.program.statistics.length === 0) return scores();
  const chunks = Math.floor(train.examples / EVALUATION_CHUNK) || 1;
  const rows = Math.min(EVALUATION_CHUNK, train.examples);
  const sums = new Map<string, tf.Tensor2D>();
  for (let i = 0; i < chunks; i++) {
    const batch = tf.tidy(() => {
      const statistics = model.batchStatistics(inputTensor([sliceSplit(train, i * rows, rows)], task.shape.input));
      return Object.fromEntries(
        [...statistics].flatMap(([name, { mean, variance, rows: r }]) => [
          [`mean/${name}`, mean],
          [`variance/${name}`, tf.mul(variance, r > 1 ? r / (r - 1) : 1)],
        ]),
      );
    }) as Record<string, tf.Tensor2D>;
    for (const [name, tensor] of Object.entries(batch)) {
      const sum = sums.get(name);
      sums.set(name, sum ? tf.tidy(() => tf.add(sum, tensor)) : tensor);
      if (sum) tf.dispose([sum, tensor]);
    }
  }
  const own = new Map(
    [...sums.keys()].map((name) => {
      const [which, ...rest] = name.split('/');
      const running = weights.running(rest.join('/'));
      return [name, tf.clone(which === 'mean' ? running.mean : running.variance)] as const;
    }),
  );
  try {
    for (const [name, sum] of sums)
      weights.replace(
        name,
        tf.tidy(() => tf.mul(sum, 1 / chunks)),
      );
    return await scores();
  } finally {
    for (const [name, tensor] of own) weights.replace(name, tensor);
    tf.dispose([...sums.values()]);
  }
}
