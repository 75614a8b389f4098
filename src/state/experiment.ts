/** The experiment being edited. It is valid at every moment: an edit that would break it is refused, with reasons. */
import { create } from 'zustand';
import { withPath } from '../experiment/link.ts';
import { parseExperiment, type Problem } from '../experiment/parse.ts';
import { DEFAULT_PRESET, findPreset, type Preset } from '../experiment/presets.ts';
import type { Experiment, Intervention } from '../experiment/schema.ts';
import { sameValue, valueAt } from './paths.ts';
import { repairMappings } from './repair.ts';

export interface ExperimentState {
  experiment: Experiment;
  /** Why the last edit was refused; empty when it was accepted. */
  problems: Problem[];
  /** What an accepted edit changed elsewhere, in sentences. */
  notes: string[];
  /** Set one dotted path (arms by index or id); undefined deletes. @returns the problems: empty when accepted. */
  set: (path: string, value: unknown) => Problem[];
  /** Change several things at once. @returns the problems: empty when accepted. */
  update: (change: (experiment: Experiment) => unknown) => Problem[];
  /** Take over a whole experiment that has been parsed. */
  replace: (experiment: Experiment) => void;
  /** Back to the preset: everything, or one path. */
  reset: (path?: string) => Problem[];
  /** Remember what a person changed while it ran, so that link and JSON determine the curve. */
  recordIntervention: (intervention: Intervention) => void;
  dismiss: () => void;
}

/** The preset that an experiment started from (the default one when it is unknown). */
export function presetOf(experiment: Experiment): Preset {
  const preset = findPreset(experiment.preset) ?? findPreset(DEFAULT_PRESET);
  if (!preset) throw new Error('no default preset');
  return preset;
}

/** What an edited path would be in the preset, or undefined where the preset has no such thing. */
export const presetValue = (experiment: Experiment, path: string): unknown =>
  valueAt(presetOf(experiment).experiment, path);

export const differsFromPreset = (experiment: Experiment, path: string): boolean =>
  !sameValue(valueAt(experiment, path), presetValue(experiment, path));

/** Repair what the edit made inconsistent, then parse. Never throws. */
function accept(candidate: unknown): Pick<ExperimentState, 'problems' | 'notes'> & { experiment?: Experiment } {
  let edited = candidate;
  let notes: string[] = [];
  try {
    const repaired = repairMappings(candidate as Experiment);
    edited = repaired.experiment;
    notes = repaired.notes;
  } catch {
    // Not well-formed enough to be repaired: parsing says in what respect.
  }
  const parsed = parseExperiment(edited);
  return parsed.ok ? { experiment: parsed.experiment, problems: [], notes } : { problems: parsed.problems, notes: [] };
}

export const useExperiment = create<ExperimentState>((setState, getState) => {
  const apply = (candidate: unknown): Problem[] => {
    const accepted = accept(candidate);
    setState(accepted.experiment ? accepted : { problems: accepted.problems });
    return accepted.problems;
  };
  return {
    experiment: presetOf({ preset: DEFAULT_PRESET } as Experiment).experiment,
    problems: [],
    notes: [],
    set: (path, value) => {
      try {
        return apply(withPath(getState().experiment, path, value));
      } catch (error) {
        const problems = [{ path, message: (error as Error).message }];
        setState({ problems });
        return problems;
      }
    },
    update: (change) => apply(change(getState().experiment)),
    replace: (experiment) => setState({ experiment, problems: [], notes: [] }),
    reset: (path) => {
      const { experiment, set, replace } = getState();
      if (path !== undefined) return set(path, presetValue(experiment, path));
      replace(presetOf(experiment).experiment);
      return [];
    },
    recordIntervention: (intervention) => {
      const { experiment } = getState();
      apply({ ...experiment, interventions: [...experiment.interventions, intervention] });
    },
    dismiss: () => setState({ problems: [], notes: [] }),
  };
});
