/**
 * One step of one member taken apart. The member is built anew as a group of its own, takes the step there, and is thrown away:
 * a member learns alone exactly as it does in its group, so the numbers are those of the run, which nothing touches.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Inspection, InspectQuestion } from '../../experiment/contract/inspection.ts';
import { alignedPairs } from '../../experiment/plan/arms.ts';
import type { ArmSpec, Experiment } from '../../experiment/schema/schema.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import { runNow } from '../backend/steps.ts';
import type { Guide } from '../guidance/guide.ts';
import { type PlainTensors, readTensors } from '../networks/weights.ts';
import { Batches } from '../steps/batches.ts';
import { unpackStep } from '../steps/pack.ts';
import type { Task } from '../tasks/index.ts';
import { showSplit } from '../tasks/show.ts';
import { BatchLayers } from './batchLayers.ts';
import { groupOf } from './groupOf.ts';
import { type ArmGroup, type MemberStep, RunSteps, type StepSettings } from './runSteps.ts';

/** Examples of the batch that are shown as they are. */
const EXAMPLES = 8;

export interface Inspected {
  experiment: Experiment;
  task: Task;
  guides: ReadonlyMap<string, Guide>;
  kernels: Kernels;
  /** Of the member, as the step finds it: what its group saves, with a member axis of 1. */
  state: PlainTensors;
  /** 0-based. */
  step: number;
  taken: boolean;
  divergedAt: number | null;
  settings: StepSettings;
}

/** @throws {Error} when a layer of the pair is not there */
export async function inspectMember(question: InspectQuestion, inspected: Inspected): Promise<Inspection> {
  const { task, guides, kernels, state, step, settings } = inspected;
  const { seed, pair } = question;
  const spec = inspected.experiment.arms.find(({ id }) => id === question.arm) as ArmSpec;
  const experiment: Experiment = { ...inspected.experiment, seeds: [seed], arms: [spec] };
  const { batchSize } = experiment.base;
  const batch = new Batches({ task, seeds: [seed], batchSize, resident: false }, kernels).at(step);
  const alone = groupOf(experiment, [spec], kernels);
  const [arm] = alone.arms;
  const live = new Map([...guides].map(([id, guide]) => [id, guide.live([seed])]));
  const steps = new RunSteps(experiment, task, live, [alone], kernels, { resident: false });
  const layers = new BatchLayers({ experiment, alignment: arm.alignment, task, kernels, batch, guides });
  try {
    const [weight] = steps.alignWeights(step, settings);
    const aligned = weight > 0 ? alignedPairs(experiment, spec) : [];
    if (pair) layers.look(alone.group.model, 'start', [pair]);
    alone.group.load(state);
    layers.look(alone.group.model, 'now', pair ? [pair, ...aligned] : aligned);
    const matrices = pair && (await layers.matrices(pair));
    const similarities = await layers.similarities('now', aligned);
    const { taskLoss, alignmentLoss, ...update } = await takeStep(alone, steps.at(step, settings), state);
    return {
      question,
      step: step + 1,
      taken: inspected.taken,
      divergedAt: inspected.divergedAt,
      examples: showSplit(task, batch.drawn()[0], EXAMPLES),
      batchSize,
      matrices,
      alignment: weight > 0 ? { weight, pairs: aligned.map((own, i) => ({ ...own, similarity: similarities[i] })), loss: alignmentLoss } : null,
      taskLoss,
      total: arm.distillation ? null : taskLoss + alignmentLoss,
      update: { learningRate: steps.rate(arm, step, settings), ...update },
    };
  } finally {
    layers.dispose();
    steps.dispose();
    alone.group.dispose();
  }
}

/** The step itself, on the copy: its losses before the update, and the sizes of parameters and of their change. */
async function takeStep({ group }: ArmGroup, { feeds, own, program }: MemberStep, state: PlainTensors) {
  const packed = runNow(feeds, program) as tf.Tensor;
  tf.dispose(own);
  const { loss, alignment } = unpackStep(await packed.data<'float32'>());
  packed.dispose();
  const after = await readTensors(group.model.weights.named().filter(([name]) => name.startsWith('parameter/')));
  let [change, weights] = [0, 0];
  for (const [name, { data }] of Object.entries(after)) {
    const { data: old } = state[name];
    data.forEach((value, i) => {
      change += (value - old[i]) ** 2;
      weights += old[i] ** 2;
    });
  }
  return { taskLoss: loss[0], alignmentLoss: alignment[0], change: Math.sqrt(change), weights: Math.sqrt(weights) };
}
