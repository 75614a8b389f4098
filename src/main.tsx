// Before the page's own style sheets, which change what it says.
import './ui/mantine.css';
import { MantineProvider } from '@mantine/core';
import { StrictMode, startTransition } from 'react';
import { createRoot } from 'react-dom/client';
import { ensureIsolation } from './isolation.ts';
import { useExperiment } from './state/experiment.ts';
import { syncLink } from './state/link.ts';
import { syncStage } from './state/presenting.ts';
import { syncSharedResult } from './state/sharedResult.ts';
import { useRun } from './state/run.ts';
import { syncView } from './state/view.ts';
import { App } from './ui/shell/App.tsx';
import { ErrorBoundary } from './ui/ErrorBoundary.tsx';
import { Notes } from './ui/notes/Notes.ts';
import { cssVariables, theme } from './ui/theme.ts';
import './ui/theme.css';
import './ui/forcedColours.css';
import './ui/present/present.css';

// Where it takes a reload, only before anything has been done on the page.
void ensureIsolation(() => {
  const { phase, closed } = useRun.getState();
  // What came back from the shelf does so again.
  return (phase !== 'idle' && !closed) || useExperiment.getState().past.length > 0;
});

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
// Short tasks, so that the page is never deaf: the experiment first, then the page that shows it. As a transition React
// renders in slices of a few milliseconds.
setTimeout(() => {
  syncStage();
  syncLink();
  syncView();
  syncSharedResult();
  setTimeout(() =>
    startTransition(() =>
      createRoot(root).render(
        <StrictMode>
          <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
            <Notes />
            <ErrorBoundary>
              <App />
            </ErrorBoundary>
          </MantineProvider>
        </StrictMode>,
      ),
    ),
  );
});
