/** Trained guides that this browser keeps, and where those of the edited experiment come from: what the lab last said. */
import { create } from 'zustand';
import type { Failure } from '../experiment/contract/failure.ts';
import type { GuideOrigin, KeptGuide } from '../experiment/contract/lab.ts';
import { withoutControl } from '../experiment/plan/guides.ts';
import type { Experiment, TrainedGuideSpec } from '../experiment/schema/schema.ts';
import { useExperiment } from './experiment.ts';
import { forgetGuides, guidesKept } from './keptGuides.ts';
import { useRun } from './run.ts';
import { session } from './session.ts';

interface GuideLibrary {
  /** Null until the lab has been asked. */
  kept: readonly KeptGuide[] | null;
  /** By recipe (`recipeText`); what is not there has not been asked for. */
  origins: ReadonlyMap<string, GuideOrigin>;
  /** Why the last deletion failed. */
  failure: Failure | null;
  /** Whether the list of kept guides is open. */
  shown: boolean;
  /** Ask the lab anew. */
  refresh: () => Promise<void>;
  /** Delete one kept guide, or all. */
  forget: (key?: string) => Promise<void>;
}

/** What a guide is found by: its task, its network, how it was trained. */
export const recipeText = (experiment: Pick<Experiment, 'task'>, guide: TrainedGuideSpec): string =>
  JSON.stringify([guide.training.task ?? experiment.task, withoutControl(guide)]);

export const useGuideLibrary = create<GuideLibrary>((set, get) => ({
  kept: null,
  origins: new Map(),
  failure: null,
  shown: false,
  refresh: async () => {
    const { experiment } = useExperiment.getState();
    const told = await guidesKept(session, experiment);
    if (!told) return;
    const { kept, origins } = told;
    const entries = Object.entries(origins).map(([id, origin]): [string, GuideOrigin] => [
      recipeText(experiment, experiment.guides[id] as TrainedGuideSpec),
      origin,
    ]);
    set({ kept, origins: new Map([...get().origins, ...entries]) });
  },
  forget: async (key) => {
    const failure = await forgetGuides(session, key);
    // What was at hand may be so no longer.
    set({ failure, origins: new Map() });
    await get().refresh();
  },
}));

/** Edits come in quick succession while a number is typed. */
const REFRESH_DELAY_MS = 250;

/**
 * Ask again when the recipes of the edited experiment change, and when guides have been made ready. Not before there
 * is a backend: the lab is not started for this. @returns a function that stops it
 */
export function watchGuideLibrary(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = () => {
    clearTimeout(timer);
    if (useRun.getState().environment) timer = setTimeout(() => void useGuideLibrary.getState().refresh(), REFRESH_DELAY_MS);
  };
  const stops = [
    useExperiment.subscribe(({ experiment }, before) => {
      if (experiment.guides !== before.experiment.guides || experiment.task !== before.experiment.task) soon();
    }),
    useRun.subscribe((state, before) => {
      if (state.environment !== before.environment || (before.phase === 'preparing' && state.phase !== 'preparing')) soon();
    }),
  ];
  return () => {
    clearTimeout(timer);
    for (const stop of stops) stop();
  };
}
