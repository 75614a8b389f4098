/** Presenting to a room: the key, the way out, and what makes every part fit. */
import { ActionIcon, Tooltip } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useEffect } from 'react';
import { usePreferences } from '@/state/preferences.ts';
import { present, useStage } from '@/state/presenting.ts';
import { useRun } from '@/state/run.ts';
import { fitParts } from './fit.ts';

/** Where letters are typed, or keys mean something else. */
const OWN_KEYS = 'input, textarea, select, [contenteditable], [role="dialog"], [role="menu"], [role="listbox"]';

/** P begins and ends it, Escape ends it. */
function useKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (event.target instanceof Element && event.target.closest(OWN_KEYS)) return;
      const { presenting } = useStage.getState();
      const begins = event.key.toLowerCase() === 'p' && usePreferences.getState().presentKey;
      if (begins) present(!presenting);
      else if (event.key === 'Escape' && presenting) present(false);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}

/** Parts whose height nobody knows beforehand get the room there is: with the window, and with every new sentence. */
function useFit(): void {
  const presenting = useStage((state) => state.presenting);
  useEffect(() => {
    if (!presenting) return;
    let frame = 0;
    const again = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => fitParts(document));
    };
    again();
    const content = new MutationObserver(again);
    for (const part of document.querySelectorAll('main')) content.observe(part, { childList: true, characterData: true, subtree: true });
    const unsubscribe = useRun.subscribe(again);
    window.addEventListener('resize', again);
    return () => {
      cancelAnimationFrame(frame);
      content.disconnect();
      unsubscribe();
      window.removeEventListener('resize', again);
    };
  }, [presenting]);
}

export function usePresenting(): void {
  useKeys();
  useFit();
}

/** For those without a keyboard. */
export function LeavePresenting() {
  const presenting = useStage((state) => state.presenting);
  if (!presenting) return null;
  return (
    <Tooltip label="Leave the presentation (Escape)">
      <ActionIcon className="leave-presenting" aria-label="Leave the presentation" onClick={() => present(false)} data-testid="leave-presenting">
        <IconX size={16} />
      </ActionIcon>
    </Tooltip>
  );
}
