/** "Fork here": from a button to a new arm of the edited experiment. */
import type { Problem } from '@/experiment/schema/problem.ts';
import { useExperiment } from './experiment.ts';
import { forkArm } from './forks.ts';
import { goneOnAs, useRun } from './run.ts';
import { session } from './session.ts';

/** Whether a run is on its way, so that "here" is a step of it. */
export const useHere = (): boolean => useRun(({ phase, step, steps }) => phase === 'running' || (phase === 'paused' && step > 0 && step < steps));

/**
 * Fork an arm where the run on screen is, which pauses; without one that is on its way, in the middle of the run.
 * @returns the step, and the problems: empty when accepted
 */
export async function forkHere(armId: string): Promise<{ step: number; problems: Problem[] }> {
  await session.pause();
  const { phase, step: done, steps } = useRun.getState();
  const { experiment, update } = useExperiment.getState();
  const step = phase === 'paused' && done > 0 && done < steps ? done : Math.floor(experiment.base.steps / 2);
  return { step, problems: update((edited) => forkArm(edited, armId, step)) };
}

/** Whether Run goes on from where the run on screen is, as what was edited. */
export function useGoesOn(): boolean {
  const edited = useExperiment((state) => state.experiment);
  return useRun((state) => goneOnAs(edited, state) !== null);
}
