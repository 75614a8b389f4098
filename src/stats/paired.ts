/** Two conditions measured on the same seeds: only the differences within a seed count. */
import { isScore, mean, sampleSd, standardError } from './summary.ts';
import { studentQuantile, twoSidedP } from './student.ts';

export interface PairedDifference {
  /** Seeds on which both conditions have a score. */
  n: number;
  /** Mean of (first − second), in the score's unit; NaN when n = 0. */
  mean: number;
  /** Sample standard deviation of the differences; NaN below two pairs. */
  sd: number;
  /** t interval of the mean difference, inside what is possible; null below two pairs. */
  interval: [low: number, high: number] | null;
  /** The plain t interval reached beyond what is possible. */
  clipped: boolean;
  /** The differences themselves, in the order of the seeds. */
  differences: number[];
}

type Scores = readonly (number | null)[];

/** The pairs in which both scores are finite; a null or NaN on either side leaves its pair out. */
function pairsOf(first: Scores, second: Scores): [first: number[], second: number[]] {
  const both = (_: unknown, i: number) => isScore(first[i]) && isScore(second[i]);
  return [first.filter(both).filter(isScore), second.filter(both).filter(isScore)];
}

/** Differences (first − second) of the pairs in which both scores are finite. */
export function differencesOf(first: Scores, second: Scores): number[] {
  const [a, b] = pairsOf(first, second);
  return a.map((value, i) => value - b[i]);
}

/** t interval of a mean, of two values or more. */
export function meanInterval(values: readonly number[], confidence = 0.95): [low: number, high: number] {
  const centre = mean(values);
  const half = studentQuantile(0.5 + confidence / 2, values.length - 1) * standardError(values);
  return [centre - half, centre + half];
}

export interface IntervalOptions {
  /** Coverage, 0.95 unless told. */
  confidence?: number;
  /** Lowest and highest score that there can be; without them the interval is the plain one. */
  range?: readonly [low: number, high: number];
}

/**
 * Mean paired difference with its t interval. Where scores are bounded, so is the interval: it ends where the one would end
 * that the first condition would have with a perfect (or the worst) score on every seed, and likewise the second. Such a
 * bound is a confidence limit of its own, so it takes no coverage where the first condition *is* perfect and the second
 * scatters, as a bound at "1 − the second's mean" would; and it never moves an end over 0.
 */
export function pairedDifference(first: Scores, second: Scores, { confidence = 0.95, range }: IntervalOptions = {}): PairedDifference {
  const [a, b] = pairsOf(first, second);
  const differences = a.map((value, i) => value - b[i]);
  const n = differences.length;
  const summary = { n, mean: mean(differences), sd: sampleSd(differences), differences };
  if (n < 2) return { ...summary, interval: null, clipped: false };
  const plain = meanInterval(differences, confidence);
  // Of scores that cannot be, no bound follows.
  const impossible = (score: number) => range !== undefined && (score < range[0] || score > range[1]);
  if (!range || a.some(impossible) || b.some(impossible)) return { ...summary, interval: plain, clipped: false };
  const [lowest, highest] = range;
  const [lowA, highA] = meanInterval(a, confidence);
  const [lowB, highB] = meanInterval(b, confidence);
  const low = Math.max(plain[0], lowest - highB, lowA - highest, lowest - highest);
  const high = Math.min(plain[1], highest - lowB, highA - lowest, highest - lowest);
  return { ...summary, interval: [low, high], clipped: low > plain[0] || high < plain[1] };
}

/** Two-sided p of the paired t test; 1 where all differences are 0, 0 where they are equal and not 0. Two or more. */
export function pairedTTest(differences: readonly number[]): number {
  const centre = mean(differences);
  if (centre === 0) return 1;
  const error = standardError(differences);
  return error === 0 ? 0 : twoSidedP(centre / error, differences.length - 1);
}

/** Largest number of pairs whose 2ⁿ sign patterns are all counted: as many seeds as an experiment can have. */
export const MAX_EXACT_PAIRS = 32;

/** Every sum of the values with either sign, 2ⁿ of them. */
function signedSums(values: readonly number[]): Float64Array {
  let sums = new Float64Array(1);
  for (const value of values) {
    const next = new Float64Array(2 * sums.length);
    for (let i = 0; i < sums.length; i++) {
      next[i] = sums[i] + value;
      next[sums.length + i] = sums[i] - value;
    }
    sums = next;
  }
  return sums;
}

/** How many values of a sorted list are below a limit. */
function countBelow(sorted: Float64Array, limit: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Exact two-sided sign-flip (permutation) test. Under "no difference" each difference could as well have the other
 * sign; p is the share of all 2ⁿ sign patterns whose mean is at least as far from 0 as the observed one. The patterns of
 * either half of the seeds are put together by bisection, which makes 32 of them a matter of milliseconds.
 * @param differences 1 to 32 of them
 */
export function signFlipTest(differences: readonly number[]): number {
  const n = differences.length;
  if (n < 1 || n > MAX_EXACT_PAIRS) throw new RangeError(`the exact test takes 1 to ${MAX_EXACT_PAIRS} differences, not ${n}`);
  // Sums of the same numbers in another order differ in their last bits and must still count as equal.
  const tolerance = 1e-12 * differences.reduce((a, b) => a + Math.abs(b), 0);
  const observed = Math.abs(differences.reduce((a, b) => a + b, 0)) - tolerance;
  if (observed <= 0) return 1;
  // Both signs of the first difference give mirror images: half the patterns do.
  const half = Math.ceil(n / 2);
  const near = signedSums(differences.slice(1, half)).map((sum) => sum + differences[0]);
  const far = signedSums(differences.slice(half)).sort();
  let asFar = 0;
  for (const sum of near) asFar += far.length - countBelow(far, observed - sum) + countBelow(far, -observed - sum);
  return asFar / (near.length * far.length);
}
