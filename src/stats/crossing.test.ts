import { describe, expect, it } from 'vitest';
import { compareCrossings, firstCrossing } from './crossing.ts';

const RISING = { higherIsBetter: true };

describe('the first crossing', () => {
  const curve = { steps: [0, 10, 20, 30, 40], values: [0.1, 0.4, 0.7, 0.5, 0.9] };

  it('is the first evaluation at or past the threshold, even if the score falls back', () => {
    expect(firstCrossing(curve, 0.6, RISING)).toBe(20);
    expect(firstCrossing(curve, 0.7, RISING)).toBe(20);
    expect(firstCrossing(curve, 0.05, RISING)).toBe(0);
    expect(firstCrossing(curve, 0.95, RISING)).toBeNull();
  });

  it('goes down where lower is better, and skips what was not finite', () => {
    expect(firstCrossing({ steps: [0, 10, 20, 30], values: [48, Number.NaN, null, 6] }, 10, { higherIsBetter: false })).toBe(30);
    expect(firstCrossing({ steps: new Int32Array([0, 5]), values: new Float32Array([48, 9]) }, 10, { higherIsBetter: false })).toBe(5);
  });
});

describe('two arms by their crossings', () => {
  it('is exact: the smallest p of six pairs is 2/64', () => {
    expect(compareCrossings([10, 20, 10, 30, 10, 20], [40, 50, 40, 90, 20, 100], 100)).toEqual({
      n: 6,
      sooner: 6,
      later: 0,
      steps: [100 / 6, 340 / 6],
      never: [0, 0],
      p: 2 / 64,
      claim: 'sooner',
    });
    expect(compareCrossings([40, 50, 40, 90, 20, 100], [10, 20, 10, 30, 10, 20], 100).claim).toBe('later');
  });

  it('counts those that never pass with the budget: ahead of it on one side, level on both', () => {
    const told = compareCrossings([10, 20, null, 30, 10, 20], [null, 50, null, null, 20, null], 100);
    expect(told).toMatchObject({ n: 6, sooner: 5, later: 0, never: [1, 4], steps: [190 / 6, 470 / 6] });
    // Differences −90, −30, 0, −70, −10, −80: the five that are not 0 must keep their signs, or all change them: 2 · 2 of 64.
    expect(told.p).toBe(4 / 64);
    expect(told.claim).toBe('no difference');
  });

  it('claims nothing below six pairs, leaves out who was not followed, and calls equals equal', () => {
    expect(compareCrossings([1, 2, 3], [4, 5, 6], 10)).toMatchObject({ n: 3, sooner: 3, p: null, claim: 'not claimed' });
    expect(compareCrossings([1, 'unknown', 3], [4, 5, 6], 10)).toMatchObject({ n: 2, claim: 'too few seeds' });
    expect(compareCrossings([1, 2, null], [1, 2, null], 10)).toMatchObject({ sooner: 0, later: 0, claim: 'no difference' });
  });
});
