import { VisuallyHidden } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useRun } from '@/state/run.ts';
import { announcement } from './progress.ts';

/** Milliseconds between two reports on the same phase: more often would be chatter. */
const REPORT_MS = 10_000;

/** Says where the run is to those who cannot see the bar: each change of phase, and now and then while it runs. */
export function Announcer() {
  const [text, setText] = useState('');
  useEffect(() => {
    let last = 0;
    return useRun.subscribe((state, before) => {
      const now = performance.now();
      if (state.phase === before.phase && now - last < REPORT_MS) return;
      last = now;
      setText(announcement(state));
    });
  }, []);
  return (
    <VisuallyHidden aria-live="polite" role="status">
      {text}
    </VisuallyHidden>
  );
}
