import type { Problem } from '@/experiment/schema/problem.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { useExperiment } from '@/state/experiment.ts';
import { notify } from '@/ui/notify.ts';
import { problemWords } from '@/ui/words.ts';

/** Say why an edit that belongs to no single field was refused. */
export function tellProblems(problems: Problem[]): boolean {
  if (problems.length === 0) return true;
  notify('refused', {
    color: 'red',
    title: 'Not changed',
    message: `${problems.map(problemWords).join('; ')}.`,
  });
  return false;
}

/** Change the experiment from a button, a drag or a menu. @returns whether it was accepted */
export const attempt = (change: (experiment: Experiment) => Experiment): boolean => tellProblems(useExperiment.getState().update(change));
