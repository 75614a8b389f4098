/** Which guide layer guides which target layer (paper section 3 and Algorithm 1; code `layer_supervision`). */
import { isDrawn, type MappingRule, type MappingSpec } from '../schema/schema.ts';

/** One aligned pair of named taps. */
export interface TapPair {
  guideTap: string;
  targetTap: string;
}

/** The same with its share of the term's weight. */
export interface WeightedPair extends TapPair {
  weight: number;
}

/** Python's round: halves go to the even neighbour. `Math.round` would map 21→3 differently. */
export function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  const fraction = x - floor;
  if (fraction !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/**
 * Target index of every guide layer, spread evenly: min(round(i·(t−1)/(l−1)), t−1), step 1 when l = 1.
 * @param guideLayers l, number of guide taps (≥ 1)
 * @param targetLayers t, number of target taps (≥ 1)
 */
export function evenTargets(guideLayers: number, targetLayers: number): number[] {
  const step = guideLayers > 1 ? (targetLayers - 1) / (guideLayers - 1) : 1;
  return Array.from({ length: guideLayers }, (_, i) => Math.min(roundHalfToEven(i * step), targetLayers - 1));
}

/**
 * The even mapping as (guide index, target index) pairs in target order. Where several guide layers fall on one
 * target layer the last survives, as in the official code (its scores are keyed by target layer).
 */
export function evenPairs(guideLayers: number, targetLayers: number): [guide: number, target: number][] {
  const lastGuide = new Map<number, number>();
  evenTargets(guideLayers, targetLayers).forEach((target, guide) => {
    lastGuide.set(target, guide);
  });
  return [...lastGuide].map(([target, guide]): [number, number] => [guide, target]).sort((a, b) => a[1] - b[1]);
}

/** A mapping names a tap that the network does not have. */
export class UnknownTapError extends Error {
  override name = 'UnknownTapError';
  readonly side: 'guide' | 'target';
  readonly tap: string;
  constructor(side: 'guide' | 'target', tap: string, available: readonly string[]) {
    super(`the ${side} has no layer "${tap}"; it has ${available.join(', ') || 'none'}`);
    this.side = side;
    this.tap = tap;
  }
}

/** The pairs of a rule as (guide index, target index) in target order. */
function indexPairs(mapping: MappingRule, guideLayers: number, targetLayers: number): [guide: number, target: number][] {
  const even = evenPairs(guideLayers, targetLayers);
  switch (mapping.rule) {
    case 'even':
      return even;
    case 'first':
      return even.slice(0, mapping.count);
    case 'last':
      return even.slice(-mapping.count);
    case 'reversed':
      // The same guide layers in reverse order: a control for whether the order of layers matters.
      return even.map(([guide], i): [number, number] => [guide, even[even.length - 1 - i][1]]).reverse();
    case 'none':
      return [];
    default:
      throw new Error(`the mapping "${mapping.rule}" is not built`);
  }
}

/**
 * Resolve a mapping to named pairs.
 * @throws {UnknownTapError} when an explicit pair names a tap that does not exist
 */
export function resolveMapping(mapping: MappingSpec, guideTaps: readonly string[], targetTaps: readonly string[]): WeightedPair[] {
  if (isDrawn(mapping)) {
    for (const { guide, target } of mapping) {
      if (!guideTaps.includes(guide)) throw new UnknownTapError('guide', guide, guideTaps);
      if (!targetTaps.includes(target)) throw new UnknownTapError('target', target, targetTaps);
    }
    return mapping.map(({ guide, target, weight = 1 }) => ({ guideTap: guide, targetTap: target, weight }));
  }
  if (guideTaps.length === 0 || targetTaps.length === 0) return [];
  const pairs = indexPairs(mapping, guideTaps.length, targetTaps.length);
  return pairs.map(([guide, target]) => ({ guideTap: guideTaps[guide], targetTap: targetTaps[target], weight: 1 }));
}
