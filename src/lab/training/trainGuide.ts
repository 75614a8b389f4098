/** Train a guide by its own recipe: the task loss alone, one network, its own budget. */
import * as tf from '@tensorflow/tfjs-core';
import type { TrainedGuideSpec } from '../../experiment/schema.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import type { PlainTensors } from '../networks/weights.ts';
import { readTensors } from '../networks/weights.ts';
import type { Task } from '../tasks/index.ts';
import { evaluate, metricOf } from './evaluation.ts';
import { Group, SCALAR_ROWS } from './group.ts';
import { inputTensor, labelTensor, StepMasks } from './inputs.ts';
import { scheduleFactor } from './schedule.ts';

/** Steps between two reports. */
const REPORT_EVERY = 10;
/** Steps between two validations on the way. */
const VALIDATE_EVERY = 50;

/** A guide's training diverged. */
export class GuideDivergedError extends Error {
  override name = 'GuideDivergedError';
}

export interface GuideProgress {
  /** Completed steps. */
  step: number;
  steps: number;
  /** Training loss of the steps since the last report. */
  loss: Float32Array<ArrayBuffer>;
  valLoss: number | null;
  valMetric: number | null;
}

/**
 * @param task what the guide is trained on: the experiment's task, or its own
 * @param id the guide's id, for messages
 * @param report called every few steps; awaited, so that it can let messages in or stop the training by throwing
 * @returns weights and running statistics
 * @throws {GuideDivergedError} when the loss stops being finite
 */
export async function trainGuide(
  id: string, spec: TrainedGuideSpec, task: Task, kernels: Kernels, report: (progress: GuideProgress) => Promise<void>,
): Promise<PlainTensors> {
  const { seed, steps, batchSize, learningRate, schedule, optimiser, clipNorm } = spec.training;
  const group = new Group({
    network: spec.network, task: task.shape, seeds: [seed], streamName: 'guide', optimiser, clipNorm: clipNorm ?? null,
  }, kernels);
  try {
    let losses: number[] = [];
    for (let step = 0; step < steps; step++) {
      const batch = task.batch(seed, step, batchSize, 'guide-data');
      const inputs = inputTensor([batch], task.shape.input);
      const labels = labelTensor([batch]);
      const masks = new StepMasks([seed], step, batchSize);
      const scalars = tf.tensor2d(group.scalars(step, [learningRate * scheduleFactor(schedule, step, steps)]), [SCALAR_ROWS, 1]);
      const pack = group.step({ inputs, labels, masks: masks.source, align: [], distil: [], scalars });
      scalars.dispose();
      masks.dispose();
      inputs.dispose();
      labels.dispose();
      const [loss, , updated] = await pack.data<'float32'>();
      pack.dispose();
      if (!Number.isFinite(loss) || updated === 0) {
        throw new GuideDivergedError(`Training the guide "${id}" diverged at step ${step + 1}: lower its learning rate (${learningRate}).`);
      }
      losses.push(loss);
      const done = step + 1;
      if (done % REPORT_EVERY === 0 || done === steps) {
        const score = done % VALIDATE_EVERY === 0 || done === steps ? await evaluate(group.model, task.val, task.shape.input, []) : null;
        await report({
          step: done, steps, loss: Float32Array.from(losses),
          valLoss: score ? score.loss[0] : null, valMetric: score ? metricOf(task.spec, score)[0] : null,
        });
        losses = [];
      }
    }
    return await readTensors(group.model.weights.named());
  } finally {
    group.dispose();
  }
}
