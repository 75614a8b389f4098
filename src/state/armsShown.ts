/**
 * Which arms are looked at: those hidden by their eye are drawn in no chart, the one under the pointer stands out in all.
 * Never in a link; verdict and numbers know nothing of it.
 */
import { create } from 'zustand';
import { useExperiment } from './experiment.ts';
import { useRun } from './run.ts';

interface ArmsShown {
  hidden: ReadonlySet<string>;
  /** The arm whose row, line or label is under the pointer. */
  highlighted: string | null;
}

const ALL: ArmsShown = { hidden: new Set(), highlighted: null };

export const useArmsShown = create<ArmsShown>(() => ALL);

/** Whether an arm is drawn. */
export const useArmShown = (arm: string): boolean => useArmsShown((state) => !state.hidden.has(arm));

/** Hide an arm, or show it again. */
export const toggleArm = (arm: string): void =>
  useArmsShown.setState(({ hidden }) => {
    const next = new Set(hidden);
    if (!next.delete(arm)) next.add(arm);
    return { hidden: next };
  });

/** The arm that stands out; null while none does. */
export const useHighlight = (): string | null => useArmsShown((state) => state.highlighted);

export const highlight = (arm: string | null): void => {
  if (useArmsShown.getState().highlighted !== arm) useArmsShown.setState({ highlighted: arm });
};

/** Whether another arm stands out, and this one has to step back. */
export const useFaded = (arm: string): boolean => useArmsShown(({ highlighted }) => highlighted !== null && highlighted !== arm);

// Arms of another experiment are others, even where their ids are the same.
useExperiment.subscribe((state, before) => {
  if (state.experiment.preset !== before.experiment.preset) useArmsShown.setState(ALL);
});
useRun.subscribe((state, before) => {
  if (state.loadedFrom !== null && before.loadedFrom === null) useArmsShown.setState(ALL);
});
