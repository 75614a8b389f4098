import { describe, expect, it } from 'vitest';
import { evenPairs, evenTargets, mostSimilarPairs, resolveMapping, roundHalfToEven, UnknownTapError } from './mapping.ts';

const names = (count: number, prefix: string) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);
/** Surviving guide index of each target layer. */
const survivors = (guideLayers: number, targetLayers: number) => evenPairs(guideLayers, targetLayers).map(([guide]) => guide);

describe('roundHalfToEven', () => {
  it("is Python's round", () => {
    expect([0.5, 1.5, 2.5, 24.5, 25.5, 0.49, 0.51, 3, 2.4999999].map(roundHalfToEven)).toEqual([0, 2, 2, 24, 26, 0, 1, 3, 2]);
  });
});

describe('even mapping, against the reference implementation', () => {
  // Computed with the official code's `layer_supervision` in Python.
  const DEEP_48 = [0, 2, 5, 7, 9, 12, 14, 16, 19, 21, 24, 26, 28, 31, 33, 35, 38, 40, 42, 45, 47];
  const DEEP_50 = [0, 2, 5, 7, 10, 12, 15, 17, 20, 22, 24, 27, 29, 32, 34, 37, 39, 42, 44, 47, 49];
  const WIDE_3 = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2];
  const COPY_4 = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3];
  const LM_4 = [0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3];
  const LM_6 = [0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5];

  it.each([
    [21, 48, DEEP_48],
    [21, 50, DEEP_50],
    [21, 3, WIDE_3],
    [32, 4, COPY_4],
    [20, 4, LM_4],
    [20, 6, LM_6],
    [1, 5, [0]],
  ])('%d guide layers on %d target layers', (guide, target, expected) => {
    expect(evenTargets(guide, target)).toEqual(expected);
  });

  it.each([
    [21, 3, [5, 14, 20]],
    [32, 4, [5, 15, 25, 31]],
    [20, 4, [3, 9, 15, 19]],
    [20, 6, [1, 5, 9, 13, 17, 19]],
    [10, 3, [2, 6, 9]],
    [10, 8, [0, 1, 3, 4, 5, 7, 8, 9]],
  ])('%d on %d: the last guide layer of each target layer survives', (guide, target, expected) => {
    expect(survivors(guide, target)).toEqual(expected);
  });

  it('54 on 50: all 50 targets are guided, four guide layers drop out', () => {
    const kept = survivors(54, 50);
    expect(kept).toHaveLength(50);
    expect(Array.from({ length: 54 }, (_, i) => i).filter((i) => !kept.includes(i))).toEqual([6, 19, 33, 46]);
  });

  it('always pairs each target at most once, in order, ending at the last of both', () => {
    for (let guide = 1; guide <= 40; guide++) {
      for (let target = 1; target <= 40; target++) {
        const pairs = evenPairs(guide, target);
        expect(pairs.length).toBe(Math.min(guide, target));
        if (guide > 1) expect(pairs.at(-1)).toEqual([guide - 1, target - 1]);
        for (let i = 1; i < pairs.length; i++) {
          expect(pairs[i][0]).toBeGreaterThan(pairs[i - 1][0]);
          expect(pairs[i][1]).toBeGreaterThan(pairs[i - 1][1]);
        }
      }
    }
  });
});

describe('even mapping with several guide layers per target layer', () => {
  // Tables written by hand: [guide, target] of all that fall on each target layer, of which the last ones stay.
  it.each<[guide: number, target: number, perTarget: number, expected: [number, number][]]>([
    [
      10,
      3,
      2,
      [
        [1, 0],
        [2, 0],
        [5, 1],
        [6, 1],
        [8, 2],
        [9, 2],
      ],
    ],
    // All that fall there: 3, 4 and 3.
    [10, 3, 4, [0, 0, 0, 1, 1, 1, 1, 2, 2, 2].map((target, guide) => [guide, target])],
    [10, 3, 512, [0, 0, 0, 1, 1, 1, 1, 2, 2, 2].map((target, guide) => [guide, target])],
    [
      10,
      3,
      3,
      [
        [0, 0],
        [1, 0],
        [2, 0],
        [4, 1],
        [5, 1],
        [6, 1],
        [7, 2],
        [8, 2],
        [9, 2],
      ],
    ],
    // Only one target layer gets two of them; the others have one.
    [
      4,
      3,
      2,
      [
        [0, 0],
        [1, 1],
        [2, 1],
        [3, 2],
      ],
    ],
    // A guide with fewer layers: no target layer gets a second one.
    [
      3,
      5,
      4,
      [
        [0, 0],
        [1, 2],
        [2, 4],
      ],
    ],
  ])('%d on %d, at most %d each', (guide, target, perTarget, expected) => {
    expect(evenPairs(guide, target, perTarget)).toEqual(expected);
  });
});

