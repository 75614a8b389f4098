/** Which guide layer guides which target layer (paper section 3 and Algorithm 1; code `layer_supervision`). */
import { mix32 } from '../course/math.ts';
import { isDrawn, type MappingPair, type MappingRule, type MappingSpec } from '../schema/schema.ts';

/** Guide index and target index of a pair. */
type IndexPair = [guide: number, target: number];

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
 * The even mapping as (guide index, target index) pairs, target by target. Where several guide layers fall on one target
 * layer the last ones survive, in their order. One of them is the official code (its scores are keyed by target layer), as
 * many as fall there the "multiple guide layers" of the paper's Table 5.
 * @param perTarget most guide layers of a target layer
 */
export function evenPairs(guideLayers: number, targetLayers: number, perTarget = 1): IndexPair[] {
  const targets = evenTargets(guideLayers, targetLayers);
  // Targets never fall from one guide layer to the next: a pair goes where as many more fall on the same target.
  return targets.map((target, guide): IndexPair => [guide, target]).filter(([guide, target]) => targets[guide + perTarget] !== target);
}

/** Guide layers in an order that depends on the seed: by a hash of (seed, layer), which no two of them share. */
function shuffled(guideLayers: number, seed: number): number[] {
  const key = mix32((seed + 0x9e3779b9) | 0);
  const hashes = Array.from({ length: guideLayers }, (_, guide) => mix32(key ^ guide) >>> 0);
  return [...hashes.keys()].sort((a, b) => hashes[a] - hashes[b]);
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
function indexPairs(mapping: MappingRule, guideLayers: number, targetLayers: number): IndexPair[] {
  const even = evenPairs(guideLayers, targetLayers);
  switch (mapping.rule) {
    case 'even':
      return evenPairs(guideLayers, targetLayers, mapping.perTarget);
    case 'first':
      return even.slice(0, mapping.count);
    case 'last':
      return even.slice(-mapping.count);
    case 'reversed':
      // The same guide layers in reverse order: a control for whether the order of layers matters.
      return even.map(([, target], i): IndexPair => [even[even.length - 1 - i][0], target]);
    case 'none':
      return [];
    case 'random': {
      // No more targets than guide layers are reached: no guide layer is needed twice.
      const order = shuffled(guideLayers, mapping.seed);
      return even.map(([, target], i): IndexPair => [order[i], target]);
    }
  }
}

/** How alike layers of a guide and of the target are. */
export interface TapSimilarities {
  guideTaps: readonly string[];
  targetTaps: readonly string[];
  /** `[targetTaps × guideTaps]`; NaN where it cannot be told. */
  values: Float32Array;
}

/**
 * The target layers of the even mapping, each with the guide layer that it is most similar to (of equal ones the first), as
 * named pairs; one that is similar to none is left out.
 * @param guideTaps, targetTaps those that rules use
 */
export function mostSimilarPairs(guideTaps: readonly string[], targetTaps: readonly string[], similarities: TapSimilarities): MappingPair[] {
  const similarity = (guide: string, target: string): number => {
    const row = similarities.targetTaps.indexOf(target);
    return similarities.values[row * similarities.guideTaps.length + similarities.guideTaps.indexOf(guide)];
  };
  return evenPairs(guideTaps.length, targetTaps.length).flatMap(([, target]) => {
    const targetTap = targetTaps[target];
    const known = guideTaps.filter((guideTap) => !Number.isNaN(similarity(guideTap, targetTap)));
    const [guideTap] = known.sort((a, b) => similarity(b, targetTap) - similarity(a, targetTap));
    return guideTap === undefined ? [] : [{ guide: guideTap, target: targetTap }];
  });
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
