/** Two conditions measured on the same seeds: only the differences within a seed count. */
import { mean, standardError } from './summary.ts';
import { studentQuantile } from './student.ts';

export interface PairedDifference {
  /** Seeds on which both conditions have a score. */
  n: number;
  /** Mean of (first − second), in the score's unit; NaN when n = 0. */
  mean: number;
  /** t interval of the mean difference; null below two pairs. */
  interval: [low: number, high: number] | null;
  /** The differences themselves, in the order of the seeds. */
  differences: number[];
}

/** Differences of the pairs in which both scores are finite; a null or NaN on either side leaves its pair out. */
export function differencesOf(first: readonly (number | null)[], second: readonly (number | null)[]): number[] {
  const differences: number[] = [];
  first.forEach((a, i) => {
    const b = second[i];
    if (a !== null && b !== null && Number.isFinite(a) && Number.isFinite(b)) differences.push(a - b);
  });
  return differences;
}

/**
 * Mean paired difference with its t interval.
 * @param confidence coverage of the interval, 0.95 unless told
 */
export function pairedDifference(first: readonly (number | null)[], second: readonly (number | null)[], confidence = 0.95): PairedDifference {
  const differences = differencesOf(first, second);
  const n = differences.length;
  const centre = mean(differences);
  if (n < 2) return { n, mean: centre, interval: null, differences };
  const half = studentQuantile(0.5 + confidence / 2, n - 1) * standardError(differences);
  return { n, mean: centre, interval: [centre - half, centre + half], differences };
}

/** Largest number of pairs whose 2ⁿ sign patterns are all visited (about 10 ms). */
export const MAX_EXACT_PAIRS = 20;

/**
 * Exact two-sided sign-flip (permutation) test. Under "no difference" each difference could as well have the other
 * sign; p is the share of all 2ⁿ sign patterns whose mean is at least as far from 0 as the observed one.
 * @param differences 1 to 20 of them
 */
export function signFlipTest(differences: readonly number[]): number {
  const n = differences.length;
  if (n < 1 || n > MAX_EXACT_PAIRS) throw new RangeError(`the exact test takes 1 to ${MAX_EXACT_PAIRS} differences, not ${n}`);
  const signs = new Int8Array(n).fill(1);
  let sum = differences.reduce((a, b) => a + b, 0);
  // Sums of the same numbers in another order differ in their last bits and must still count as equal.
  const tolerance = 1e-12 * differences.reduce((a, b) => a + Math.abs(b), 0);
  const observed = Math.abs(sum) - tolerance;
  let asFar = 0;
  // A Gray code changes one sign at a time. Both signs of the last difference give mirror images: half the patterns do.
  const patterns = 2 ** (n - 1);
  for (let pattern = 1; ; pattern++) {
    if (Math.abs(sum) >= observed) asFar++;
    if (pattern === patterns) return asFar / patterns;
    const flipped = 31 - Math.clz32(pattern & -pattern);
    sum -= 2 * signs[flipped] * differences[flipped];
    signs[flipped] *= -1;
  }
}
