import { type ComponentType, lazy, Suspense, useEffect } from 'react';
import { checkBackend } from '@/state/backend.ts';
import { watchGuideLibrary } from '@/state/guideLibrary.ts';
import { watchRates } from '@/state/rates.ts';
import { useRun } from '@/state/run.ts';
import { session } from '@/state/session.ts';
import { useResultsOf } from '@/state/stale.ts';
import { useStage } from '@/state/presenting.ts';
import { useView, type View } from '@/state/view.ts';
import classes from './App.module.css';
import { CURVES_ID } from '../run/places.ts';
import { RunBar } from '../run/RunBar.tsx';
import { VerdictCard } from '../run/VerdictCard.tsx';
import { EmbedLine } from '../present/EmbedLine.tsx';
import { LeavePresenting, usePresenting } from '../present/Presenting.tsx';
import { SetupCard } from '../setup/SetupCard.tsx';
import { loadEditors } from '../setup/opening/useEditors.ts';
import { FilesDialog } from '../files/FilesDialog.tsx';
import { FilesProgress } from '../files/FilesProgress.tsx';
import { DropTarget } from './DropTarget.tsx';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { CutShort } from '../run/CutShort.tsx';
import { Header } from './Header.tsx';
import { Notices } from './Notices.tsx';
import { QuestionLine } from './QuestionLine.tsx';

// Recharts is the heaviest part of the page, and there is nothing to draw before the first run.
const Curves = lazy(async () => ({ default: (await import('../charts/Curves.tsx')).Curves }));
// Tables and matrices lie below them.
const Comparison = lazy(async () => ({ default: (await import('../compare/Comparison.tsx')).Comparison }));
const Paper = lazy(async () => ({ default: (await import('../paper/Paper.tsx')).Paper }));

const WARM_UP_DELAY_MS = 200;
/** A frame of another site, and a busy machine, may have no idle moment at all. */
const IDLE_AT_LATEST_MS = 2000;

/** Once the page stands still: fetch what opens later, choose and check a backend, so that Run starts at once. */
function useWarmUp(): void {
  useEffect(() => {
    const warmUp = () => {
      void loadEditors().catch(() => undefined);
      const { environment, phase } = useRun.getState();
      if (!environment && phase === 'idle') void checkBackend().then(() => session.findKeptRuns());
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

/** Charts and tables of the run on screen; set back where the experiment above is another one. */
function Results() {
  const another = useResultsOf() === 'another';
  return (
    <div className={classes.results} data-of-another={another || undefined} data-testid="results">
      <div id={CURVES_ID} tabIndex={-1} className={classes.place}>
        <ErrorBoundary part="The curves">
          <Suspense fallback={<div className={classes.curves} />}>
            <Curves />
          </Suspense>
        </ErrorBoundary>
      </div>
      <ErrorBoundary part="The comparison">
        <Suspense>
          <Comparison />
        </Suspense>
      </ErrorBoundary>
    </div>
  );
}

/** The experiment, its run, and what came out. */
function Lab() {
  useWarmUp();
  usePresenting();
  return (
    <>
      <main className={classes.main}>
        <Notices />
        <QuestionLine />
        <ErrorBoundary part="The picture of the experiment">
          <SetupCard />
        </ErrorBoundary>
        <RunBar />
        <VerdictCard />
        <Results />
      </main>
      <DropTarget />
      <LeavePresenting />
    </>
  );
}

function PaperView() {
  return (
    <main>
      <ErrorBoundary part="The paper’s claims">
        <Suspense>
          <Paper />
        </Suspense>
      </ErrorBoundary>
    </main>
  );
}

const VIEWS: Readonly<Record<View, ComponentType>> = { lab: Lab, paper: PaperView };

export function App() {
  useEffect(() => watchRates(), []);
  useEffect(() => watchGuideLibrary(), []);
  const embedded = useStage((state) => state.embedded);
  const Shown = VIEWS[useView((state) => state.view)];
  return (
    <>
      {embedded ? <EmbedLine /> : <Header />}
      <Shown />
      <FilesDialog />
      <FilesProgress />
      <CutShort />
    </>
  );
}
