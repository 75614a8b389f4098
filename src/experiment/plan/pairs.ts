/** The layers that can be read, and the pairs that a mapping makes of them. */
import { describeNetwork, type NetworkDescription, taskShape } from '../networks/describe.ts';
import { type Experiment, isDrawn, type MappingSpec } from '../schema/schema.ts';
import { describeGuide, standsAlone } from './guides.ts';
import { resolveMapping, type WeightedPair } from './mapping.ts';

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
