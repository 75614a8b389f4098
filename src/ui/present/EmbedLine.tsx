/** What stands at the top of a page inside the frame of another one: how it runs there, and the way out of the frame. */
import { Anchor } from '@mantine/core';
import { useEffect, useState } from 'react';
import { linkTo } from '@/state/link.ts';
import { addressFor } from '@/state/presenting.ts';
import { useExperiment } from '@/state/experiment.ts';
import { useRun } from '@/state/run.ts';
import { embedWords } from './words.ts';

/** Whatever is followed in a frame opens beside the page around it. */
function useNewTabs(): void {
  useEffect(() => {
    const base = document.createElement('base');
    base.target = '_blank';
    document.head.append(base);
    return () => base.remove();
  }, []);
}

export function EmbedLine() {
  useNewTabs();
  const environment = useRun((state) => state.environment);
  const experiment = useExperiment((state) => state.experiment);
  const [isolated] = useState(() => globalThis.crossOriginIsolated === true);
  const link = linkTo(experiment, addressFor({ presenting: false, embedded: false, hidden: [] }));
  return (
    <header className="embed-line" data-part="header" data-testid="embed-line">
      <span>{embedWords(environment, isolated)}</span>
      <Anchor href={link} target="_blank" rel="noreferrer" inherit data-testid="open-in-playground">
        Open in the Playground
      </Anchor>
    </header>
  );
}
