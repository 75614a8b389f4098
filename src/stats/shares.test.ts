import { describe, expect, it } from 'vitest';
import { betaQuantile } from './beta.ts';
import { accuracyError, clopperPearson, wilson } from './shares.ts';

// Reference values of this file: scipy 1.17.1, `stats.beta.ppf` and `stats.binomtest(k, n).proportion_ci`.
describe('beta quantiles', () => {
  it.each([
    [0.975, 1, 3, 0.7075982261787133],
    [0.025, 5, 2, 0.35876542100232517],
    [0.5, 2.5, 0.5, 0.9044741819621789],
    [0.9, 30, 40, 0.504629244871047],
    [0.001, 0.5, 0.5, 2.4673990709169446e-6],
  ])('%d of beta(%d, %d) is %d', (p, a, b, x) => {
    expect(betaQuantile(p, a, b) / x).toBeCloseTo(1, 9);
  });

  it('refuses what has no answer', () => {
    for (const [p, a] of [
      [-0.1, 1],
      [NaN, 1],
      [0.5, 0.1],
    ])
      expect(() => betaQuantile(p, a, 1)).toThrow(RangeError);
  });
});

describe('Clopper–Pearson', () => {
  it.each([
    [0, 3, 0.95, 0, 0.7075982261787133],
    [3, 3, 0.95, 0.2924017738212867, 1],
    [2, 3, 0.95, 0.09429932405071303, 0.9915962413403874],
    [1, 6, 0.95, 0.004210744514489595, 0.6412345789974864],
    [5, 6, 0.95, 0.3587654210025136, 0.9957892554855104],
    [7, 10, 0.95, 0.3475471499399921, 0.9332604888222655],
    [0, 6, 0.95, 0, 0.45925812643990044],
    [4, 8, 0.9, 0.19290294999413107, 0.807097050005869],
  ])('%d of %d at %d: %d to %d', (passed, of, confidence, low, high) => {
    const interval = clopperPearson(passed, of, confidence);
    expect(interval[0]).toBeCloseTo(low, 9);
    expect(interval[1]).toBeCloseTo(high, 9);
  });

  it('0 of n is 1 − (2.5 %)^(1/n), and what it gives away is not shared', () => {
    for (const n of [1, 3, 6, 32]) expect(clopperPearson(0, n)[1]).toBeCloseTo(1 - 0.025 ** (1 / n), 12);
    clopperPearson(0, 3)[1] = 9;
    expect(clopperPearson(0, 3)[1]).toBeLessThan(1);
    for (const [k, n] of [
      [4, 3],
      [-1, 3],
      [0, 0],
      [0.5, 3],
    ])
      expect(() => clopperPearson(k, n)).toThrow(RangeError);
  });
});

describe('Wilson', () => {
  it.each([
    [30, 30, 0.8864866068260312, 1],
    [0, 30, 0, 0.11351339317396875],
    [264, 800, 0.2982967275476028, 0.3633280903623271],
    [9, 12, 0.46769466506643426, 0.9110583316059453],
  ])('%d of %d: %d to %d', (right, of, low, high) => {
    const interval = wilson(right / of, of);
    expect(interval[0]).toBeCloseTo(low, 12);
    expect(interval[1]).toBeCloseTo(high, 12);
  });

  it('its half width is 1.96 standard errors, which a perfect score has, too', () => {
    const [low, high] = wilson(0.3, 50);
    expect(accuracyError(0.3, 50)).toBeCloseTo((high - low) / 2 / 1.959963984540054, 12);
    expect(accuracyError(1, 30)).toBeGreaterThan(0.02);
  });
});
