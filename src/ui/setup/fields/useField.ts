import { createContext, type KeyboardEvent, use, useEffect, useRef, useState } from 'react';
import { withPath } from '@/experiment/link.ts';
import type { Problem } from '@/experiment/schema/problem.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { differsFromPreset, presetValue, useExperiment } from '@/state/experiment.ts';
import { limitsAt, type NumberLimits } from '@/state/limits.ts';
import { sameValue, valueAt } from '@/state/paths.ts';
import { useIsStale } from '@/state/stale.ts';
import { needs, readNumber, whyRefused } from '@/state/readNumber.ts';
import { problemWords } from '@/ui/words.ts';
import { useHoldRefused, useNoteOnClose } from '../parts/useNoteOnClose.ts';

export interface Field {
  value: unknown;
  /** Why the last entry was refused; null when what is shown is what is in the experiment. */
  error: string | null;
  limits: NumberLimits | undefined;
  /** The preset's value, where it has one and this differs from it. */
  fallback: { value: unknown } | null;
  /** Changed since the run on screen. */
  stale: boolean;
  /** What was typed, while it is not what the experiment holds word for word. */
  draft: string | null;
  /** @returns whether the entry was accepted */
  set: (value: unknown, draft?: string) => boolean;
  /** What was typed where a number is asked for: the number that it is, or why it is none. `share`: percents are read, too. */
  type: (text: string, share?: boolean) => void;
  /** Typing has ended: show the value again, unless it was refused. */
  settle: () => void;
  /** Escape shows the value again in place of an entry that was refused. */
  onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
  reset: () => void;
}

/**
 * Fields below `from` are also set below each of `to`: networks that are meant to stay the same are edited together.
 */
export const MirrorContext = createContext<{ from: string; to: readonly string[] } | null>(null);

/** Arms are named by id here and by index in problems: the last word of the path tells whether it is this field's. */
const isAbout = (problem: Problem, path: string): boolean =>
  problem.path === path ||
  (path.startsWith('arms.') && problem.path.startsWith('arms.') && problem.path.split('.').slice(2).join('.') === path.split('.').slice(2).join('.'));

function explain(problems: Problem[], path: string, value: unknown, limits: NumberLimits | undefined): string | null {
  if (problems.length === 0) return null;
  if (limits && (typeof value !== 'number' || value < limits.min || value > limits.max || (limits.integer && !Number.isInteger(value)))) {
    return needs(limits);
  }
  const [problem] = problems;
  return sentence(isAbout(problem, path) ? problem.message : problemWords(problem));
}

const ANY_NUMBER: NumberLimits = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY, integer: false };

const sentence = (words: string) => `${words[0].toUpperCase()}${words.slice(1)}.`;

/**
 * One field of the edited experiment: its value, its limits, and the way back to the preset.
 * @param absent what the field stands for where the experiment leaves it out; that value is never written down
 * @param label what it is called, where what is typed stays in it: for what is said of an entry that was refused
 * @param change how the experiment takes a value, where that is more than writing it at the path
 */
export function useField(path: string, absent?: unknown, label?: string, change?: (experiment: Experiment, value: unknown) => Experiment): Field {
  const experiment = useExperiment((state) => state.experiment);
  const setPath = useExperiment((state) => state.set);
  const update = useExperiment((state) => state.update);
  const mirror = use(MirrorContext);
  const [error, setError] = useState<string | null>(null);
  const [draft, setDraft] = useState<string | null>(null);
  const typed = useRef<unknown>(undefined);
  const orAbsent = (stated: unknown) => (stated === undefined ? absent : stated);
  const value = orAbsent(valueAt(experiment, path));
  const limits = limitsAt(path, experiment);
  const preset = orAbsent(presetValue(experiment, path));

  // A change from elsewhere (a preset, a link) makes what was typed, and the complaint about it, meaningless.
  useEffect(() => {
    if (sameValue(value, typed.current)) return;
    setDraft(null);
    setError(null);
  }, [value]);

  const refused = error === null || label === undefined ? null : { label, error };
  useHoldRefused(refused?.label ?? null);
  useNoteOnClose(refused && { title: `${refused.label}: not changed`, message: refused.error });

  const setAll = (next: unknown): Problem[] => {
    if (change) return update((whole) => change(whole, next), path);
    if (!mirror || !path.startsWith(`${mirror.from}.`)) return setPath(path, next);
    const paths = [path, ...mirror.to.map((root) => root + path.slice(mirror.from.length))];
    return update((whole) => paths.reduce<unknown>((changed, at) => withPath(changed, at, next), whole), path);
  };
  const set = (next: unknown, text?: string): boolean => {
    const message = explain(setAll(next === absent ? undefined : next), path, next, limits);
    if (message === null) typed.current = next;
    setDraft(text ?? null);
    setError(message);
    return message === null;
  };
  return {
    value,
    error,
    limits,
    draft,
    set,
    type: (text, share) => {
      const reading = readNumber(text, { integer: limits?.integer, share });
      if ('value' in reading) return void set(reading.value, text);
      setDraft(text);
      setError(whyRefused(reading, limits ?? ANY_NUMBER));
    },
    settle: () => {
      if (error === null) setDraft(null);
    },
    onKeyDown: (event) => {
      // Editors that open over the page close with it, and say what has not changed.
      if (event.key !== 'Escape' || error === null || event.currentTarget.closest('[role="dialog"]')) return;
      setDraft(null);
      setError(null);
    },
    stale: useIsStale(path),
    fallback: preset !== undefined && (error !== null || differsFromPreset(experiment, path)) ? { value: preset } : null,
    reset: () => void set(preset),
  };
}
