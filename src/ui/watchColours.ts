/** Which arms need colours of their own: those that are edited, and those of the run on screen. */
import { useExperiment } from '@/state/experiment.ts';
import { useRun } from '@/state/run.ts';
import { keepColoursOf } from './colours.ts';

/** @returns stops it */
export function watchColours(): () => void {
  const keep = () => {
    const { experiment } = useExperiment.getState();
    const run = useRun.getState().experiment;
    keepColoursOf([...experiment.arms, ...(run?.arms ?? [])].map(({ id }) => id));
  };
  keep();
  const stops = [useExperiment.subscribe(keep), useRun.subscribe((now, before) => now.experiment !== before.experiment && keep())];
  return () => {
    for (const stop of stops) stop();
  };
}
