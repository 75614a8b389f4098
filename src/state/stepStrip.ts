/** The strip that shows one step: whether it is wanted, whether it is open, and of whom. */
import { create } from 'zustand';
import type { Phase } from '../experiment/contract/events.ts';
import { alignedPairs, observedPairs, type ObservedPair } from '../experiment/plan/arms.ts';
import type { Experiment } from '../experiment/schema/schema.ts';
import { startStep } from '../experiment/plan/warmup.ts';
import { useExperiment } from './experiment.ts';
import { useRun } from './run.ts';
import { session } from './session.ts';

/** One member of a run, and two layers. */
export interface Whom {
  arm: string;
  seed: number;
  pair: ObservedPair | null;
}

interface StepStripState {
  /** Until somebody closes it. */
  wanted: boolean;
  /** A step has been taken by itself, and the run has not gone on since. */
  open: boolean;
  /** The step from which one more was asked for; null: none is being taken. */
  from: number | null;
  /** What was chosen, as far as the run on screen has it. */
  chosen: Partial<Whom>;
}

export const useStepStrip = create<StepStripState>()(() => ({ wanted: true, open: false, from: null, chosen: {} }));

/** Take one step, and show it if that is wanted. */
export async function stepAndShow(): Promise<void> {
  const { phase, step } = useRun.getState();
  // Of a running run, Step is another word for pause.
  if (phase !== 'running' && phase !== 'preparing')
    useStepStrip.setState({ from: phase === 'paused' ? step : startStep(useExperiment.getState().experiment), open: true });
  await session.step();
}

/** Whether there is a step to look at. */
export const stands = (phase: Phase): boolean => phase === 'paused' || phase === 'finished';

/** Show the step just taken, or the next one, from now on; or do not. */
export const showSteps = (wanted: boolean): void => useStepStrip.setState({ wanted, open: wanted && stands(useRun.getState().phase) });

useRun.subscribe(({ phase, step }) => {
  const { from, open } = useStepStrip.getState();
  if (from !== null) {
    if (phase === 'finished' || phase === 'failed' || (phase === 'paused' && step > from)) useStepStrip.setState({ from: null, open: phase !== 'failed' });
  } else if (open && !stands(phase)) useStepStrip.setState({ open: false });
});

export const samePair = (a: ObservedPair, b: ObservedPair): boolean => a.guide === b.guide && a.guideTap === b.guideTap && a.targetTap === b.targetTap;

/** The pairs that can be looked at in an arm: its own, or those of all where it has none. */
export function pairsToShow(experiment: Experiment, armId: string): ObservedPair[] {
  const arm = experiment.arms.find(({ id }) => id === armId);
  const own = arm ? alignedPairs(experiment, arm) : [];
  return own.length > 0 ? own : observedPairs(experiment);
}

/** Whom to show of an experiment, whatever was chosen for another one before: an arm that aligns layers, if there is one. */
export function whomToShow(experiment: Experiment, chosen: Partial<Whom>): Whom {
  const { arms, seeds } = experiment;
  const arm = (arms.find(({ id }) => id === chosen.arm) ?? arms.find((each) => alignedPairs(experiment, each).length > 0) ?? arms[0]).id;
  const pairs = pairsToShow(experiment, arm);
  const { pair } = chosen;
  return {
    arm,
    seed: seeds.includes(chosen.seed ?? Number.NaN) ? (chosen.seed as number) : seeds[0],
    pair: (pair && pairs.find((each) => samePair(each, pair))) ?? pairs[0] ?? null,
  };
}
