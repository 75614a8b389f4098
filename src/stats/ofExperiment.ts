/** What an experiment tells a verdict before anything was measured. */
import { classNames, taskMetric, taskShape } from '../experiment/networks/describe.ts';
import { askedBy, learningOf } from '../experiment/plan/lead.ts';
import { stepsBefore } from '../experiment/plan/warmup.ts';
import { yesTo } from '../experiment/question.ts';
import type { Experiment, Intervention, TaskSpec } from '../experiment/schema/schema.ts';
import { interventionWords } from '../experiment/settingWords.ts';
import { majority } from './confusion.ts';
import { isScore } from './summary.ts';
import type { Curve, Lead, VerdictArm, VerdictInput, VerdictMetric } from './types.ts';

type Measured = Pick<VerdictArm, 'scores' | 'curves'>;

/** Whether a comparison needs the arms' curves beside their final scores. */
export const needsCurves = (lead: Lead | null): boolean => lead?.by !== undefined && lead.by !== 'final';

function bestOf({ values }: Curve, { higherIsBetter }: VerdictMetric): number | null {
  const scores = Array.from(values).filter(isScore);
  if (scores.length === 0) return null;
  return scores.reduce((best, score) => (score > best === higherIsBetter ? score : best));
}

/** With every member's best score in place of the last where that is asked for; one that diverged has neither. */
function asAsked({ scores, curves }: Measured, lead: Lead | null, metric: VerdictMetric): Measured {
  if (lead?.by !== 'best') return { scores, curves };
  const best = (i: number) => {
    const curve = curves?.[i];
    return curve ? bestOf(curve, metric) : null;
  };
  return { scores: scores.map((score, i) => (isScore(score) ? best(i) : null)), curves };
}

interface Progress {
  step: number;
  finished: boolean;
  interventions: readonly Intervention[];
  /** True classes of the validation set, where they are known to differ in size. */
  labels?: ArrayLike<number> | null;
}

/** A class that is more frequent than one in so many by this much is what an arm has to beat, not chance. */
const UNEQUAL = 0.02;

/** The metric with the line to beat: where classes differ in size, always answering the most frequent one. */
export function metricToBeat(task: TaskSpec, labels: ArrayLike<number> | null | undefined): Pick<VerdictInput, 'metric' | 'prevailing'> {
  const metric = taskMetric(task);
  if (!labels || metric.name !== 'accuracy') return { metric };
  const { label, share } = majority(labels, taskShape(task).classes);
  return share > metric.chance + UNEQUAL ? { metric: { ...metric, chance: share }, prevailing: classNames(task)[label] } : { metric };
}

/**
 * The input of the verdict on an experiment.
 * @param of what was measured of an arm, by its id; with its curves where the lead needs them
 * @param lead what is compared; unless told, what the experiment asks for
 */
export function verdictInput(
  experiment: Experiment,
  of: (arm: string) => Measured,
  { step, finished, interventions, labels }: Progress,
  lead = askedBy(experiment),
): VerdictInput {
  const line = metricToBeat(experiment.task, labels);
  const before = stepsBefore(experiment);
  return {
    ...line,
    lead: lead ?? undefined,
    yes: yesTo(experiment),
    seeds: experiment.seeds,
    valExamples: taskShape(experiment.task).valExamples,
    finished,
    step,
    steps: experiment.base.steps,
    changes: interventions.map(interventionWords),
    arms: experiment.arms.map((arm) => ({
      id: arm.id,
      name: arm.name,
      before: before.get(arm.id),
      ...learningOf(experiment, arm),
      ...asAsked(of(arm.id), lead, line.metric),
    })),
  };
}
