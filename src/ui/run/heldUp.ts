/** What keeps Run from being pressed, in words: an entry that was refused, or files that are not there. */
import { useShallow } from 'zustand/react/shallow';
import { useExperiment } from '@/state/experiment.ts';
import { useRefused } from '@/state/refused.ts';
import { useRun, wouldResume } from '@/state/run.ts';
import { filesAwaitedNow, useFilesAwaited } from './filesAwaited.ts';

export interface HeldUp {
  /** Which of the two: files can be brought. */
  by: 'entry' | 'files';
  /** What the bar says. */
  note: string;
  /** What the button says of itself. */
  hint: string;
}

/**
 * @param files names of the files that Run waits for
 * @param fields names of the fields whose entries were refused
 * @returns null when nothing is in the way
 */
export function heldUp(files: readonly string[], fields: readonly string[]): HeldUp | null {
  if (fields.length > 0) {
    const names = [...new Set(fields)].map((name) => `“${name}”`).join(' and ');
    const words =
      fields.length === 1
        ? `${names} holds an entry that cannot be used: correct it or press Escape.`
        : `${names} hold entries that cannot be used: correct them or press Escape in each.`;
    return { by: 'entry', note: words, hint: words };
  }
  if (files.length === 0) return null;
  const names = files.join(' and ');
  return {
    by: 'files',
    note: `Run needs ${names}.`,
    hint: `This experiment needs ${names}, not in this browser yet: drop the files on the page, or look behind “Files…”.`,
  };
}

const NONE: readonly string[] = [];

export function heldUpNow(): HeldUp | null {
  const resumes = wouldResume(useExperiment.getState().experiment, useRun.getState());
  return heldUp(filesAwaitedNow(), resumes ? NONE : useRefused.getState().fields);
}

export function useHeldUp(): HeldUp | null {
  const experiment = useExperiment((state) => state.experiment);
  const run = useRun(useShallow(({ phase, opened, experiment }) => ({ phase, opened, experiment })));
  const files = useFilesAwaited();
  const fields = useRefused((state) => state.fields);
  return heldUp(files, wouldResume(experiment, run) ? NONE : fields);
}
