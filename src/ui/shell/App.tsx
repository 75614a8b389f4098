import { type ComponentType, lazy, Suspense, useEffect } from 'react';
import { watchGuideLibrary } from '@/state/guideLibrary.ts';
import { watchRates } from '@/state/rates.ts';
import { useStage } from '@/state/presenting.ts';
import { watchScreen } from '@/state/screen.ts';
import { useView, type View } from '@/state/view.ts';
import { FilesDialog } from '../files/FilesDialog.tsx';
import { FilesProgress } from '../files/FilesProgress.tsx';
import { Lab } from '../lab/Lab.tsx';
import { EmbedLine } from '../present/EmbedLine.tsx';
import { CutShort } from '../run/CutShort.tsx';
import { ErrorBoundary } from '../ErrorBoundary.tsx';
import { Header } from './Header.tsx';
import { ShelfNotices } from './ShelfNotices.tsx';

const Paper = lazy(async () => ({ default: (await import('../paper/Paper.tsx')).Paper }));
const Notebook = lazy(async () => ({ default: (await import('../notebook/Notebook.tsx')).Notebook }));
const Learn = lazy(async () => ({ default: (await import('../learn/Learn.tsx')).Learn }));

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
