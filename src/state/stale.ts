/** Which parts of the edited experiment no longer match the run on screen. */
import { useMemo } from 'react';
import { changesBetween } from '@/experiment/changes.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { useExperiment } from './experiment.ts';
import { pathsTouch, sameValue } from './paths.ts';
import { differsFromRun, type RunState, useRun } from './run.ts';

/** Paths where the edited experiment differs from the one that was run (arms by id); none without a run. */
export function stalePaths(edited: Experiment, opened: Experiment | null, run: Experiment | null): string[] {
  if (!opened || edited === opened) return [];
  const paths = changesBetween(opened, edited).map(([path]) => path);
  // What was changed while it ran belongs to that run, whether or not the edited experiment states it too.
  return run && sameValue(edited.interventions, run.interventions) ? paths.filter((path) => path !== 'interventions') : paths;
}

const NONE: string[] = [];

export function useStale(): string[] {
  const edited = useExperiment((state) => state.experiment);
  const opened = useRun((state) => state.opened);
  const run = useRun((state) => state.experiment);
  return useMemo(() => {
    const paths = stalePaths(edited, opened, run);
    return paths.length === 0 ? NONE : paths;
  }, [edited, opened, run]);
}

/** Of which experiment the results on screen are: the edited one, the same before some edits, or another one. */
export type ResultsOf = 'this' | 'before-edits' | 'another';

/** What makes it another experiment: its results would not answer the edited one's question, even in part. */
const identity = ({ question, preset, task }: Experiment): unknown[] => [question, preset, task.kind, 'data' in task ? task.data : null];

/** Whether both ask the same question of the same preset, on a task of the same kind. */
export const sameQuestion = (a: Experiment, b: Experiment): boolean => sameValue(identity(a), identity(b));

/** Whose results are on screen; without a run, nobody else's. */
export function resultsOf(edited: Experiment, run: Pick<RunState, 'opened' | 'experiment'>): ResultsOf {
  if (!run.opened || !differsFromRun(edited, run)) return 'this';
  return sameQuestion(edited, run.opened) ? 'before-edits' : 'another';
}

export function useResultsOf(): ResultsOf {
  const edited = useExperiment((state) => state.experiment);
  return useRun((state) => resultsOf(edited, state));
}

/** Whether anything at or below these paths changed since the run on screen. */
export function useIsStale(...paths: string[]): boolean {
  const stale = useStale();
  return stale.some((changed) => paths.some((path) => pathsTouch(path, changed)));
}
