/**
 * Which differences may be claimed. One seed: none. Two: too few to say. From three on the paired difference has a 95 %
 * t interval, and what the experiment asks (the lead) is claimed when it excludes 0. Everything else waits for six seeds:
 * that an arm is worse, and any further comparison, which is then tested by Holm's correction and only if the lead holds.
 * From six seeds on a claim also needs the exact sign-flip test, uncorrected. docs/method.md has what comes of these rules
 * in simulation.
 */
import { holm } from './holm.ts';
import { MIN_SEEDS_FOR_ALL, MIN_SEEDS_FOR_CLAIM } from './seeds.ts';
import { MAX_EXACT_PAIRS, pairedDifference, pairedTTest, signFlipTest } from './paired.ts';
import { scaleOf } from './scale.ts';
import { isScore, mean, scoresOf } from './summary.ts';
import type { Claim, Comparison, Lead, Sampling, Share, Sooner, VerdictArm, VerdictInput, Withheld } from './types.ts';

const LEVEL = 0.05;

export interface Setting {
  input: VerdictInput;
  /** The arm that all others are compared with. */
  reference: VerdictArm;
  /** Null where there is nothing to compare. */
  lead: Lead | null;
  /** The lead's outcome, where it is asked what is sooner: then it is this that must hold. */
  sooner: Sooner | null;
  shares: readonly Share[];
  sampling: Sampling | null;
}

/** One comparison before anything is claimed of it, with what the claim rests on. */
interface Measured {
  comparison: Comparison;
  differences: number[];
  at(confidence: number): Pick<Comparison, 'ci' | 'clipped' | 'confidence'>;
}

function measure(arm: VerdictArm, { input, reference, shares, sampling }: Setting): Measured {
  const { metric, seeds } = input;
  const { range } = scaleOf(metric);
  const usual = pairedDifference(arm.scores, reference.scores, { confidence: 1 - LEVEL, range });
  const { n, mean: meanDifference, sd, differences } = usual;
  const improvements = differences.map((difference) => (metric.higherIsBetter ? difference : -difference));
  const at = (confidence: number) => {
    const { interval, clipped } = confidence === 1 - LEVEL ? usual : pairedDifference(arm.scores, reference.scores, { confidence, range });
    return { ci: n >= MIN_SEEDS_FOR_CLAIM ? interval : null, clipped, confidence };
  };
  const split = shares.some((share) => share.split && (share.arm === arm.id || share.arm === reference.id));
  return {
    differences,
    at,
    comparison: {
      arm: arm.id,
      n,
      wins: improvements.filter((x) => x > 0).length,
      losses: improvements.filter((x) => x < 0).length,
      meanDifference,
      sd,
      ...at(1 - LEVEL),
      p: n >= MIN_SEEDS_FOR_ALL && n <= MAX_EXACT_PAIRS ? signFlipTest(differences) : null,
      claim: 'no claim',
      withheld: null,
      identical: n > 0 && differences.every((difference) => difference === 0),
      split,
      withinSamplingError: sampling !== null && Math.abs(meanDifference) < sampling.error,
      excluded: seeds.filter((_, i) => !isScore(arm.scores[i]) || !isScore(reference.scores[i])),
    },
  };
}

/**
 * What the interval of a comparison supports, unless a rule keeps it back.
 * @param rank whether it is the lead, one that is tested after it, or one that is not tested
 */
function claimOf(comparison: Comparison, rank: 'lead' | 'tested' | 'untested', { input, reference }: Setting): [Claim, Withheld | null] {
  const { n, ci, identical, split, p } = comparison;
  const { metric } = input;
  const few = n < MIN_SEEDS_FOR_ALL;
  if (n < 2) return ['no claim', null];
  if (ci === null) return ['too few seeds', null];
  if (identical) return ['no difference', null];
  if (split && few) return ['not claimed', 'split'];
  if (ci[0] <= 0 && ci[1] >= 0) {
    const margin = scaleOf(metric).margin(mean(scoresOf(reference)));
    const inside = !few && !split && rank !== 'untested' && Math.max(-ci[0], ci[1]) < margin;
    return [inside ? 'equivalent' : 'no difference', null];
  }
  const better = ci[0] > 0 === metric.higherIsBetter;
  if (few && !(rank === 'lead' && better)) return ['not claimed', 'seeds'];
  if (rank === 'untested') return ['not claimed', 'lead'];
  if (p !== null && p > LEVEL) return ['not claimed', 'exact'];
  return [better ? 'better' : 'worse', null];
}

const isClaimed = (claim: Claim | Sooner['claim']): boolean => ['better', 'worse', 'sooner', 'later'].includes(claim);

/** Compare every arm with the reference, in the order of the arms. */
export function comparisonsOf(setting: Setting): Comparison[] {
  const { input, reference, lead, sooner } = setting;
  const measured = input.arms.filter((arm) => arm !== reference).map((arm) => measure(arm, setting));
  if (input.step === 0) return measured.map(({ comparison }) => comparison);
  const judge = (one: Measured, rank: 'lead' | 'tested' | 'untested', confidence = 1 - LEVEL): Comparison => {
    const comparison = { ...one.comparison, ...one.at(confidence) };
    const [claim, withheld] = claimOf(comparison, rank, setting);
    return { ...comparison, claim, withheld };
  };
  // Asked what is sooner, the scores of the same two arms are a comparison like the others.
  const leading = sooner ? undefined : measured.find(({ comparison }) => comparison.arm === lead?.arm);
  const first = leading && judge(leading, 'lead');
  const holds = isClaimed(sooner?.claim ?? first?.claim ?? 'no claim');
  const tested = measured.filter((one) => one !== leading && holds && one.comparison.n >= MIN_SEEDS_FOR_ALL);
  // One that the exact test does not confirm comes last.
  const corrected = holm(
    tested.map(({ comparison, differences }) => (comparison.p !== null && comparison.p > LEVEL ? 1 : pairedTTest(differences))),
    LEVEL,
  );
  return measured.map((one) => {
    if (one === leading && first) return first;
    const place = tested.indexOf(one);
    return place < 0 ? judge(one, 'untested') : judge(one, 'tested', 1 - corrected[place].level);
  });
}
