/**
 * What is on screen belongs together: the run is one of the experiment that is being edited. Another preset, a link that
 * is opened, Back or Undo put a run of another experiment onto the shelf and bring back the latest of this one.
 */
import { create } from 'zustand';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { encodeLink } from '@/experiment/link.ts';
import { useExperiment } from './experiment.ts';
import { stillKept } from './keptRuns.ts';
import { sameValue } from './paths.ts';
import { type RunState, useRun } from './run.ts';
import { session } from './session.ts';
import { findRun, loadShelf, type OpenedRun, openRun, watchRuns } from './shelf.ts';
import type { ShelvedRun } from './shelfRecord.ts';
import { resultsOf, sameQuestion } from './stale.ts';
import { goTo, useView } from './view.ts';

/** The run that left the screen last, to go back to, until one has (no id: it had not begun); an object, so that the same can be told again. */
export const useLeft = create<{ left: { id: string | null } | null }>(() => ({ left: null }));

/** Whether it may come back by itself: it ended, or goes on where it was stopped. */
const comesBack = ({ stoppedAt, checkpoint }: ShelvedRun): boolean => stoppedAt === null || stillKept(checkpoint) !== null;

const nothingShown = (): boolean => useRun.getState().phase === 'idle';

/** Show the latest run of exactly the experiment on the page, where nothing else is on screen. */
async function bringBack(): Promise<void> {
  await session.settled;
  const { experiment } = useExperiment.getState();
  const run = await findRun((known) => comesBack(known) && sameValue(known.experiment, experiment));
  const opened = run && (await openRun(run.id));
  if (!opened || !nothingShown() || useExperiment.getState().experiment !== experiment) return;
  await show(opened);
}

const show = ({ record: { id, experiment, checkpoint }, events }: OpenedRun): Promise<void> =>
  session.show(experiment, events, { id, checkpoint: stillKept(checkpoint) });

async function follow(experiment: Experiment, before: Experiment): Promise<void> {
  const run = useRun.getState();
  if (run.opened && resultsOf(experiment, run) === 'another') void session.leave();
  else if (run.opened || sameQuestion(experiment, before)) return;
  await bringBack();
}

/** Tell where a run is that left the screen, unless it ended and the next one is of the same experiment. */
async function tellOfLeaving(run: RunState): Promise<void> {
  const found = await findRun(({ id }) => id === run.id);
  const ended = run.phase === 'finished' || run.phase === 'failed' || run.closed;
  if (useRun.getState().id === run.id) return;
  const another = resultsOf(useExperiment.getState().experiment, run) === 'another';
  if (found ? ended && !another : ended || !another || run.step > 0) return;
  useLeft.setState({ left: { id: found ? run.id : null } });
}

/** Show a run of the shelf in the Lab, with its experiment; one that was stopped and can go on is paused there. */
export async function openInLab(id: string): Promise<void> {
  await session.settled;
  const opened = await openRun(id);
  if (!opened) return;
  const { experiment } = opened.record;
  if (useView.getState().view !== 'lab') goTo({ view: 'lab' }, { link: encodeLink(experiment) });
  // What is on screen may be this run itself.
  if (useRun.getState().id === id) useExperiment.getState().replace(experiment);
  else await show(opened);
}

/** Keep run, shelf and experiment together. @returns a function that stops it */
export function watchScreen(): () => void {
  const stops = [
    watchRuns(),
    useRun.subscribe((state, before) => {
      if (state.data !== before.data && before.id !== '' && before.id !== state.id) void tellOfLeaving(before);
      if (state.id !== before.id && state.id === useLeft.getState().left?.id) useLeft.setState({ left: null });
    }),
    useExperiment.subscribe(({ experiment }, before) => {
      if (experiment !== before.experiment) void follow(experiment, before.experiment);
    }),
  ];
  void loadShelf().then(bringBack);
  return () => {
    for (const stop of stops) stop();
  };
}
