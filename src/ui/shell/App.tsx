import { type ComponentType, lazy, Suspense, useEffect } from 'react';
import { watchGuideLibrary } from '@/state/guideLibrary.ts';
import { watchRates } from '@/state/rates.ts';
import { useAssets } from '@/state/assets.ts';
import { useKeptRuns } from '@/state/keptRuns.ts';
import { useLeft } from '@/state/screen.ts';
import { useShelf } from '@/state/shelf.ts';
import { useStage } from '@/state/presenting.ts';
import { watchScreen } from '@/state/screen.ts';
import { useView, type View } from '@/state/view.ts';
import { Lab } from '../lab/Lab.tsx';
import { watchColours } from '../watchColours.ts';
import { watchEscape } from '../escape.ts';
import { EmbedLine } from '../present/EmbedLine.tsx';
import { ErrorBoundary } from '../ErrorBoundary.tsx';
import { Header } from './Header.tsx';
import { whenFirst } from '../whenFirst.tsx';

const Paper = lazy(async () => ({ default: (await import('../paper/Paper.tsx')).Paper }));
const Notebook = lazy(async () => ({ default: (await import('../notebook/Notebook.tsx')).Notebook }));
const Learn = lazy(async () => ({ default: (await import('../learn/Learn.tsx')).Learn }));

const FilesDialog = whenFirst(
  'The dialog of files',
  () => useAssets((state) => state.dialog),
  async () => (await import('../files/FilesDialog.tsx')).FilesDialog,
);
const FilesProgress = whenFirst(
  'The progress of files',
  () => useAssets((state) => state.progress !== null),
  async () => (await import('../files/FilesProgress.tsx')).FilesProgress,
);
const CutShort = whenFirst(
  'The list of runs that were cut short',
  () => useKeptRuns((state) => state.runs.length > 0),
  async () => (await import('../run/CutShort.tsx')).CutShort,
);
const ShelfNotices = whenFirst(
  'What tells of kept runs',
  () => {
    const left = useLeft((state) => state.left !== null);
    const problem = useShelf((state) => state.problem !== null);
    const complaint = useView((state) => state.complaint !== null);
    return left || problem || complaint;
  },
  async () => (await import('./ShelfNotices.tsx')).ShelfNotices,
);

/** A view of its own, fetched when it is opened. */
const page = (part: string, Content: ComponentType) =>
  function Page() {
    return (
      <main>
        <ErrorBoundary part={part}>
          <Suspense>
            <Content />
          </Suspense>
        </ErrorBoundary>
      </main>
    );
  };

const VIEWS: Readonly<Record<View, ComponentType>> = {
  lab: Lab,
  notebook: page('The notebook', Notebook),
  paper: page('The paper’s claims', Paper),
  learn: page('The explanation', Learn),
};

export function App() {
  useEffect(() => watchRates(), []);
  useEffect(() => watchGuideLibrary(), []);
  useEffect(() => watchScreen(), []);
  useEffect(() => watchEscape(), []);
  useEffect(() => watchColours(), []);
  const embedded = useStage((state) => state.embedded);
  const Shown = VIEWS[useView((state) => state.view)];
  return (
    <>
      {embedded ? <EmbedLine /> : <Header />}
      <Shown />
      <FilesDialog />
      <FilesProgress />
      <CutShort />
      <ShelfNotices />
    </>
  );
}
