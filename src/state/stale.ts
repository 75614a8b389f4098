/** Which parts of the edited experiment no longer match the run on screen. */
import { useMemo } from 'react';
import { differences } from '@/experiment/link.ts';
import type { ArmSpec, Experiment } from '@/experiment/schema/schema.ts';
import { useExperiment } from './experiment.ts';
import { pathsTouch, sameValue } from './paths.ts';
import { differsFromRun, type RunState, useRun } from './run.ts';

/** Arms by id and their terms by kind: an arm that moved up because another was removed has not changed. */
function comparable(experiment: Experiment): Parameters<typeof differences>[0] {
  const { arms, ...rest } = experiment;
  return { ...rest, arms: Object.fromEntries(arms.map((arm) => [arm.id, { ...arm, terms: byKind(arm) }])) } as unknown as Parameters<typeof differences>[0];
}

const byKind = ({ terms }: ArmSpec) => Object.fromEntries(terms.map((term) => [term.kind, term]));

/** Paths where the edited experiment differs from the one that was run (arms by id); none without a run. */
export function stalePaths(edited: Experiment, opened: Experiment | null, run: Experiment | null): string[] {
  if (!opened || edited === opened) return [];
  const paths = differences(comparable(opened), comparable(edited)).map(([path]) => path);
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

/** Whose results are on screen; without a run, nobody else's. */
export function resultsOf(edited: Experiment, run: Pick<RunState, 'opened' | 'experiment'>): ResultsOf {
  if (!run.opened || !differsFromRun(edited, run)) return 'this';
  return sameValue(identity(edited), identity(run.opened)) ? 'before-edits' : 'another';
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
