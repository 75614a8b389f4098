import { taskShape } from '../experiment/networks/describe.ts';
import type { RunResult } from '../experiment/contract/result.ts';
import { isGuided } from '../experiment/plan/arms.ts';
import { interventionWords } from '../experiment/settingWords.ts';
import { type Verdict, verdict } from './verdict.ts';

/** The verdict on a finished run out of its result. Arms are compared with "unguided", or with the first where there is none. */
export function verdictOfResult({ experiment, members, metric }: RunResult): Verdict {
  const { steps } = experiment.base;
  return verdict({
    metric,
    reference: 'unguided',
    seeds: experiment.seeds,
    valExamples: taskShape(experiment.task).valExamples,
    finished: true,
    step: steps,
    steps,
    changes: experiment.interventions.map(interventionWords),
    arms: experiment.arms.map((arm) => ({
      id: arm.id,
      name: arm.name,
      guided: isGuided(arm),
      scores: experiment.seeds.map((seed) => members.find((m) => m.arm === arm.id && m.seed === seed)?.final.valMetric ?? null),
    })),
  });
}
