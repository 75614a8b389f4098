/** The scores of a run as the statistics want them. */
import { isGuided } from '@/experiment/plan/arms.ts';
import { taskMetric, taskShape } from '@/experiment/networks/describe.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import type { Evaluation, RunData } from '@/state/runData.ts';
import { type Verdict, type VerdictArm, verdict } from '@/stats/verdict.ts';
import { interventionWords } from '@/experiment/settingWords.ts';

/** Arms are compared with the one called "unguided", or with the first where there is none. */
export const referenceArm = (experiment: Experiment): string => experiment.arms.find((arm) => arm.id === 'unguided')?.id ?? experiment.arms[0].id;

/** Validation metric of every arm by seed; null for a member that diverged. */
export function scoresAt(data: RunData, evaluation: Evaluation): VerdictArm[] {
  const arms = new Map(data.experiment?.arms.map((arm) => [arm.id, arm]));
  return [...data.arms].map(([id, members]) => {
    const arm = arms.get(id);
    return {
      id,
      name: arm?.name ?? id,
      guided: arm !== undefined && isGuided(arm),
      scores: members.map((m) => {
        const score = evaluation.series.valMetric[m];
        return Number.isFinite(score) && data.divergedAt(data.members[m]) === undefined ? score : null;
      }),
    };
  });
}

/** What the last evaluation supports; null before the first. */
export function verdictOf(data: RunData, finished: boolean): Verdict | null {
  const { experiment, lastEvaluation } = data;
  if (!experiment || !lastEvaluation) return null;
  return verdict({
    metric: taskMetric(experiment.task),
    reference: referenceArm(experiment),
    arms: scoresAt(data, lastEvaluation),
    seeds: experiment.seeds,
    valExamples: taskShape(experiment.task).valExamples,
    finished,
    step: lastEvaluation.step,
    steps: experiment.base.steps,
    changes: data.interventions.filter(({ step }) => step < lastEvaluation.step).map(interventionWords),
  });
}
