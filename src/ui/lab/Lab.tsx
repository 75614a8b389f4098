/** The Lab: an experiment, its run, and what came out, on one screen. */
import { lazy, Suspense, useEffect } from 'react';
import { checkBackend } from '@/state/backend.ts';
import { useRun } from '@/state/run.ts';
import { session } from '@/state/session.ts';
import { RunBar } from '../run/RunBar.tsx';
import { VerdictCard } from '../run/VerdictCard.tsx';
import { SetupCard } from '../setup/SetupCard.tsx';
import { DropTarget } from '../files/DropTarget.tsx';
import { LeavePresenting, usePresenting } from '../present/Presenting.tsx';
import { ErrorBoundary } from '../ErrorBoundary.tsx';
import { fetchPieces } from '../pieces.ts';
import { Notices } from './Notices.tsx';
import { Charts } from './Charts.tsx';
import classes from './lab.module.css';
import { QuestionLine } from './QuestionLine.tsx';

// Tables and matrices lie below the first screen.
const Comparison = lazy(async () => ({ default: (await import('../compare/Comparison.tsx')).Comparison }));

const WARM_UP_DELAY_MS = 200;
/** A frame in a page of another site, or a busy machine, may have no idle moment at all. */
const IDLE_AT_LATEST_MS = 2000;

/** Once the page stands still: fetch what opens later, choose and check a backend, so that Run starts at once. */
function useWarmUp(): void {
  useEffect(() => {
    const warmUp = () => {
      fetchPieces();
      const { environment, phase, closed } = useRun.getState();
      if (!environment && (phase === 'idle' || closed)) void checkBackend().then(() => session.findKeptRuns());
    };
    // Safari has no requestIdleCallback.
    if (!window.requestIdleCallback) {
      const timer = setTimeout(warmUp, WARM_UP_DELAY_MS);
      return () => clearTimeout(timer);
    }
    const idle = window.requestIdleCallback(warmUp, { timeout: IDLE_AT_LATEST_MS });
    return () => window.cancelIdleCallback(idle);
  }, []);
}

/** What one looks into after the verdict: scores, layers, single examples. */
function Below() {
  return (
    <div className={classes.below} data-testid="results">
      <ErrorBoundary part="The comparison">
        <Suspense>
          <Comparison />
        </Suspense>
      </ErrorBoundary>
    </div>
  );
}

export function Lab() {
  useWarmUp();
  usePresenting();
  return (
    <>
      <main className={classes.main}>
        <Notices />
        <div className={classes.stage}>
          <QuestionLine />
          <div className={classes.setup}>
            <ErrorBoundary part="The picture of the experiment">
              <SetupCard />
            </ErrorBoundary>
          </div>
          <div className={classes.side}>
            <RunBar />
            <VerdictCard />
            <Charts />
          </div>
        </div>
        <Below />
      </main>
      <DropTarget />
      <LeavePresenting />
    </>
  );
}
