/** Scores of members on the validation set, and similarities on the probe: its first examples, in evaluation mode. */
import * as tf from '@tensorflow/tfjs-core';
import { EVALUATION_CHUNK } from '../../experiment/plan.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import { scoped } from '../backend/scoped.ts';
import type { Guide } from '../guidance/guide.ts';
import type { Model } from '../networks/model.ts';
import { comparisonPack, GramStack, readComparison } from '../similarity/cka.ts';
import type { Split, Task } from '../tasks/index.ts';
import { sliceImages } from './inputs.ts';

/** Gram matrices of a guide's taps on the probe, made once per experiment. */
export class GuideProbe {
  readonly guide: string;
  readonly stack: GramStack;
  /** 1 for a shared guide, else the number of seeds. */
  readonly instances: number;

  constructor(kernels: Kernels, guide: Guide, task: Task) {
    this.guide = guide.id;
    this.instances = guide.models.length;
    this.stack = scoped(() => {
      const images = sliceImages(task.val, task.shape.input, 0, Math.min(EVALUATION_CHUNK, task.val.labels.length));
      // One instance at a time: the activations of a convolutional guide are large, their Gram matrices small.
      const stacks = guide.models.map((model) => scoped(() => GramStack.of(kernels, model.infer(images).taps).keep()));
      const joined = GramStack.join(stacks).keep();
      for (const stack of stacks) stack.dispose();
      return joined;
    });
  }

  dispose(): void {
    this.stack.dispose();
  }
}

export interface GroupScores {
  /** Per member. */
  loss: Float64Array;
  accuracy: Float64Array;
  /** `[members × examples]` */
  predictions: Uint8Array;
  /** Per guide `[members × targetTaps × guideTaps × 3]`. */
  matrices: Record<string, Float32Array<ArrayBuffer>>;
}

/**
 * Evaluate all members of one model on a split; with probes also the similarity of every target tap to every guide tap.
 */
export async function evaluate(model: Model, split: Split, shape: [number, number, number], probes: readonly GuideProbe[]): Promise<GroupScores> {
  const { kernels } = model;
  const members = model.weights.members;
  const total = split.labels.length;
  const loss = new Float64Array(members);
  const accuracy = new Float64Array(members);
  const predictions = new Uint8Array(members * total);
  const matrices: GroupScores['matrices'] = {};

  for (let from = 0; from < total; from += EVALUATION_CHUNK) {
    const count = Math.min(EVALUATION_CHUNK, total - from);
    let targetTaps = 0;
    const tensors = tf.tidy(() => {
      const { logits, taps } = model.infer(sliceImages(split, shape, from, count));
      const labels = tf.tensor2d(Int32Array.from(split.labels.subarray(from, from + count)), [1, count], 'int32');
      const { loss: chunkLoss } = kernels.softmaxCrossEntropy(logits, labels);
      const parts: tf.Tensor[] = [chunkLoss, tf.reshape(tf.cast(tf.argMax(logits, 2), 'float32'), [-1])];
      if (from === 0 && probes.length > 0) {
        const target = GramStack.of(kernels, taps);
        targetTaps = target.taps.length;
        for (const probe of probes) parts.push(comparisonPack(kernels, target, probe.stack));
      }
      return tf.concat(parts.map((part) => tf.reshape(part, [-1])));
    });
    const values = (await tensors.data()) as Float32Array;
    tensors.dispose();
    for (let e = 0; e < members; e++) {
      loss[e] += (values[e] * count) / total;
      for (let i = 0; i < count; i++) {
        const prediction = values[members + e * count + i];
        predictions[e * total + from + i] = prediction;
        if (prediction === split.labels[from + i]) accuracy[e] += 1 / total;
      }
    }
    if (from === 0) {
      let offset = members * (1 + count);
      for (const probe of probes) {
        const { similarities, length } = readComparison(values, offset, {
          s: members, targetS: members, guideS: probe.instances, t: targetTaps, g: probe.stack.taps.length, n: count,
        });
        matrices[probe.guide] = similarities;
        offset += length;
      }
    }
  }
  // A network whose weights are no longer finite predicts nothing.
  for (let e = 0; e < members; e++) if (!Number.isFinite(loss[e])) accuracy[e] = Number.NaN;
  return { loss, accuracy, predictions, matrices };
}

/**
 * Validation accuracy with batch-norm statistics recomputed over the training set (cumulative average, no dropout).
 * The model's own statistics are put back afterwards.
 * @returns per member
 */
export async function evaluateRecalibrated(model: Model, task: Task): Promise<Float64Array> {
  const { weights } = model;
  if (model.program.statistics.length === 0) return (await evaluate(model, task.val, task.shape.input, [])).accuracy;
  const chunks = Math.floor(task.train.labels.length / EVALUATION_CHUNK) || 1;
  const rows = Math.min(EVALUATION_CHUNK, task.train.labels.length);
  const sums = new Map<string, tf.Tensor2D>();
  for (let i = 0; i < chunks; i++) {
    const batch = tf.tidy(() => {
      const statistics = model.batchStatistics(sliceImages(task.train, task.shape.input, i * rows, rows));
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
    return (await evaluate(model, task.val, task.shape.input, [])).accuracy;
  } finally {
    for (const [name, tensor] of own) weights.replace(name, tensor);
    tf.dispose([...sums.values()]);
  }
}
