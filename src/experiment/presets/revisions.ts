/**
 * Presets as they were. A link names a preset and its revision, and holds what differs from it: so what a preset was
 * once is kept for as long as there are links. Whoever changes a preset raises its revision and puts what it was into
 * a file beside this one.
 */
import { migrate } from '../schema/migrate.ts';
import { findPreset } from './presets.ts';
import VERSION_1 from './presets-v1.json' with { type: 'json' };

/** The presets when the schema had version 1, as they were: what links of version 1 differ from. */
export const version1Preset = (id: string): unknown => (Object.hasOwn(VERSION_1, id) ? VERSION_1[id as keyof typeof VERSION_1] : undefined);

/** A preset before it had another arm. */
const without = (id: string, added: string, revision: number): unknown => {
  const { arms = [], ...rest } = findPreset(id)?.experiment ?? {};
  return { ...rest, revision, arms: arms.filter((arm) => arm.id !== added) };
};

/** Revisions that are no longer current, by id and number; of those that there were in version 1, the first is above. */
const PAST: Readonly<Record<string, Readonly<Record<number, unknown>>>> = {
  'distil-or-guide-images': { 1: without('distil-or-guide-images', 'guided-fitnets', 1) },
  // Its question was no question that "yes" or "no" answers; all else is as it was.
  'what-makes-it-untrainable': {
    1: {
      ...findPreset('what-makes-it-untrainable')?.experiment,
      revision: 1,
      question: 'Is it the network that cannot learn, or two classes that are never right?',
    },
  },
};

/**
 * A preset's experiment in one of its revisions (not parsed), or undefined where there is none such. The first
 * revision of a preset that there was in version 1 is what it was then.
 */
export function presetAt(id: string, revision: number): unknown {
  const current = findPreset(id)?.experiment;
  if (current?.revision === revision) return current;
  if (Object.hasOwn(PAST, id) && Object.hasOwn(PAST[id], revision)) return PAST[id][revision];
  return revision === 1 ? migrate(version1Preset(id)) : undefined;
}
