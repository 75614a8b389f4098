/** Editing which guide layer guides which target layer, wherever the experiment states it. */
import { standsAlone } from '../experiment/plan/guides.ts';
import type { TapPair } from '../experiment/plan/mapping.ts';
import { mappedPairs, tapNames } from '../experiment/plan/plan.ts';
import type { ArmSpec, Experiment, MappingSpec } from '../experiment/schema/schema.ts';

/** What the picture of the mapping shows: one guide, as one arm aligns to it. */
export interface Focus {
  guide: string;
  arm: string;
}

const armOf = (experiment: Experiment, id: string): ArmSpec | undefined => experiment.arms.find((arm) => arm.id === id);

/** Whether the arm states a mapping of its own to this guide, instead of sharing the common one. */
export function hasOwnMapping(experiment: Experiment, { guide, arm }: Focus): boolean {
  const align = armOf(experiment, arm)?.align;
  return align?.guide === guide && align.mapping !== undefined;
}

export const mappingOf = (experiment: Experiment, focus: Focus): MappingSpec =>
  (hasOwnMapping(experiment, focus) ? armOf(experiment, focus.arm)?.align?.mapping : undefined) ?? experiment.base.mapping;

export const pairsOf = (experiment: Experiment, focus: Focus): TapPair[] => mappedPairs(experiment, focus.guide, mappingOf(experiment, focus));

/** Whether a guide has the layers that a mapping names. */
export function canFollow(experiment: Experiment, guide: string, mapping: MappingSpec): boolean {
  if (typeof mapping === 'string' || standsAlone(experiment, guide)) return true;
  const taps = new Set(tapNames(experiment, guide));
  return mapping.every(([guideTap]) => taps.has(guideTap));
}

const withArmMapping = (experiment: Experiment, applies: (arm: ArmSpec) => boolean, mapping: MappingSpec): Experiment => ({
  ...experiment,
  arms: experiment.arms.map((arm) => (arm.align && applies(arm) ? { ...arm, align: { ...arm.align, mapping } } : arm)),
});

/**
 * Set the mapping in focus, in the place where it is stated: the arm's own, or the one shared by all arms.
 * A drawn pair that some other guide could not follow (its layers differ) is stated in the arms of this guide alone.
 */
export function withMapping(experiment: Experiment, focus: Focus, mapping: MappingSpec): Experiment {
  if (hasOwnMapping(experiment, focus)) return withArmMapping(experiment, (arm) => arm.id === focus.arm, mapping);
  if (Object.keys(experiment.guides).every((guide) => canFollow(experiment, guide, mapping))) return { ...experiment, base: { ...experiment.base, mapping } };
  return withArmMapping(experiment, (arm) => arm.align?.guide === focus.guide && arm.align.mapping === undefined, mapping);
}

const asTuples = (pairs: TapPair[]): [string, string][] => pairs.map((pair) => [pair.guideTap, pair.targetTap]);

/** Add a pair (once); the mapping becomes an explicit list. */
export function addPair(experiment: Experiment, focus: Focus, { guideTap, targetTap }: TapPair): Experiment {
  const pairs = pairsOf(experiment, focus);
  if (pairs.some((pair) => pair.guideTap === guideTap && pair.targetTap === targetTap)) return experiment;
  // In target order, as the named mappings are: the curves list pairs from input to output.
  const order = tapNames(experiment);
  const next = [...pairs, { guideTap, targetTap }].sort((a, b) => order.indexOf(a.targetTap) - order.indexOf(b.targetTap));
  return withMapping(experiment, focus, asTuples(next));
}

export const removePair = (experiment: Experiment, focus: Focus, { guideTap, targetTap }: TapPair): Experiment =>
  withMapping(experiment, focus, asTuples(pairsOf(experiment, focus).filter((pair) => pair.guideTap !== guideTap || pair.targetTap !== targetTap)));

/** Give an arm a mapping of its own (a copy of the shared one), or let it share again. */
export function withOwnMapping(experiment: Experiment, armId: string, own: boolean): Experiment {
  return {
    ...experiment,
    arms: experiment.arms.map((arm) => {
      if (arm.id !== armId || !arm.align) return arm;
      const { mapping, ...shared } = arm.align;
      return { ...arm, align: own ? { ...shared, mapping: mapping ?? experiment.base.mapping } : shared };
    }),
  };
}
