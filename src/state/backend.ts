/** Choosing and checking a backend ahead of the first run, and what has come of it. */
import { create } from 'zustand';
import type { BackendChoice } from '@/experiment/contract/environment.ts';
import { usePreferences } from './preferences.ts';
import { type RunState, useRun } from './run.ts';
import { session } from './session.ts';

interface BackendState {
  status: 'waiting' | 'checking' | 'ready' | 'failed';
  /** Why it failed and what to do. */
  message: string;
}

export const useBackend = create<BackendState>(() => ({ status: 'waiting', message: '' }));

/** Whether a run is using a backend, so that another choice must wait for the next run. */
export const runHoldsBackend = ({ phase, closed }: Pick<RunState, 'phase' | 'closed'>): boolean =>
  !closed && (phase === 'preparing' || phase === 'running' || phase === 'paused' || phase === 'finished');

/** Only the answer to the latest question counts. */
let latest = 0;
/** A choice was made while a run held its backend. */
let postponed = false;

/** Choose and check now, unless a run is using a backend already: then the choice waits for the next run. */
export async function checkBackend(choice: BackendChoice = usePreferences.getState().backend): Promise<void> {
  postponed = runHoldsBackend(useRun.getState());
  if (postponed) return;
  const question = ++latest;
  useBackend.setState({ status: 'checking', message: '' });
  const environment = await session.warmUp(choice);
  if (question !== latest) return;
  const { detail } = useRun.getState();
  if (environment) {
    // An earlier failure to start one is over.
    if (useRun.getState().phase === 'idle') useRun.setState({ detail: '' });
    useBackend.setState({ status: 'ready', message: '' });
  } else {
    // The one that was in use has been given up; a run that finds another says so itself.
    useRun.setState({ environment: null });
    useBackend.setState({ status: 'failed', message: detail });
  }
}

// As soon as no run holds a backend, the badge shows the one that the next run will have.
useRun.subscribe((run) => {
  if (postponed && (run.phase === 'idle' || run.closed)) void checkBackend();
});

/** Choose a backend for this browser from now on. */
export function chooseBackend(choice: BackendChoice): void {
  usePreferences.getState().setBackend(choice);
  void checkBackend(choice);
}
