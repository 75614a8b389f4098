/** What the person looks at: the arm whose similarities colour the picture, and the guide shown. Never in a link. */
import { create } from 'zustand';
import { guidesOf, termOf } from '../experiment/plan/arms.ts';
import type { Experiment } from '../experiment/schema/schema.ts';
import type { Focus } from './mapping.ts';

interface FocusState {
  /** Null: the experiment's own default. */
  arm: string | null;
  guide: string | null;
  showArm: (arm: string) => void;
  showGuide: (guide: string) => void;
}

export const useFocus = create<FocusState>((set) => ({
  arm: null,
  guide: null,
  // An arm brings its own guide into view.
  showArm: (arm) => set({ arm, guide: null }),
  showGuide: (guide) => set({ guide }),
}));

/** The arm and guide to show for an experiment, whatever was chosen for another one before. */
export function focusOf(experiment: Experiment, chosen: { arm: string | null; guide: string | null }): Focus | null {
  const { arms, guides } = experiment;
  const arm = arms.find((a) => a.id === chosen.arm) ?? arms.find((a) => termOf(a, 'align')) ?? arms[0];
  const wanted = [chosen.guide, ...guidesOf(arm)].find((id) => id && Object.hasOwn(guides, id));
  const guide = wanted ?? Object.keys(guides)[0];
  return guide === undefined ? null : { arm: arm.id, guide };
}
