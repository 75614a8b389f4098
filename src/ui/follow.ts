import type { MouseEvent } from 'react';

/** Follow an address without loading the page anew; with a modifier key it opens as any link does. */
export const follow = (go: () => void) => (event: MouseEvent) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  go();
};
