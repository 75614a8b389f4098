import { useEffect } from 'react';
import { useRun } from '@/state/run.ts';
import { session } from '@/state/session.ts';
import { heldUpNow } from './heldUp.ts';

/** Where the space bar has a meaning of its own. */
export const OWN_SPACE =
  'input, textarea, select, button, a, summary, [contenteditable], [role="button"], [role="slider"], [role="switch"], ' +
  '[role="menuitem"], [role="menuitemcheckbox"], [role="option"], [role="application"], [role="dialog"]';

/** Space runs and pauses, wherever it does nothing else. */
export function useRunKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== ' ' || event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (event.target instanceof Element && event.target.closest(OWN_SPACE)) return;
      event.preventDefault();
      if (useRun.getState().phase === 'running') void session.pause();
      else if (!heldUpNow()) void session.run();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
