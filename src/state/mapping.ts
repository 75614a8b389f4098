/** Editing which guide layer guides which target layer, wherever the experiment states it. */
import type { TapPair, TapSimilarities, WeightedPair } from '../experiment/plan/mapping.ts';
import { canFollow, mappedPairs, pairsBySimilarity, tapNames } from '../experiment/plan/pairs.ts';
import type { AlignTerm, ArmSpec, Experiment, MappingPair, MappingSpec, Term } from '../experiment/schema/schema.ts';

/** What the picture of the mapping shows: one guide, as one arm aligns to it. */
export interface Focus {
  guide: string;
  arm: string;
}

/** Whether a term is one that the picture of a guide shows. */
const alignsTo = (term: Term, guide: string): term is AlignTerm => term.kind === 'align' && term.guide === guide;

/** The place of the arm's term of alignment to the guide among its terms; −1 where it has none. */
const placeOf = ({ arms }: Experiment, { guide, arm }: Focus): number =>
  arms.find(({ id }) => id === arm)?.terms.findIndex((term) => alignsTo(term, guide)) ?? -1;

/** The mapping that the arm's own term to this guide states, instead of sharing the common one. */
function ownMapping(experiment: Experiment, focus: Focus): MappingSpec | undefined {
  const term = experiment.arms.find(({ id }) => id === focus.arm)?.terms[placeOf(experiment, focus)];
  return term?.kind === 'align' ? term.mapping : undefined;
}

export const hasOwnMapping = (experiment: Experiment, focus: Focus): boolean => ownMapping(experiment, focus) !== undefined;

export const mappingOf = (experiment: Experiment, focus: Focus): MappingSpec => ownMapping(experiment, focus) ?? experiment.base.mapping;

/** Where the mapping in focus is stated: the first term of a kind goes by its name. */
export function mappingPath(experiment: Experiment, focus: Focus): string {
  if (!hasOwnMapping(experiment, focus)) return 'base.mapping';
  const place = placeOf(experiment, focus);
  const first = experiment.arms.find(({ id }) => id === focus.arm)?.terms.findIndex(({ kind }) => kind === 'align');
  return `arms.${focus.arm}.terms.${place === first ? 'align' : place}.mapping`;
}

export const pairsOf = (experiment: Experiment, focus: Focus): WeightedPair[] => mappedPairs(experiment, focus.guide, mappingOf(experiment, focus));

const withArmMapping = (experiment: Experiment, applies: (term: AlignTerm, arm: ArmSpec) => boolean, mapping: MappingSpec): Experiment => ({
  ...experiment,
  arms: experiment.arms.map((arm) => ({
    ...arm,
    terms: arm.terms.map((term) => (term.kind === 'align' && applies(term, arm) ? { ...term, mapping } : term)),
  })),
});

/**
 * Set the mapping in focus, in the place where it is stated: the arm's own, or the one shared by all arms.
 * A drawn pair that some other guide could not follow (its layers differ) is stated in the arms of this guide alone.
 * @param ofGuide it holds for this guide alone, whatever others could follow
 */
export function withMapping(experiment: Experiment, focus: Focus, mapping: MappingSpec, ofGuide = false): Experiment {
  const { guide, arm: focused } = focus;
  if (hasOwnMapping(experiment, focus)) return withArmMapping(experiment, (term, arm) => arm.id === focused && alignsTo(term, guide), mapping);
  const others = Object.keys(experiment.guides).filter((id) => id !== guide);
  const followed = (id: string) => !ofGuide && canFollow(experiment, id, mapping);
  if (others.every(followed)) return { ...experiment, base: { ...experiment.base, mapping } };
  return withArmMapping(experiment, (term) => alignsTo(term, guide) && term.mapping === undefined, mapping);
}

const asDrawn = (pairs: readonly WeightedPair[]): MappingPair[] =>
  pairs.map(({ guideTap, targetTap, weight }) => ({ guide: guideTap, target: targetTap, ...(weight !== 1 && { weight }) }));

/** Add a pair (once); the mapping becomes an explicit list. */
export function addPair(experiment: Experiment, focus: Focus, { guideTap, targetTap, weight = 1 }: TapPair & { weight?: number }): Experiment {
  const pairs = pairsOf(experiment, focus);
  if (pairs.some((pair) => pair.guideTap === guideTap && pair.targetTap === targetTap)) return experiment;
  // In target order, as the named mappings are: the curves list pairs from input to output.
  const order = tapNames(experiment);
  const next = [...pairs, { guideTap, targetTap, weight }].sort((a, b) => order.indexOf(a.targetTap) - order.indexOf(b.targetTap));
  return withMapping(experiment, focus, asDrawn(next));
}

export const removePair = (experiment: Experiment, focus: Focus, { guideTap, targetTap }: TapPair): Experiment =>
  withMapping(experiment, focus, asDrawn(pairsOf(experiment, focus).filter((pair) => pair.guideTap !== guideTap || pair.targetTap !== targetTap)));

/** Weigh a pair; the mapping becomes an explicit list. */
export const withPairWeight = (experiment: Experiment, focus: Focus, { guideTap, targetTap }: TapPair, weight: number): Experiment =>
  withMapping(
    experiment,
    focus,
    asDrawn(pairsOf(experiment, focus).map((pair) => (pair.guideTap === guideTap && pair.targetTap === targetTap ? { ...pair, weight } : pair))),
  );

/** Keep one pair alone. */
export const onlyPair = (experiment: Experiment, focus: Focus, { guideTap, targetTap }: TapPair): Experiment =>
  withMapping(experiment, focus, asDrawn(pairsOf(experiment, focus).filter((pair) => pair.guideTap === guideTap && pair.targetTap === targetTap)));

/** Pair layers by what was measured of them before training, in the arms of this guide: of other guides it tells nothing. */
export const withMostSimilar = (experiment: Experiment, focus: Focus, similarities: TapSimilarities): Experiment =>
  withMapping(experiment, focus, pairsBySimilarity(experiment, focus.guide, similarities), true);