describe('mostSimilarPairs', () => {
  const similarities = (rows: number[][]) => ({ guideTaps: ['a', 'b', 'c'], targetTaps: ['x', 'y'], values: Float32Array.from(rows.flat()) });

  it('takes the most similar guide layer of every target layer that the even mapping reaches, of equal ones the first', () => {
    const rows = [
      [0.1, 0.9, 0.2],
      [0.5, 0.4, 0.5],
    ];
    expect(mostSimilarPairs(['a', 'b', 'c'], ['x', 'y'], similarities(rows))).toEqual([
      { guide: 'b', target: 'x' },
      { guide: 'a', target: 'y' },
    ]);
    // Layers that rules do not use take no part.
    expect(mostSimilarPairs(['a', 'c'], ['y'], similarities(rows))).toEqual([{ guide: 'a', target: 'y' }]);
  });

  it('leaves out what cannot be told: a layer that is the same for all examples', () => {
    const rows = [
      [Number.NaN, 0.2, 0.1],
      [Number.NaN, Number.NaN, Number.NaN],
    ];
    expect(mostSimilarPairs(['a', 'b', 'c'], ['x', 'y'], similarities(rows))).toEqual([{ guide: 'b', target: 'x' }]);
  });
});

describe('resolveMapping', () => {
  const guide = names(10, 'g');
  const target = names(3, 't');
  const pairs = (mapping: Parameters<typeof resolveMapping>[0]) =>
    resolveMapping(mapping, guide, target).map(({ guideTap, targetTap }) => `${guideTap}>${targetTap}`);

  it('names the pairs of every kind', () => {
    expect(pairs({ rule: 'even' })).toEqual(['g2>t0', 'g6>t1', 'g9>t2']);
    expect(pairs({ rule: 'first', count: 1 })).toEqual(['g2>t0']);
    expect(pairs({ rule: 'last', count: 1 })).toEqual(['g9>t2']);
    expect(pairs({ rule: 'first', count: 2 })).toEqual(['g2>t0', 'g6>t1']);
    expect(pairs({ rule: 'last', count: 9 })).toEqual(pairs({ rule: 'even' }));
    expect(pairs({ rule: 'reversed' })).toEqual(['g9>t0', 'g6>t1', 'g2>t2']);
    expect(pairs({ rule: 'none' })).toEqual([]);
    expect(pairs({ rule: 'even', perTarget: 2 })).toEqual(['g1>t0', 'g2>t0', 'g5>t1', 'g6>t1', 'g8>t2', 'g9>t2']);
  });

  it('random: the target layers of the even mapping, each with another guide layer; the same for ever', () => {
    // Links carry the seed alone: other pairs would be another experiment. Computed in Python from what the method says.
    expect(pairs({ rule: 'random', seed: 0 })).toEqual(['g4>t0', 'g2>t1', 'g7>t2']);
    expect(pairs({ rule: 'random', seed: 1 })).toEqual(['g7>t0', 'g5>t1', 'g9>t2']);
    const drawn = new Map<string, number>();
    for (let seed = 0; seed < 3000; seed++) {
      const own = pairs({ rule: 'random', seed });
      const [guides, targets] = [0, 1].map((end) => own.map((pair) => pair.split('>')[end]));
      expect(targets).toEqual(target);
      expect(new Set(guides).size).toBe(3);
      for (const pair of own) drawn.set(pair, (drawn.get(pair) ?? 0) + 1);
    }
    // Every layer meets every layer, about as often.
    expect(drawn.size).toBe(30);
    for (const count of drawn.values()) expect(Math.abs(count - 300)).toBeLessThan(75);
  });

  it('takes explicit pairs as they are, also one guide layer for several', () => {
    expect(
      pairs([
        { guide: 'g9', target: 't2' },
        { guide: 'g9', target: 't0' },
      ]),
    ).toEqual(['g9>t2', 'g9>t0']);
    expect(pairs([])).toEqual([]);
  });

  it('says which tap does not exist and which do', () => {
    expect(() => pairs([{ guide: 'g9', target: 'nowhere' }])).toThrow(UnknownTapError);
    expect(() => pairs([{ guide: 'g9', target: 'nowhere' }])).toThrow('the target has no layer "nowhere"; it has t0, t1, t2');
    expect(() => pairs([{ guide: 'nowhere', target: 't0' }])).toThrow('the guide has no layer "nowhere"');
  });
});
