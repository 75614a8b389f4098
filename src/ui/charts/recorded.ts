/** What charts read of a run, warm-ups included: steps before step 0 come first, and only in the arms that took them. */
import { stepsBefore } from '@/experiment/plan/warmup.ts';
import type { StepQuantity } from '@/experiment/series.ts';
import type { Evaluation, RunData } from '@/state/runData.ts';

/** All evaluations, in order of steps. */
export const evaluationsOf = ({ warmup, evaluations }: Pick<RunData, 'warmup' | 'evaluations'>): readonly Evaluation[] =>
  warmup && warmup.evaluations.length > 0 ? [...warmup.evaluations, ...evaluations] : evaluations;

/** Whether a step is one of an arm: before its warm-up it is not there yet. */
export function hasBegun({ experiment }: Pick<RunData, 'experiment'>, arm: string, step: number): boolean {
  return step >= 0 || (experiment !== null && step >= -(stepsBefore(experiment).get(arm) ?? 0));
}

/** The smoothed curves of a quantity, one column an arm, as rows in order of steps. */
export function smoothOf({ warmup, steps }: Pick<RunData, 'warmup' | 'steps'>, id: StepQuantity) {
  const [before, proper] = [warmup?.steps[id].smooth, steps[id].smooth];
  const first = before?.length ?? 0;
  return {
    length: first + proper.length,
    stepAt: (row: number): number => (before && warmup && row < first ? before.stepAt(row) - warmup.length : proper.stepAt(row - first)),
    at: (row: number, column: number): number => (before && row < first ? before.at(row, column) : proper.at(row - first, column)),
    /** Last row at or before a step, −1 if there is none. */
    rowOf: (step: number): number =>
      step >= 1 && proper.length > 0 ? first + proper.rowOf(step) : Math.max(-1, before?.rowOf(step + (warmup?.length ?? 0)) ?? -1),
  };
}
