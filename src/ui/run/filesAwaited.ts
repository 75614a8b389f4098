/** What Run waits for: files of a person's own that the experiment uses and this browser does not have. */
import { useEffect } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { missingAssets } from '@/experiment/plan/assetRefs.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { useAssets } from '@/state/assets.ts';
import { useExperiment } from '@/state/experiment.ts';
import { loadAssets } from '@/state/files.ts';
import { type RunState, useRun, wouldResume } from '@/state/run.ts';

type Kept = ReturnType<typeof useAssets.getState>['assets'];

/** Names of the files; none where Run goes on with a run that has them, and while the list of files is on its way. */
export function filesAwaited(experiment: Experiment, kept: Kept, run: Pick<RunState, 'phase' | 'opened' | 'experiment'>): string[] {
  if (wouldResume(experiment, run)) return [];
  const missing = missingAssets(experiment, kept ?? []).filter(({ ref }) => kept !== null || ref.hash === undefined);
  return [...new Set(missing.map(({ ref }) => ref.name))];
}

export const filesAwaitedNow = (): string[] => filesAwaited(useExperiment.getState().experiment, useAssets.getState().assets, useRun.getState());

export function useFilesAwaited(): string[] {
  const experiment = useExperiment((state) => state.experiment);
  const kept = useAssets((state) => state.assets);
  const run = useRun(useShallow(({ phase, opened, experiment }) => ({ phase, opened, experiment })));
  const unsure = kept === null && missingAssets(experiment, []).length > 0;
  useEffect(() => {
    if (unsure) void loadAssets();
  }, [unsure]);
  return filesAwaited(experiment, kept, run);
}
