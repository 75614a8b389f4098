/** Scores of members on the validation set, and similarities on the probe: its first examples, in evaluation mode. */
import * as tf from '@tensorflow/tfjs-core';
import { taskMetric } from '../../experiment/describe.ts';
import { EVALUATION_CHUNK } from '../../experiment/plan.ts';
import type { GuideSpec, TaskSpec } from '../../experiment/schema.ts';
import type { Guide } from '../guidance/guide.ts';
import type { Inferring, Model } from '../networks/model.ts';
import { exp } from '../random/math.ts';
import type { Split, Task } from '../tasks/index.ts';
import { inputTensor, labelTensor, sliceSplit } from './inputs.ts';
import { GroupedScores } from './groups.ts';
import { GuideProbe } from './probe.ts';

export interface GroupScores {
  /** Per member. */
  loss: Float64Array;
  accuracy: Float64Array;
  /** `[members × labels]`, labels that are −1 left out. */
  predictions: Uint16Array<ArrayBuffer>;
  /** Of each group of labels, where the split has groups: `[members × groups]`; NaN for a group without labels. */
  groups: GroupedScores | null;
  /** Per guide `[members × targetTaps × guideTaps × 3]`. */
  matrices: Record<string, Float32Array<ArrayBuffer>>;
}

/**
 * Evaluate all members of one model on a split; with probes also the similarity of every target tap to every guide tap.
 * Loss and accuracy are means over the labels that are not −1.
 * @param shape of one example
 */
export async function evaluate(model: Inferring, split: Split, shape: readonly number[], probes: readonly GuideProbe[]): Promise<GroupScores> {
  const { kernels } = model;
  const { members } = model;
  const outputs = split.labels.length / split.examples;
  const total = countLabels(split);
  const loss = new Float64Array(members);
  const accuracy = new Float64Array(members);
  const predictions = new Uint16Array(members * total);
  const groups = GroupedScores.of(split, members);
  const matrices: GroupScores['matrices'] = {};

  let scored = 0;
  for (let from = 0; from < split.examples; from += EVALUATION_CHUNK) {
    const chunk = sliceSplit(split, from, Math.min(EVALUATION_CHUNK, split.examples - from));
    const rows = chunk.examples * outputs;
    const count = countLabels(chunk);
    let targetTaps = 0;
    const tensors = tf.tidy(() => {
      const { logits, taps } = model.infer(inputTensor([chunk], shape));
      const crossEntropy = (labels: Split['labels']) => kernels.softmaxCrossEntropy(logits, labelTensor([{ labels }])).loss;
      const parts: tf.Tensor[] = [
        crossEntropy(chunk.labels), tf.reshape(tf.cast(tf.argMax(logits, 2), 'float32'), [-1]),
        ...(groups?.labelsOf(chunk).map(crossEntropy) ?? []),
      ];
      targetTaps = taps.size;
      if (from === 0) parts.push(...GuideProbe.pack(kernels, probes, taps));
      return tf.concat(parts.map((part) => tf.reshape(part, [-1])));
    });
    const values = (await tensors.data()) as Float32Array;
    tensors.dispose();
    for (let e = 0; e < members; e++) {
      loss[e] += (values[e] * count) / total;
      for (let i = 0, at = e * total + scored; i < rows; i++) {
        if (chunk.labels[i] < 0) continue;
        const prediction = values[members + e * rows + i];
        predictions[at++] = prediction;
        if (prediction === chunk.labels[i]) accuracy[e] += 1 / total;
      }
    }
    scored += count;
    groups?.add(chunk, values.subarray(members));
    if (from === 0) {
      Object.assign(matrices, GuideProbe.read(probes, values, members * (1 + rows + (groups?.count ?? 0)), members, targetTaps));
    }
  }
  // A network whose weights are no longer finite predicts nothing.
  for (let e = 0; e < members; e++) if (!Number.isFinite(loss[e])) accuracy[e] = Number.NaN;
  return { loss, accuracy, predictions, matrices, groups };
}

/** The task's own metric per member: accuracy as it is, perplexity from the loss. */
export const metricOf = (task: TaskSpec, { loss, accuracy }: Pick<GroupScores, 'loss' | 'accuracy'>): Float64Array =>
  (taskMetric(task).name === 'perplexity' ? loss.map((value) => (Number.isFinite(value) ? exp(value) : Number.NaN)) : accuracy);

function countLabels({ labels }: Split): number {
  let count = 0;
  for (const label of labels) if (label >= 0) count++;
  return count;
}

/** What the networks of a guide score on the validation set of the task that it is for. */
export async function guideScores({ id, spec, scored: models }: Guide, task: Task, seeds: readonly number[]) {
  const scores: { id: string; state: GuideSpec['state']; seed: number; score: number; valLoss: number }[] = [];
  for (const [i, model] of models.entries()) {
    const scored = await evaluate(model, task.val, task.shape.input, []);
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
  const scores = async () => metricOf(task.spec, await evaluate(model, task.val, task.shape.input, []));
  if (!train || model.program.statistics.length === 0) return scores();
  const chunks = Math.floor(train.examples / EVALUATION_CHUNK) || 1;
  const rows = Math.min(EVALUATION_CHUNK, train.examples);
  const sums = new Map<string, tf.Tensor2D>();
  for (let i = 0; i < chunks; i++) {
    const batch = tf.tidy(() => {
      const statistics = model.batchStatistics(inputTensor([sliceSplit(train, i * rows, rows)], task.shape.input));
      return Object.fromEntries([...statistics].flatMap(([name, { mean, variance, rows: r }]) =>
        [[`mean/${name}`, mean], [`variance/${name}`, tf.mul(variance, r > 1 ? r / (r - 1) : 1)]]));
    }) as Record<string, tf.Tensor2D>;
    for (const [name, tensor] of Object.entries(batch)) {
      const sum = sums.get(name);
      sums.set(name, sum ? tf.tidy(() => tf.add(sum, tensor)) : tensor);
      if (sum) tf.dispose([sum, tensor]);
    }
  }
  const own = new Map([...sums.keys()].map((name) => {
    const [which, ...rest] = name.split('/');
    const running = weights.running(rest.join('/'));
    return [name, tf.clone(which === 'mean' ? running.mean : running.variance)] as const;
  }));
  try {
    for (const [name, sum] of sums) weights.replace(name, tf.tidy(() => tf.mul(sum, 1 / chunks)));
    return await scores();
  } finally {
    for (const [name, tensor] of own) weights.replace(name, tensor);
    tf.dispose([...sums.values()]);
  }
}
