/** In what one experiment differs from another, as people count it. */
import { type Change, differences, type Json } from './link.ts';
import { termKey } from './problemWords.ts';
import type { ArmSpec, Experiment } from './schema/schema.ts';

const byKind = ({ terms }: ArmSpec) => Object.fromEntries(terms.map((term, i) => [termKey(terms, i), term]));

/** Arms by id and their terms by kind, as paths name them: an arm that moved up because another was removed has not changed. */
function comparable(experiment: Experiment): Json {
  const { arms, ...rest } = experiment;
  return { ...rest, arms: Object.fromEntries(arms.map((arm) => [arm.id, { ...arm, terms: byKind(arm) }])) } as unknown as Json;
}

/** Dotted paths that differ (arms by id, terms by kind), with what stands there in `to`; a path alone is gone. */
export const changesBetween = (from: Experiment, to: Experiment): Change[] => differences(comparable(from), comparable(to));
