/** How soon: the step at which validation first passes a threshold, censored at the budget. */
import { MAX_EXACT_PAIRS, signFlipTest } from './paired.ts';
import { isBeyond } from './split.ts';
import { isScore, mean } from './summary.ts';
import type { Curve, Sooner, VerdictInput, VerdictMetric } from './types.ts';

/**
 * The first recorded step at which a curve has passed a threshold; null where it never has. Evaluations are some steps
 * apart, so this is the step at which it was first *seen* to have passed, for both of a pair alike.
 */
export function firstCrossing({ steps, values }: Curve, threshold: number, metric: Pick<VerdictMetric, 'higherIsBetter'>): number | null {
  for (let i = 0; i < steps.length; i++) {
    const value = values[i];
    if (value !== null && Number.isFinite(value) && isBeyond(value, threshold, metric)) return steps[i];
  }
  return null;
}

/** Fewest pairs for the exact test, whose smallest p is 2¹⁻ⁿ: 0.031 at six. */
const MIN_PAIRS = 6;
/** Fewer than three pairs are not told at all. */
const MIN_TOLD = 3;

/** A step, null where the threshold was never passed, or 'unknown' where the member was not followed to the end. */
export type Crossing = number | null | 'unknown';

/**
 * First crossings of an arm, by seed. All that it took counts, its warm-up with it; what it passes later than the budget
 * of the others is not seen of them, and so counts as not passed.
 */
export function crossingsOf(
  { arms, seeds, metric, step }: Pick<VerdictInput, 'arms' | 'seeds' | 'metric' | 'step'>,
  id: string,
  threshold: number,
): Crossing[] {
  const arm = arms.find((candidate) => candidate.id === id);
  return seeds.map((_, i) => {
    const curve = arm?.curves?.[i];
    if (!curve || !isScore(arm.scores[i])) return 'unknown';
    const first = firstCrossing(curve, threshold, metric);
    const taken = first === null ? null : first + (arm.before ?? 0);
    return taken !== null && taken <= step ? taken : null;
  });
}

/**
 * Compare two arms by their first crossings, paired by seed. A seed that never passes counts as if it had passed at the
 * budget's end: what is compared is the time without it, within the budget, and two that never pass are level. Under "no
 * difference" the two arms of a pair could change places, so the sign-flip test of the differences is exact however they
 * are spread, censored or not.
 * @param budget steps of the run
 */
export function compareCrossings(first: readonly Crossing[], second: readonly Crossing[], budget: number): Omit<Sooner, 'arm' | 'against' | 'threshold'> {
  const pairs = first.flatMap((a, i): [number | null, number | null][] => {
    const b = second[i];
    return a === 'unknown' || b === 'unknown' ? [] : [[a, b]];
  });
  const n = pairs.length;
  const differences = pairs.map(([a, b]) => (a ?? budget) - (b ?? budget));
  const sooner = differences.filter((d) => d < 0).length;
  const later = differences.filter((d) => d > 0).length;
  const p = n >= MIN_PAIRS && n <= MAX_EXACT_PAIRS ? signFlipTest(differences) : null;
  const level = sooner === 0 && later === 0;
  const claim =
    n < MIN_TOLD
      ? 'too few seeds'
      : level
        ? 'no difference'
        : p === null
          ? 'not claimed'
          : p > 0.05
            ? 'no difference'
            : sum(differences) < 0
              ? 'sooner'
              : 'later';
  return {
    n,
    sooner,
    later,
    steps: [mean(pairs.map(([a]) => a ?? budget)), mean(pairs.map(([, b]) => b ?? budget))],
    never: [pairs.filter(([a]) => a === null).length, pairs.filter(([, b]) => b === null).length],
    p,
    claim,
  };
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
