/** The size of type in charts: `--chart-type` on the root, which grows with the window. */
import { useSyncExternalStore } from 'react';

const UNSET = 12;

let size = UNSET;
let probe: HTMLElement | null = null;
const listeners = new Set<() => void>();

/** An element as wide as the type is high: it resolves what the variable is stated in, and tells when that changes. */
function measure(): void {
  probe = document.createElement('div');
  probe.style.cssText = `position:absolute;visibility:hidden;height:0;width:var(--chart-type, ${UNSET}px)`;
  probe.ariaHidden = 'true';
  document.body.append(probe);
  const take = (width: number) => {
    if (width === 0 || width === size) return;
    size = width;
    for (const listener of listeners) listener();
  };
  new ResizeObserver(([entry]) => take(entry.contentRect.width)).observe(probe);
  size = probe.getBoundingClientRect().width || UNSET;
}

function subscribe(listener: () => void): () => void {
  if (!probe) measure();
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Pixels. */
export const useChartType = (): number => useSyncExternalStore(subscribe, () => size);

/** From this width of the window on every chart names its lines; below it the arms' list is the legend of all but one. */
const ROOMY = '(min-width: 1600px)';

function subscribeRoomy(listener: () => void): () => void {
  const query = matchMedia(ROOMY);
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
}

export const useRoomy = (): boolean => useSyncExternalStore(subscribeRoomy, () => matchMedia(ROOMY).matches);
