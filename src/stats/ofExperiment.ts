/** What an experiment tells a verdict before anything was measured. */
import { taskMetric, taskShape } from '../experiment/networks/describe.ts';
import type { Experiment, Intervention } from '../experiment/schema/schema.ts';
import { interventionWords } from '../experiment/settingWords.ts';
import { leadOf } from './claims.ts';
import type { Lead, VerdictArm, VerdictInput } from './types.ts';

type Measured = Pick<VerdictArm, 'scores' | 'curves'>;

const learning = ({ align, distil }: Experiment['arms'][number]): Pick<VerdictArm, 'guided' | 'aligned'> => ({
  guided: align !== undefined || distil !== undefined,
  aligned: align !== undefined,
});

/** The comparison that an experiment asks for; null with fewer than two arms. */
export const askedBy = (experiment: Experiment): Lead | null => leadOf(experiment.arms.map((arm) => ({ id: arm.id, ...learning(arm) })));

/**
 * The input of the verdict on an experiment.
 * @param of what was measured of an arm, by its id
 */
export function verdictInput(
  experiment: Experiment,
  of: (arm: string) => Measured,
  { step, finished, interventions }: { step: number; finished: boolean; interventions: readonly Intervention[] },
): VerdictInput {
  return {
    metric: taskMetric(experiment.task),
    lead: askedBy(experiment) ?? undefined,
    seeds: experiment.seeds,
    valExamples: taskShape(experiment.task).valExamples,
    finished,
    step,
    steps: experiment.base.steps,
    changes: interventions.map(interventionWords),
    arms: experiment.arms.map((arm) => ({ id: arm.id, name: arm.name, ...learning(arm), ...of(arm.id) })),
  };
}
