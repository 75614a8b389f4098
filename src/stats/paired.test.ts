import { describe, expect, it } from 'vitest';
import { meanInterval, pairedDifference, pairedTTest, signFlipTest } from './paired.ts';

describe('the paired t test', () => {
  // scipy 1.17.1, `stats.ttest_1samp`.
  it.each([
    [[1, 2, 4], 0.11808289631180308],
    [[0.1, -0.2, 0.3, 0.25, 0.4], 0.1787911817058432],
    [[0.02, 0.03, -0.01, 0.05, 0.04, 0.03], 0.025031015818452945],
  ])('%j: p = %d', (differences, p) => {
    expect(pairedTTest(differences)).toBeCloseTo(p, 10);
  });

  it('is certain of differences that are equal', () => {
    expect(pairedTTest([0, 0, 0])).toBe(1);
    expect(pairedTTest([0.5, 0.5, 0.5])).toBe(0);
  });
});

describe('the exact test', () => {
  // scipy 1.17.1, `stats.permutation_test` over all sign patterns.
  it.each([
    [[0.53, 0.27, 1.04, 0.5, -0.14, 0.76], 0.0625],
    [[1.7, 1.35, -0.3, -0.87, -0.22, 0.44, -1.93, 0.18], 0.9296875],
    [[-0.85, -0.33, -0.14, 0.08, 0.81, 1.44, 0.27, 1.77, -0.27, 0.75, 1.3], 0.1181640625],
  ])('%j: p = %d', (differences, p) => {
    expect(signFlipTest(differences)).toBe(p);
  });
});

describe('an interval inside what scores can be', () => {
  const range = [0, 1] as const;

  it('ends where a perfect score in every seed would', () => {
    const steady = [0.4, 0.4, 0.4];
    const told = pairedDifference([0.99, 0.25, 0.99], steady, { range });
    expect(told.interval?.[1]).toBeCloseTo(0.6, 12);
    expect(told.interval?.[0]).toBeCloseTo(-0.4, 12);
    expect(told.clipped).toBe(true);
    expect(pairedDifference([0.99, 0.25, 0.99], steady).interval?.[1]).toBeGreaterThan(0.6);
  });

  it('keeps its width where the arm is perfect and the other scatters', () => {
    const perfect = [1, 1, 1];
    const other = [0.6, 0.7, 0.65];
    const plain = meanInterval(other.map((score) => 1 - score));
    const told = pairedDifference(perfect, other, { range });
    expect(told.interval?.[0]).toBeCloseTo(plain[0], 12);
    expect(told.interval?.[1]).toBeCloseTo(plain[1], 12);
  });

  it('mirrors when the sides change places, never moves an end over 0, and holds the mean', () => {
    const one = [0.97, 0.4, 0.99, 0.9];
    const two = [0.2, 0.9, 0.01, 0.5];
    const [there, back] = [pairedDifference(one, two, { range }), pairedDifference(two, one, { range })];
    expect(there.interval?.[0]).toBeCloseTo(-(back.interval?.[1] ?? Number.NaN), 12);
    expect(there.interval?.[1]).toBeCloseTo(-(back.interval?.[0] ?? Number.NaN), 12);
    const [low, high] = there.interval as [number, number];
    expect(low).toBeGreaterThanOrEqual(-1);
    expect(high).toBeLessThanOrEqual(1);
    expect(low).toBeLessThan(there.mean);
    expect(high).toBeGreaterThan(there.mean);
    expect(low < 0 && high > 0).toBe(true);
  });

  it('knows one end alone: a perplexity is 1 or more', () => {
    const told = pairedDifference([1.2, 40, 1.3], [30, 30, 30], { range: [1, Number.POSITIVE_INFINITY] });
    expect(told.interval?.[0]).toBeCloseTo(-29, 12);
    expect(told.interval?.[1]).toBeGreaterThan(30);
  });

  it('has a coverage of its own', () => {
    const at90 = pairedDifference([3, 5, 9], [1, 1, 1], { confidence: 0.9 }).interval as [number, number];
    // t(0.95; 2) = 2.91998558 from tables.
    expect(at90[1] - at90[0]).toBeCloseTo((2 * 2.91998558 * Math.sqrt(28 / 3)) / Math.sqrt(3), 6);
  });

  it('takes no bound from scores outside the range', () => {
    expect(pairedDifference([1.1, 1.2, 1.15], [0.5, 0.5, 0.5], { range })).toEqual(pairedDifference([1.1, 1.2, 1.15], [0.5, 0.5, 0.5]));
  });
});
