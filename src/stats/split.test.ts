import { describe, expect, it } from 'vitest';
import { sharesOf, thresholdOf } from './split.ts';

const ACCURACY = { name: 'accuracy', higherIsBetter: true, chance: 0.25 };
const PERPLEXITY = { name: 'perplexity', higherIsBetter: false, chance: 48 };
const arm = (id: string, scores: (number | null)[]) => ({ id, name: id, scores, guided: false, aligned: false });

describe('the threshold', () => {
  it('lies half way from chance to the best seed of any arm', () => {
    expect(thresholdOf([arm('a', [0.25, 0.3]), arm('b', [0.95, null])], ACCURACY)).toEqual({ value: expect.closeTo(0.6, 12), best: 0.95 });
  });

  it('lies half way in the loss for a perplexity', () => {
    expect(thresholdOf([arm('a', [3, 20])], PERPLEXITY)).toEqual({ value: expect.closeTo(12, 12), best: 3 });
  });

  it('is not there where nothing is beyond chance', () => {
    expect(thresholdOf([arm('a', [0.25, 0.2])], ACCURACY)).toBeNull();
    expect(thresholdOf([arm('a', [48, 50])], PERPLEXITY)).toBeNull();
    expect(thresholdOf([arm('a', [null])], ACCURACY)).toBeNull();
  });
});

describe('an arm is split', () => {
  const splits = (scores: number[][], valExamples = 800, metric = ACCURACY) => {
    const arms = scores.map((own, i) => arm(String(i), own));
    const threshold = thresholdOf(arms, metric);
    return threshold && sharesOf({ arms, metric, valExamples }, threshold).map(({ passed, of, split }) => [passed, of, split]);
  };

  it('when its seeds lie far apart on both sides of the threshold', () => {
    expect(
      splits([
        [0.25, 0.99, 0.99],
        [0.26, 0.25, 0.27],
      ]),
    ).toEqual([
      [2, 3, true],
      [0, 3, false],
    ]);
    expect(splits([[47, 4, 5]], 800, PERPLEXITY)).toEqual([[2, 3, true]]);
  });

  it('not when the threshold passes through a bunch, nor when all is within one measurement’s error', () => {
    expect(
      splits([
        [0.6, 0.61, 0.64],
        [0.95, 0.95, 0.95],
      ]),
    ).toEqual([
      [3, 3, false],
      [3, 3, false],
    ]);
    expect(
      splits([
        [0.59, 0.61, 0.64],
        [0.95, 0.95, 0.95],
      ]),
    ).toEqual([
      [2, 3, false],
      [3, 3, false],
    ]);
    // Best 0.28 and threshold 0.265: on 100 examples chance itself scatters more than that.
    expect(splits([[0.26, 0.28, 0.25]], 100)).toEqual([[1, 3, false]]);
  });
});
