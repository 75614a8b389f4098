/**
 * From the arms' final scores to a sentence that claims no more than they support. One seed: no claim. Two: too few to
 * say. Three or more: the paired difference with a 95 % t interval, which must exclude 0 for "better" or "worse"; from
 * six seeds on an exact sign-flip test stands beside it. Equal scores in every seed read "no difference".
 */
import { MAX_EXACT_PAIRS, pairedDifference, signFlipTest } from './paired.ts';
import { accuracyError, isScore, mean, scoresOf } from './summary.ts';
import { tell } from './telling.ts';
import type { Claim, Comparison, Verdict, VerdictArm, VerdictInput } from './verdictTypes.ts';

export type * from './verdictTypes.ts';

/** Fewest seeds for an interval, and for the exact test (whose smallest p is 2¹⁻ⁿ: 0.031 at six). */
const MIN_SEEDS_FOR_CLAIM = 3;
const MIN_SEEDS_FOR_EXACT_TEST = 6;

/** Mean over the seeds that have a score; NaN when none has. */
export const meanScore = (arm: VerdictArm): number => mean(scoresOf(arm));

function claimOf(n: number, ci: Comparison['ci'], identical: boolean, higherIsBetter: boolean): Claim {
  if (n < 2) return 'no claim';
  if (n < MIN_SEEDS_FOR_CLAIM || ci === null) return 'too few seeds';
  if (identical || (ci[0] <= 0 && ci[1] >= 0)) return 'no difference';
  return ci[0] > 0 === higherIsBetter ? 'better' : 'worse';
}

function compare(arm: VerdictArm, reference: VerdictArm, input: VerdictInput, samplingError: number | null): Comparison {
  const { higherIsBetter } = input.metric;
  const { n, mean: meanDifference, interval, differences } = pairedDifference(arm.scores, reference.scores);
  const improvements = differences.map((difference) => (higherIsBetter ? difference : -difference));
  const identical = n > 0 && differences.every((difference) => difference === 0);
  const ci = n >= MIN_SEEDS_FOR_CLAIM ? interval : null;
  return {
    arm: arm.id,
    n,
    wins: improvements.filter((x) => x > 0).length,
    losses: improvements.filter((x) => x < 0).length,
    meanDifference,
    ci,
    p: n >= MIN_SEEDS_FOR_EXACT_TEST && n <= MAX_EXACT_PAIRS ? signFlipTest(differences) : null,
    claim: input.step === 0 ? 'no claim' : claimOf(n, ci, identical, higherIsBetter),
    identical,
    withinSamplingError: samplingError !== null && Math.abs(meanDifference) < samplingError,
    excluded: input.seeds.filter((_, i) => !isScore(arm.scores[i]) || !isScore(reference.scores[i])),
  };
}

/** Compare every arm with the reference and put the outcome into words. */
export function verdict(input: VerdictInput): Verdict {
  const reference = input.arms.find((arm) => arm.id === input.reference) ?? input.arms.at(0);
  if (!reference) return { headline: [{ text: 'No arms to compare.' }], others: [], detail: '', comparisons: [], reference: '', samplingError: null };
  const level = meanScore(reference);
  const samplingError = input.metric.name === 'accuracy' && Number.isFinite(level) ? accuracyError(level, input.valExamples) : null;
  const comparisons = input.arms.filter((arm) => arm !== reference).map((arm) => compare(arm, reference, input, samplingError));
  return { ...tell(input, reference, comparisons, samplingError), comparisons, reference: reference.id, samplingError };
}
