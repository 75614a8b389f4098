/**
 * One step of one member taken apart. The member is built anew as a group of its own, takes the step there, and is thrown away:
 * a member learns alone exactly as it does in its group, so the numbers are those of the run, which nothing touches.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Inspection, InspectQuestion } from '../../experiment/contract/inspection.ts';
import type { Alignment, ObservedPair } from '../../experiment/plan/arms.ts';
import { stagesOf } from '../../experiment/plan/fork.ts';
import { mapsOf } from '../../experiment/plan/learntMaps.ts';
import { isLearnt } from '../../experiment/schema/measures.ts';
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
import { armAt, ofKind, weightOf } from './armTerms.ts';
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
  // A fork is made of the arms that it was before.
  const lineage = stagesOf(inspected.experiment, spec).map((stage) => stage.arm);
  const experiment: Experiment = { ...inspected.experiment, seeds: [seed], arms: lineage };
  const { batchSize } = experiment.base;
  const batch = new Batches({ task, seeds: [seed], batchSize, resident: false }, kernels).at(step);
  const live = new Map([...guides].map(([id, guide]) => [id, guide.live([seed])]));
  const alone = groupOf(experiment, [spec], live, kernels);
  const arm = armAt(alone.arms[0], step);
  const steps = new RunSteps(experiment, task, live, [alone], kernels, { resident: false });
  const looking = new Map<Alignment | undefined, BatchLayers>();
  const layersAs = (alignment: Alignment | undefined): BatchLayers => {
    const layers = looking.get(alignment) ?? new BatchLayers({ experiment, alignment, task, kernels, batch, guides });
    looking.set(alignment, layers);
    return layers;
  };
  try {
    const terms = ofKind(arm.terms, 'align');
    const acting = terms.filter((term) => weightOf(term, arm, seed, step, settings) > 0);
    // A pair is looked at as the term does that aligns it.
    const shown = layersAs(terms.find((term) => pair && aligns(term, pair)) ?? terms[0]);
    if (pair) shown.look(alone.group.model, 'start', [pair]);
    alone.group.load(state);
    alone.group.maps.load(0, state);
    if (pair) shown.look(alone.group.model, 'now', [pair]);
    const matrices = pair && (await shown.matrices(pair));
    const aligned: AlignedPair[] = [];
    for (const term of acting) {
      const layers = layersAs(term);
      const weight = weightOf(term, arm, seed, step, settings);
      const pairs = term.pairs.map(({ guideTap, targetTap }): ObservedPair => ({ guide: term.guide, guideTap, targetTap }));
      const byMap = isLearnt(term.measure);
      if (!byMap) layers.look(alone.group.model, 'now', pairs);
      const similarities = byMap
        ? await layers.explained(alone.group, term.guide, mapsOf(experiment, arm.spec, term))
        : await layers.similarities('now', pairs);
      aligned.push(...pairs.map((each, i) => ({ ...each, similarity: similarities[i], weight: weight * term.pairs[i].weight, byMap })));
    }
    const { taskLoss, alignmentLoss, ...update } = await takeStep(alone, steps.at(step, settings), state);
    return {
      question,
      step: step + 1,
      taken: inspected.taken,
      divergedAt: inspected.divergedAt,
      examples: showSplit(task, batch.drawn()[0], EXAMPLES),
      batchSize,
      matrices,
      alignment: acting.length > 0 ? { weight: common(aligned.map(({ weight }) => weight)), pairs: aligned, loss: alignmentLoss } : null,
      taskLoss,
      total: arm.terms.some(({ kind }) => kind !== 'align') ? null : taskLoss + alignmentLoss,
      update: { learningRate: steps.rate(arm, step, settings), ...update },
    };
  } finally {
    for (const layers of looking.values()) layers.dispose();
    steps.dispose();
    alone.group.dispose();
  }
}

type AlignedPair = NonNullable<Inspection['alignment']>['pairs'][number];

const aligns = ({ guide, pairs }: Alignment, pair: ObservedPair): boolean =>
  guide === pair.guide && pairs.some(({ guideTap, targetTap }) => guideTap === pair.guideTap && targetTap === pair.targetTap);

/** What all of some numbers are; null where they differ, or there are none. */
const common = (values: readonly number[]): number | null => (values.length > 0 && values.every((value) => value === values[0]) ? values[0] : null);

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
