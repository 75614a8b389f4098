import { taskShape } from '../../experiment/describe.ts';
import type { RunResult } from '../../experiment/result.ts';
import { interventionWords } from '../../experiment/settingWords.ts';
import { verdict } from '../../stats/verdict.ts';

/** The verdict's headline on a finished run, as text. */
export function verdictOf({ experiment, members, metric }: RunResult): string {
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
    arms: experiment.arms.map(({ id, name, align, distil }) => ({
      id,
      name,
      guided: (align ?? distil) !== undefined,
      scores: experiment.seeds.map((seed) => members.find((m) => m.arm === id && m.seed === seed)?.final.valMetric ?? null),
    })),
  })
    .headline.map(({ text }) => text)
    .join('');
}
