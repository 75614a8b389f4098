import { describe, expect, it } from 'vitest';
import { stream } from '../lab/random/stream.ts';
import { accuracyError } from './shares.ts';
import { differencesOf, mean, pairedDifference, sampleSd, signFlipTest, standardError, studentCdf, studentQuantile } from './index.ts';

describe('summaries', () => {
  it('mean, sample sd and standard error', () => {
    expect(mean([1, 2, 3, 6])).toBe(3);
    expect(sampleSd([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(2.13809, 5);
    expect(standardError([1, 2, 3])).toBeCloseTo(1 / Math.sqrt(3), 12);
    expect(mean([])).toBeNaN();
    expect(sampleSd([5])).toBeNaN();
  });

  it('sampling error of an accuracy: ±1.7 points at 33 % on 800 examples', () => {
    expect(accuracyError(0.332, 800)).toBeCloseTo(0.0166, 4);
  });
});

describe('Student t', () => {
  it.each([
    // p, degrees of freedom, quantile (standard tables)
    [0.975, 1, 12.706204736],
    [0.975, 2, 4.30265273],
    [0.975, 3, 3.182446305],
    [0.975, 4, 2.776445105],
    [0.975, 5, 2.570581836],
    [0.975, 9, 2.262157163],
    [0.975, 10, 2.228138852],
    [0.975, 19, 2.093024054],
    [0.975, 30, 2.042272456],
    [0.975, 100, 1.983971519],
    [0.95, 2, 2.91998558],
    [0.9, 7, 1.414923928],
    [0.995, 2, 9.924843201],
    [0.9995, 1, 636.6192488],
    [0.75, 5, 0.726686844],
    [0.975, 1e6, 1.959966357],
  ])('quantile %d at %d degrees is %d', (p, degrees, t) => {
    expect(studentQuantile(p, degrees) / t).toBeCloseTo(1, 8);
    expect(studentQuantile(1 - p, degrees) / -t).toBeCloseTo(1, 7);
    expect(studentCdf(studentQuantile(p, degrees), degrees)).toBeCloseTo(p, 11);
  });

  it('is exact where a closed form exists', () => {
    for (const p of [0.6, 0.9, 0.999]) {
      expect(studentQuantile(p, 1)).toBeCloseTo(Math.tan(Math.PI * (p - 0.5)), 9);
      expect(studentQuantile(p, 2)).toBeCloseTo((2 * p - 1) * Math.sqrt(2 / (4 * p * (1 - p))), 9);
    }
    expect(studentQuantile(0.5, 3)).toBe(0);
    expect(studentCdf(0, 3)).toBeCloseTo(0.5, 14);
  });

  it('refuses what has no answer', () => {
    for (const [p, degrees] of [
      [0, 2],
      [1, 2],
      [NaN, 2],
      [0.9, 0],
      [0.9, NaN],
    ])
      expect(() => studentQuantile(p, degrees)).toThrow(RangeError);
  });
});

describe('paired differences', () => {
  it('leaves out pairs without both scores', () => {
    expect(differencesOf([3, null, 5, NaN], [1, 1, null, 1])).toEqual([2]);
  });

  it('gives the textbook interval', () => {
    const { n, mean: centre, interval } = pairedDifference([12, 15, 11], [10, 11, 9]);
    expect(n).toBe(3);
    expect(centre).toBeCloseTo(8 / 3, 12);
    const half = 4.30265273 * (sampleSd([2, 4, 2]) / Math.sqrt(3));
    expect(interval?.[0]).toBeCloseTo(8 / 3 - half, 7);
    expect(interval?.[1]).toBeCloseTo(8 / 3 + half, 7);
  });

  it('has no interval below two pairs and no mean without any', () => {
    expect(pairedDifference([1], [0])).toMatchObject({ n: 1, mean: 1, interval: null });
    expect(pairedDifference([], [])).toMatchObject({ n: 0, mean: NaN, interval: null });
  });

  it('covers the truth 95 times in 100', () => {
    const random = stream(1, 'coverage');
    let covered = 0;
    for (let i = 0; i < 4000; i++) {
      const [low, high] = pairedDifference([...random.normals(5)], [...random.normals(5)]).interval as [number, number];
      if (low <= 0 && high >= 0) covered++;
    }
    expect(Math.abs(covered / 4000 - 0.95)).toBeLessThan(0.012);
  });
});

describe('exact tests', () => {
  /** All sign patterns, the slow way. */
  function bruteForce(differences: number[]): number {
    const observed = Math.abs(differences.reduce((a, b) => a + b, 0));
    let asFar = 0;
    for (let pattern = 0; pattern < 2 ** differences.length; pattern++) {
      const sum = differences.reduce((a, d, i) => a + (pattern & (1 << i) ? -d : d), 0);
      if (Math.abs(sum) >= observed - 1e-9) asFar++;
    }
    return asFar / 2 ** differences.length;
  }

  it('sign flips: agrees with visiting every pattern', () => {
    for (let seed = 0; seed < 30; seed++) {
      const random = stream(seed, 'flips');
      const differences = Array.from({ length: 1 + (seed % 12) }, () => random.normal() + 0.5);
      expect(signFlipTest(differences)).toBeCloseTo(bruteForce(differences), 12);
    }
  });

  it('sign flips: smallest p is 2/2ⁿ; ties and zeros count as far', () => {
    expect(signFlipTest([1, 2, 3, 4, 5, 6])).toBe(2 / 64);
    expect(signFlipTest([0.1, 0.2, 0.3])).toBe(0.25);
    expect(signFlipTest([0, 0, 0])).toBe(1);
    expect(signFlipTest([1, -1])).toBe(1);
    expect(signFlipTest(Array.from({ length: 20 }, () => 0.1))).toBe(2 ** -19);
    expect(signFlipTest(Array.from({ length: 32 }, () => 0.1))).toBe(2 ** -31);
    for (const n of [0, 33]) expect(() => signFlipTest(new Array(n).fill(1))).toThrow(RangeError);
  });
});
