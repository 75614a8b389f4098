/** From the results of steps and evaluations to what is recorded of them: one entry per row of the table of quantities. */
import { labelGroups, taskMetric } from '../../experiment/networks/describe.ts';
import type { EvaluationRecord, TrainingRecords } from '../../experiment/contract/events.ts';
import {
  type EvaluationQuantity,
  gaps,
  type PairCells,
  pairSeries,
  type QuantityOf,
  type Recorded,
  STEP_QUANTITIES,
  type StepQuantity,
} from '../../experiment/series.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';
import { exp } from '../../experiment/course/math.ts';
import { type StepParts, unpackStep } from '../steps/pack.ts';
import { type GroupScores, metricOf } from './evaluation.ts';
import type { GroupedScores } from './groupedScores.ts';

interface StepContext {
  perplexity: boolean;
  /** Whether the step aligned the member at hand. */
  aligned: boolean;
}

const OF_STEP: Record<StepQuantity, (parts: StepParts<Float32Array>, member: number, context: StepContext) => number> = {
  trainLoss: ({ loss }, m) => loss[m],
  trainMetric: ({ loss, accuracy }, m, { perplexity }) => (perplexity ? exp(loss[m]) : accuracy[m]),
  alignmentLoss: ({ alignment }, m, { aligned }) => (aligned ? alignment[m] : Number.NaN),
};

/**
 * @param results of consecutive steps, as packed
 * @param aligned whether a step (index into `results`) aligned each of the members
 */
export function trainingRecords(
  experiment: Experiment,
  firstStep: number,
  results: readonly Float32Array[],
  aligned: (index: number) => readonly boolean[],
): TrainingRecords {
  const series = gaps(STEP_QUANTITIES, experiment, results.length);
  const perplexity = taskMetric(experiment.task).name === 'perplexity';
  results.forEach((values, i) => {
    const parts = unpackStep(values);
    const members = parts.active.length;
    const guided = aligned(i);
    for (let m = 0; m < members; m++) {
      // A frozen member has no loss, even where its forward pass still gives a number.
      if (parts.active[m] === 0) continue;
      for (const id of STEP_QUANTITIES) series[id][i * members + m] = OF_STEP[id](parts, m, { perplexity, aligned: guided[m] });
    }
  });
  return { firstStep, count: results.length, series };
}

/** What quantities are made of, `[members × parts]`, of the members of a group; pairs are read from the matrices. */
const OF_SCORES: Record<Exclude<EvaluationQuantity, QuantityOf<'pair'>>, (scores: GroupScores, task: Experiment['task']) => ArrayLike<number>> = {
  valLoss: ({ loss }) => loss,
  valMetric: (scores, task) => metricOf(task, scores),
  groupLoss: ({ groups }, task) => ofAllGroups(groups, 'loss', task),
  similarityMeasured: ({ measured }) => measured,
  groupAccuracy: ({ groups }, task) => ofAllGroups(groups, 'accuracy', task),
};

/** The labels of a split may all be of the first groups; the others are gaps. */
function ofAllGroups(groups: GroupedScores | null, field: 'loss' | 'accuracy', task: Experiment['task']): number[] {
  if (!groups) return [];
  const { count } = groups;
  const names = labelGroups(task).length;
  const members = groups[field].length / count;
  return Array.from({ length: members * names }, (_, i) => (i % names < count ? groups[field][Math.floor(i / names) * count + (i % names)] : Number.NaN));
}

/** @param scores of the groups, whose members one behind the other are those of the experiment */
export function evaluationRecord(experiment: Experiment, step: number, scores: readonly GroupScores[], pairs: PairCells): EvaluationRecord {
  const guides = Object.keys(scores[0].matrices);
  const matrices = Object.fromEntries(
    guides.map((guide) => [
      guide,
      joined(
        Float32Array,
        scores.map((s) => s.matrices[guide]),
      ),
    ]),
  );
  const own = Object.entries(OF_SCORES).map(([id, read]) => [
    id,
    joined(
      Float32Array,
      scores.map((s) => read(s, experiment.task)),
    ),
  ]);
  const members = scores.reduce((sum, { loss }) => sum + loss.length, 0);
  const series = { ...Object.fromEntries(own), ...pairSeries(pairs, members, matrices) };
  return {
    step,
    series: series as Recorded<EvaluationQuantity>,
    matrices,
    predictions: joined(
      Uint16Array,
      scores.map((s) => s.predictions),
    ),
  };
}

/** Arrays of one kind, one behind the other. */
export function joined<T extends Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>>(
  Kind: new (length: number) => T,
  parts: readonly ArrayLike<number>[],
): T {
  const all = new Kind(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
