/** The scores of a run as the statistics want them. */
import { askedBy } from '@/experiment/plan/lead.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import type { Evaluation, RunData } from './runData.ts';
import { needsCurves, verdictInput } from '@/stats/ofExperiment.ts';
import type { Verdict, VerdictArm } from '@/stats/types.ts';
import { verdict } from '@/stats/verdict.ts';

type Measured = Pick<VerdictArm, 'scores' | 'curves'>;

/** Validation metric of an arm by seed at an evaluation; null for a member that diverged. */
export function scoresAt(data: RunData, evaluation: Evaluation, arm: string): Measured['scores'] {
  return (data.arms.get(arm) ?? []).map((m) => {
    const score = evaluation.series.valMetric[m];
    return Number.isFinite(score) && data.divergedAt(data.members[m]) === undefined ? score : null;
  });
}

/** Validation metric of an arm over the run, by seed. */
function curvesOf(data: RunData, arm: string): Measured['curves'] {
  const steps = data.evaluations.map(({ step }) => step);
  return (data.arms.get(arm) ?? []).map((m) => ({ steps, values: data.evaluations.map(({ series }) => series.valMetric[m]) }));
}

/** Card, chart and table ask for the same one. */
const made = new WeakMap<Evaluation, { key: string; verdict: Verdict }>();

/** What the last evaluation supports; null before the first. */
export function verdictOf(data: RunData, finished: boolean): Verdict | null {
  const { experiment, lastEvaluation } = data;
  if (!experiment || !lastEvaluation) return null;
  const key = `${finished} ${data.divergences.length} ${data.interventions.length}`;
  const known = made.get(lastEvaluation);
  if (known?.key === key) return known.verdict;
  const verdict = judge(data, experiment, lastEvaluation, finished);
  made.set(lastEvaluation, { key, verdict });
  return verdict;
}

function judge(data: RunData, experiment: Experiment, lastEvaluation: Evaluation, finished: boolean): Verdict {
  // A long run has many evaluations: they are gathered only where they are asked for.
  const asksForCurves = needsCurves(askedBy(experiment));
  const of = (arm: string): Measured => ({
    scores: scoresAt(data, lastEvaluation, arm),
    ...(asksForCurves && { curves: curvesOf(data, arm) }),
  });
  const { step } = lastEvaluation;
  const interventions = data.interventions.filter((change) => change.step < step);
  return verdict(verdictInput(experiment, of, { step, finished, interventions, labels: data.labels }));
}
