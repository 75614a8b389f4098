/** Runs of the shelf whose lines are drawn, thin, behind those of the run on screen. They stay over a reload, until the tab closes. */
import { create } from 'zustand';
import { taskMetric } from '@/experiment/networks/describe.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { RunData } from './runData.ts';
import { openRun, useShelf } from './shelf.ts';

/** More lines would hide those that they are compared with; the first goes. */
export const MOST_OVERLAYS = 3;

export interface Overlay {
  /** Of the run on the shelf. */
  id: string;
  data: RunData;
}

export const useOverlays = create<{ shown: readonly Overlay[] }>(() => ({ shown: [] }));

const KEPT = 'overlaid-runs';

/** Ids that this tab had laid over. */
function keptIds(): string[] {
  try {
    const ids: unknown = JSON.parse(sessionStorage.getItem(KEPT) ?? '[]');
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}

function keepIds(): void {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(useOverlays.getState().shown.map(({ id }) => id)));
  } catch {
    // A browser that keeps nothing: what is laid over goes with the page.
  }
}

/** Draw a run of the shelf behind the one on screen. What is wrong with it the shelf tells. */
export async function overlay(id: string): Promise<void> {
  const opened = await openRun(id);
  if (!opened) return;
  const data = new RunData(opened.record.experiment);
  for (const event of opened.events) data.apply(event);
  useOverlays.setState(({ shown }) => ({ shown: [...shown.filter((each) => each.id !== id), { id, data }].slice(-MOST_OVERLAYS) }));
}

export const removeOverlay = (id: string): void => useOverlays.setState(({ shown }) => ({ shown: shown.filter((each) => each.id !== id) }));

/** Lay over what was before a reload, and keep what is from here on. */
async function bringBack(): Promise<void> {
  for (const id of keptIds()) await overlay(id);
  useOverlays.subscribe(keepIds);
  keepIds();
}

if (useShelf.getState().loaded) void bringBack();
else {
  const stop = useShelf.subscribe(({ loaded }) => {
    if (!loaded) return;
    stop();
    void bringBack();
  });
}

// What is deleted, here or in another tab, is not drawn.
useShelf.subscribe(({ runs }, before) => {
  const { shown } = useOverlays.getState();
  if (runs === before.runs || shown.every(({ id }) => runs.some((run) => run.id === id))) return;
  useOverlays.setState({ shown: shown.filter(({ id }) => runs.some((run) => run.id === id)) });
});

/** Whether losses and scores of one experiment can be drawn on the axes of another: both count the same. */
export const sameScale = (a: Experiment, b: Experiment): boolean => taskMetric(a.task).name === taskMetric(b.task).name;
