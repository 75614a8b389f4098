/** The experiment being edited. It is valid at every moment: an edit that would break it is refused, with reasons. */
import { create } from 'zustand';
import { withPath } from '../experiment/link.ts';
import { parseExperiment } from '../experiment/parse.ts';
import { withNames } from '../experiment/problemWords.ts';
import type { Problem } from '../experiment/schema/problem.ts';
import type { Preset } from '../experiment/presets/preset.ts';
import { DEFAULT_PRESET, findPreset } from '../experiment/presets/presets.ts';
import { presetAt } from '../experiment/presets/revisions.ts';
import type { Experiment } from '../experiment/schema/schema.ts';
import { sameValue, valueAt } from './paths.ts';
import { repair } from './repair.ts';

export interface ExperimentState {
  experiment: Experiment;
  /** Why the last edit was refused; empty when it was accepted. */
  problems: Problem[];
  /** What an accepted edit changed elsewhere, in sentences. */
  notes: string[];
  /** Set one dotted path (arms by index or id); undefined deletes. @returns the problems: empty when accepted. */
  set: (path: string, value: unknown) => Problem[];
  /**
   * Change several things at once. @returns the problems: empty when accepted.
   * @param path the field that was edited, where there is one: quick edits of one field are taken back together
   */
  update: (change: (experiment: Experiment) => unknown, path?: string) => Problem[];
  /** Take over a whole experiment that has been parsed. */
  replace: (experiment: Experiment) => void;
  /** Back to the preset: everything, or one path. */
  reset: (path?: string) => Problem[];
  /** Take back the last edit (or run of edits of one field). */
  undo: () => void;
  /** Make the edit again that was taken back last. */
  redo: () => void;
  /** Experiments before the edits that can be taken back, oldest first. */
  past: readonly Experiment[];
  /** Experiments after the edits that were taken back, the next one to make again last; none after another edit. */
  future: readonly Experiment[];
}

/** The preset that an experiment started from (the default one when it is unknown). */
export function presetOf({ preset: id, revision }: Pick<Experiment, 'preset' | 'revision'>): Preset {
  const known = findPreset(id);
  // Of a link that is older than the preset: what the preset was then.
  const then = presetAt(id, revision) as Experiment | undefined;
  if (known && then) return { ...known, experiment: then };
  return defaultPreset();
}

function defaultPreset(): Preset {
  const preset = findPreset(DEFAULT_PRESET);
  if (!preset) throw new Error('no default preset');
  return preset;
}

/** What an edited path would be in the preset, or undefined where the preset has no such thing. */
export const presetValue = (experiment: Experiment, path: string): unknown => valueAt(presetOf(experiment).experiment, path);

export const differsFromPreset = (experiment: Experiment, path: string): boolean => !sameValue(valueAt(experiment, path), presetValue(experiment, path));

/** Repair what the edit made inconsistent, then parse. Never throws. */
function accept(candidate: unknown, before: Experiment): Pick<ExperimentState, 'problems' | 'notes'> & { experiment?: Experiment } {
  let edited = candidate;
  let notes: string[] = [];
  try {
    const repaired = repair(candidate as Experiment, before);
    edited = repaired.experiment;
    notes = repaired.notes;
  } catch {
    // Not well-formed enough to be repaired: parsing says in what respect.
  }
  const parsed = parseExperiment(edited);
  return parsed.ok
    ? { experiment: parsed.experiment, problems: [], notes }
    : { problems: parsed.problems.map((problem) => withNames(problem, edited)), notes: [] };
}

/** Edits that can be taken back. */
const UNDO_DEPTH = 100;
/** Edits of one field within this time are one: a number being typed, a slider being moved. */
const SAME_EDIT_MS = 1500;
const NO_EDIT = { path: '', time: Number.NEGATIVE_INFINITY };

export const useExperiment = create<ExperimentState>((setState, getState) => {
  let lastEdit = NO_EDIT;

  /** The past after an edit at `path` ('' for an edit of no single field). */
  const remember = (path: string): readonly Experiment[] => {
    const { past, experiment } = getState();
    const now = Date.now();
    const continued = path !== '' && path === lastEdit.path && now - lastEdit.time < SAME_EDIT_MS;
    lastEdit = { path, time: now };
    return continued ? past : [...past, experiment].slice(-UNDO_DEPTH);
  };

  const edit = (path: string, change: (experiment: Experiment) => unknown): Problem[] => {
    let accepted: ReturnType<typeof accept>;
    try {
      accepted = accept(change(getState().experiment), getState().experiment);
    } catch (error) {
      accepted = { problems: [{ path, message: (error as Error).message }], notes: [] };
    }
    const { experiment, problems, notes } = accepted;
    if (!experiment) setState({ problems });
    else if (sameValue(experiment, getState().experiment)) setState({ problems, notes });
    else setState({ past: remember(path), future: [], experiment, problems, notes });
    return problems;
  };

  return {
    experiment: defaultPreset().experiment,
    problems: [],
    notes: [],
    past: [],
    future: [],
    set: (path, value) => edit(path, (experiment) => withPath(experiment, path, value)),
    update: (change, path = '') => edit(path, change),
    replace: (experiment) => {
      if (sameValue(experiment, getState().experiment)) return;
      setState({ past: remember(''), future: [], experiment, problems: [], notes: [] });
    },
    reset: (path) => {
      const { experiment, set, replace } = getState();
      if (path !== undefined) return set(path, presetValue(experiment, path));
      replace(presetOf(experiment).experiment);
      return [];
    },
    undo: () => {
      const { past, future, experiment } = getState();
      const before = past.at(-1);
      lastEdit = NO_EDIT;
      if (before) setState({ past: past.slice(0, -1), future: [...future, experiment], experiment: before, problems: [], notes: [] });
    },
    redo: () => {
      const { past, future, experiment } = getState();
      const after = future.at(-1);
      lastEdit = NO_EDIT;
      if (after) setState({ past: [...past, experiment], future: future.slice(0, -1), experiment: after, problems: [], notes: [] });
    },
  };
});
