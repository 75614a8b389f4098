/** How much of a claimed gain an arm has as well that learns from no guide, or from one that makes no sense. */
import { without } from './answer.ts';
import type { Setting } from './claims.ts';
import { MIN_SEEDS_FOR_ALL } from './seeds.ts';
import { studentQuantile } from './student.ts';
import { isScore, mean } from './summary.ts';
import type { Comparison, Matched, VerdictArm } from './types.ts';

/** Mean product of deviations over n, so that it is of the mean: a variance where both are the same. */
function covarianceOfMeans(a: readonly number[], b: readonly number[]): number {
  const [centreA, centreB] = [mean(a), mean(b)];
  return a.reduce((sum, value, i) => sum + (value - centreA) * (b[i] - centreB), 0) / (a.length - 1) / a.length;
}

/**
 * Fieller's interval of a ratio of paired means (J. R. Stat. Soc. B 16, 1954): every share for which the paired t test does
 * not tell part from share × whole.
 * @param part differences by seed, two or more
 * @param whole of the same seeds
 * @returns null where the whole itself is not told from 0: then no share is bounded
 */
export function ratioInterval(part: readonly number[], whole: readonly number[], confidence = 0.95): [low: number, high: number] | null {
  const t2 = studentQuantile(0.5 + confidence / 2, part.length - 1) ** 2;
  const [a, b] = [mean(part), mean(whole)];
  const squared = b * b - t2 * covarianceOfMeans(whole, whole);
  if (!(squared > 0)) return null;
  const mixed = a * b - t2 * covarianceOfMeans(part, whole);
  const constant = a * a - t2 * covarianceOfMeans(part, part);
  // Rounding may leave a sliver below 0 where both ends meet.
  const root = Math.sqrt(Math.max(0, mixed * mixed - squared * constant));
  return [(mixed - root) / squared, (mixed + root) / squared];
}

/**
 * Shares of the gain that the question claims: from six seeds on, where scores at the end are compared, of arms that no heap
 * of seeds splits. The intervals are not corrected: they take from a claim and add none.
 */
export function matchedBy({ input, reference, lead, sooner }: Setting, comparisons: readonly Comparison[]): Matched[] {
  const asked = comparisons.find(({ arm }) => arm === lead?.arm);
  const claimed = input.arms.find(({ id }) => id === lead?.arm);
  if (!asked || !claimed || sooner || input.yes === 'worse' || asked.claim !== 'better' || asked.split) return [];
  return comparisons.flatMap((comparison): Matched[] => {
    const arm = input.arms.find(({ id }) => id === comparison.arm) as VerdictArm;
    const lacks = comparison === asked || comparison.split ? null : without(arm, claimed);
    if (!lacks) return [];
    const scores = [arm, claimed, reference].map((of) => of.scores);
    const seeds = scores[0].flatMap((_, i) => (scores.every((of) => isScore(of[i])) ? [i] : []));
    if (seeds.length < MIN_SEEDS_FOR_ALL) return [];
    const above = (of: VerdictArm) => seeds.map((i) => (of.scores[i] as number) - (reference.scores[i] as number));
    const [part, whole] = [above(arm), above(claimed)];
    const ci = ratioInterval(part, whole);
    return ci ? [{ arm: arm.id, without: lacks, share: mean(part) / mean(whole), ci }] : [];
  });
}
