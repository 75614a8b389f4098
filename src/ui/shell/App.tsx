import { type ComponentType, lazy, Suspense, useEffect } from 'react';
import { watchGuideLibrary } from '@/state/guideLibrary.ts';
import { watchRates } from '@/state/rates.ts';
import { useStage } from '@/state/presenting.ts';
import { useView, type View } from '@/state/view.ts';
import { FilesDialog } from '../files/FilesDialog.tsx';
import { FilesProgress } from '../files/FilesProgress.tsx';
import { Lab } from '../lab/Lab.tsx';
import { EmbedLine } from '../present/EmbedLine.tsx';
import { CutShort } from '../run/CutShort.tsx';
import { ErrorBoundary } from '../ErrorBoundary.tsx';
import { Header } from './Header.tsx';

const Paper = lazy(async () => ({ default: (await import('../paper/Paper.tsx')).Paper }));

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
