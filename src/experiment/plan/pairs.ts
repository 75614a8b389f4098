/** The layers that can be read, and the pairs that a mapping makes of them. */
import { describeNetwork, type NetworkDescription, taskShape } from '../networks/describe.ts';
import { type Experiment, isDrawn, type MappingPair, type MappingSpec } from '../schema/schema.ts';
import { describeGuide, standsAlone } from './guides.ts';
import { mostSimilarPairs, resolveMapping, type TapSimilarities, type WeightedPair } from './mapping.ts';

const describeEnd = (experiment: Experiment, guide: string | undefined): NetworkDescription =>
  guide === undefined ? describeNetwork(experiment.target, taskShape(experiment.task)) : describeGuide(experiment, guide);

/** Layers of a guide, or of the target. */
export const tapNames = (experiment: Experiment, guide?: string): string[] => describeEnd(experiment, guide).taps.map((tap) => tap.name);

/** Taps that rules use: the primary ones, or all where none is marked. Without a guide: of the target. */
export function mappedTaps(experiment: Experiment, guide?: string): string[] {
  const { taps } = describeEnd(experiment, guide);
  const primary = taps.filter((tap) => tap.primary);
  return (primary.length > 0 ? primary : taps).map((tap) => tap.name);
}

/** The pairs of a guide whose one layer stands for all: it meets every target layer that the mapping reaches. */
function pairsOfOnlyTap(experiment: Experiment, mapping: MappingSpec, guideTap: string): WeightedPair[] {
  const all = mappedTaps(experiment);
  // As if it had as many layers as the target, all of them the same.
  const pairs = isDrawn(mapping)
    ? resolveMapping(
        mapping,
        mapping.map(({ guide }) => guide),
        tapNames(experiment),
      )
    : resolveMapping(mapping, all, all);
  return [...new Map(pairs.map((pair) => [pair.targetTap, { ...pair, guideTap }])).values()];
}

/**
 * The pairs of a mapping between one guide and the target.
 * @throws {UnknownTapError} when an explicit mapping does not fit the networks
 */
export function mappedPairs(experiment: Experiment, guide: string, mapping: MappingSpec): WeightedPair[] {
  if (standsAlone(experiment, guide)) return pairsOfOnlyTap(experiment, mapping, tapNames(experiment, guide)[0]);
  return isDrawn(mapping)
    ? resolveMapping(mapping, tapNames(experiment, guide), tapNames(experiment))
    : resolveMapping(mapping, mappedTaps(experiment, guide), mappedTaps(experiment));
}

/** Whether a guide has the layers that a mapping names. */
export function canFollow(experiment: Experiment, guide: string, mapping: MappingSpec): boolean {
  if (!isDrawn(mapping) || standsAlone(experiment, guide)) return true;
  const taps = new Set(tapNames(experiment, guide));
  return mapping.every((pair) => taps.has(pair.guide));
}

/**
 * The target layers of the even mapping, each with the layer of a guide that is most like it (`mostSimilarPairs`). A guide
 * whose one layer stands for all has nothing to choose from.
 */
export const pairsBySimilarity = (experiment: Experiment, guide: string, similarities: TapSimilarities): MappingPair[] =>
  standsAlone(experiment, guide)
    ? mappedPairs(experiment, guide, { rule: 'even' }).map(({ guideTap, targetTap }) => ({ guide: guideTap, target: targetTap }))
    : mostSimilarPairs(mappedTaps(experiment, guide), mappedTaps(experiment), similarities);
