/** Editing which guide layer guides which target layer, wherever the experiment states it. */
import { termOf, withTermOf } from '../experiment/plan/arms.ts';
import type { TapPair, WeightedPair } from '../experiment/plan/mapping.ts';
import { canFollow, mappedPairs, tapNames } from '../experiment/plan/pairs.ts';
import type { AlignTerm, ArmSpec, Experiment, MappingPair, MappingSpec } from '../experiment/schema/schema.ts';

/** What the picture of the mapping shows: one guide, as one arm aligns to it. */
export interface Focus {
  guide: string;
  arm: string;
}

const armOf = (experiment: Experiment, id: string): ArmSpec | undefined => experiment.arms.find((arm) => arm.id === id);

const alignOf = (experiment: Experiment, id: string): AlignTerm | undefined => {
  const arm = armOf(experiment, id);
  return arm && termOf(arm, 'align');
};

/** Whether the arm states a mapping of its own to this guide, instead of sharing the common one. */
export function hasOwnMapping(experiment: Experiment, { guide, arm }: Focus): boolean {
  const align = alignOf(experiment, arm);
  return align?.guide === guide && align.mapping !== undefined;
}

export const mappingOf = (experiment: Experiment, focus: Focus): MappingSpec =>
  (hasOwnMapping(experiment, focus) ? alignOf(experiment, focus.arm)?.mapping : undefined) ?? experiment.base.mapping;

export const pairsOf = (experiment: Experiment, focus: Focus): WeightedPair[] => mappedPairs(experiment, focus.guide, mappingOf(experiment, focus));

const withArmMapping = (experiment: Experiment, applies: (align: AlignTerm, arm: ArmSpec) => boolean, mapping: MappingSpec): Experiment => ({
  ...experiment,
  arms: experiment.arms.map((arm) => {
    const align = termOf(arm, 'align');
    return align && applies(align, arm) ? withTermOf(arm, 'align', { ...align, mapping }) : arm;
  }),
});

/**
 * Set the mapping in focus, in the place where it is stated: the arm's own, or the one shared by all arms.
 * A drawn pair that some other guide could not follow (its layers differ) is stated in the arms of this guide alone.
 */
export function withMapping(experiment: Experiment, focus: Focus, mapping: MappingSpec): Experiment {
  if (hasOwnMapping(experiment, focus)) return withArmMapping(experiment, (_, arm) => arm.id === focus.arm, mapping);
  if (Object.keys(experiment.guides).every((guide) => canFollow(experiment, guide, mapping))) return { ...experiment, base: { ...experiment.base, mapping } };
  return withArmMapping(experiment, (align) => align.guide === focus.guide && align.mapping === undefined, mapping);
}

const asDrawn = (pairs: WeightedPair[]): MappingPair[] =>
  pairs.map(({ guideTap, targetTap, weight }) => ({ guide: guideTap, target: targetTap, ...(weight !== 1 && { weight }) }));

/** Add a pair (once); the mapping becomes an explicit list. */
export function addPair(experiment: Experiment, focus: Focus, { guideTap, targetTap }: TapPair): Experiment {
  const pairs = pairsOf(experiment, focus);
  if (pairs.some((pair) => pair.guideTap === guideTap && pair.targetTap === targetTap)) return experiment;
  // In target order, as the named mappings are: the curves list pairs from input to output.
  const order = tapNames(experiment);
  const next = [...pairs, { guideTap, targetTap, weight: 1 }].sort((a, b) => order.indexOf(a.targetTap) - order.indexOf(b.targetTap));
  return withMapping(experiment, focus, asDrawn(next));
}

export const removePair = (experiment: Experiment, focus: Focus, { guideTap, targetTap }: TapPair): Experiment =>
  withMapping(experiment, focus, asDrawn(pairsOf(experiment, focus).filter((pair) => pair.guideTap !== guideTap || pair.targetTap !== targetTap)));

/** Give an arm a mapping of its own (a copy of the shared one), or let it share again. */
export function withOwnMapping(experiment: Experiment, armId: string, own: boolean): Experiment {
  return {
    ...experiment,
    arms: experiment.arms.map((arm) => {
      const align = termOf(arm, 'align');
      if (arm.id !== armId || !align) return arm;
      const { mapping, ...shared } = align;
      return withTermOf(arm, 'align', own ? { ...shared, mapping: mapping ?? experiment.base.mapping } : shared);
    }),
  };
}
