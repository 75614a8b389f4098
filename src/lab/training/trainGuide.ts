/** Train a guide by its recipe: one network, the task loss alone, and a budget of steps of its own. */
import type * as tf from '@tensorflow/tfjs-core';
import type { TrainedGuideSpec } from '../../experiment/schema/schema.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import type { PlainTensors } from '../networks/weights.ts';
import { readTensors } from '../networks/weights.ts';
import type { Task } from '../tasks/index.ts';
import { Batches } from '../steps/batches.ts';
import { Evaluator, metricOf } from '../observation/evaluation.ts';
import { Group } from './group.ts';
import { maskOrigin, StepMasks } from '../steps/inputs.ts';
import { unpackStep } from '../steps/pack.ts';
import { scheduleFactor } from './schedule.ts';
import { DirectSteps, type StepProgram, type Stepper } from '../backend/steps.ts';

/** Steps between two reports. */
const REPORT_EVERY = 10;
/** Steps between two validations while it trains. */
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
 * @param stepper takes the steps; disposed at the end
 * @returns weights and running statistics
 * @throws {GuideDivergedError} when the loss stops being finite
 */
export async function trainGuide(
  id: string,
  spec: TrainedGuideSpec,
  task: Task,
  kernels: Kernels,
  report: (progress: GuideProgress) => Promise<void>,
  stepper: Stepper = new DirectSteps(),
): Promise<PlainTensors> {
  const { seed, steps, batchSize, learningRate, schedule, optimiser, clipNorm } = spec.training;
  const group = new Group(
    {
      network: spec.network,
      task: task.shape,
      seeds: [seed],
      streamName: 'guide',
      optimiser,
      clipNorm: clipNorm ?? null,
    },
    kernels,
  );
  const batches = new Batches({ task, seeds: [seed], batchSize, stream: 'guide-data' }, kernels);
  const evaluator = new Evaluator(task.val, task.shape.input, stepper);
  const program =
    (step: number): StepProgram =>
    (fed) => {
      const masks = new StepMasks([seed], step, batchSize, { kernels, origin: fed.origin, members: 1 });
      const pack = group.step({
        inputs: batches.inputs(fed),
        labels: batches.labels(fed),
        masks: masks.source,
        align: [],
        distil: [],
        scalars: fed.scalars as tf.Tensor2D,
      });
      masks.dispose();
      return pack;
    };
  /** Losses of the steps since the last report. */
  const losses = async (done: number): Promise<Float32Array<ArrayBuffer>> => {
    const rows = (await stepper.read()).map(unpackStep);
    const bad = rows.findIndex(({ loss, active }) => !Number.isFinite(loss[0]) || active[0] === 0);
    if (bad >= 0) {
      throw new GuideDivergedError(`Training the guide "${id}" diverged at step ${done - rows.length + bad + 1}: lower its learning rate (${learningRate}).`);
    }
    return Float32Array.from(rows, ({ loss }) => loss[0]);
  };
  try {
    for (let step = 0; step < steps; step++) {
      const scalars = group.scalars(step, [learningRate * scheduleFactor(schedule, step, steps)]);
      await stepper.step('guide', { ...batches.at(step).feeds, origin: maskOrigin([seed], step), scalars }, program(step));
      const done = step + 1;
      if (done % REPORT_EVERY !== 0 && done !== steps) continue;
      const loss = await losses(done);
      const score = done % VALIDATE_EVERY === 0 || done === steps ? await evaluator.evaluate(group.model) : null;
      await report({ step: done, steps, loss, valLoss: score ? score.loss[0] : null, valMetric: score ? metricOf(task.spec, score)[0] : null });
    }
    return await readTensors(group.model.weights.named());
  } finally {
    stepper.dispose();
    batches.dispose();
    group.dispose();
  }
}
