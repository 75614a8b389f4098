/**
 * Which answer a verdict gives to the question, and which arms do as well as the one that is claimed to be better. "Yes" is
 * a claim, "no" as well: it is given where the opposite may be claimed, or that there is no difference, which both need six
 * seeds. What a rule keeps back for want of seeds is too early to say; what an interval or the exact test does not tell from
 * chance is noise.
 */
import type { Yes } from '../experiment/question.ts';
import type { Setting } from './claims.ts';
import { compareCrossings, crossingsOf } from './crossing.ts';
import { MIN_SEEDS_FOR_ALL, MIN_SEEDS_FOR_CLAIM } from './seeds.ts';
import { pairedDifference } from './paired.ts';
import { mean, scoresOf } from './summary.ts';
import type { Answer, Comparison, Rival, Sooner, VerdictArm } from './types.ts';

/** What was seen of the lead, by score or by how soon. */
type Outcome = 'better' | 'worse' | 'same' | 'noise' | 'early';

function outcomeOf(asked: Comparison): Outcome {
  const { claim, withheld, identical, n } = asked;
  if (claim === 'better' || claim === 'worse') return claim;
  if (claim === 'equivalent' || (identical && n >= MIN_SEEDS_FOR_ALL)) return 'same';
  if (claim === 'no difference' || withheld === 'exact') return 'noise';
  return 'early';
}

const SOONER: Readonly<Record<Sooner['claim'], Outcome>> = {
  sooner: 'better',
  later: 'worse',
  'no difference': 'noise',
  'not claimed': 'early',
  'too few seeds': 'early',
};

/** Two that are level are the same; while steps remain in which seeds can still pass, that is too early to say. */
function soonerOutcome({ claim, sooner, later, n, never }: Sooner, finished: boolean): Outcome {
  if (sooner + later > 0 || n < MIN_SEEDS_FOR_ALL) return SOONER[claim];
  return finished || never[0] + never[1] === 0 ? 'same' : 'early';
}

const ANSWERS: Readonly<Record<'better' | 'worse', Readonly<Record<Outcome, Answer>>>> = {
  better: { better: 'yes', worse: 'no', same: 'no', noise: 'noise', early: 'early' },
  worse: { better: 'no', worse: 'yes', same: 'no', noise: 'noise', early: 'early' },
};

/** Where the gain must be the guide's, a control that does as well denies it: one that is ahead of it on six seeds, or noise does. */
function withControls(answer: Answer, n: number, yes: Yes | undefined, rivals: readonly Rival[]): Answer {
  const controls = rivals.filter(({ without }) => without === 'sense');
  if (answer !== 'yes' || yes !== 'needs the guide' || controls.length === 0) return answer;
  return n >= MIN_SEEDS_FOR_ALL && controls.some(({ ahead }) => ahead) ? 'no' : 'noise';
}

/** The answer to what was asked; null where nothing is compared, or nothing has been measured. */
export function answerOf({ input, lead, sooner }: Setting, comparisons: readonly Comparison[], rivals: readonly Rival[]): Answer | null {
  const asked = comparisons.find(({ arm }) => arm === lead?.arm);
  if (!asked || input.step === 0 || !input.arms.some((arm) => scoresOf(arm).length > 0)) return null;
  const outcome = sooner && sooner.n >= MIN_SEEDS_FOR_CLAIM ? soonerOutcome(sooner, input.finished) : outcomeOf(asked);
  return withControls(ANSWERS[input.yes === 'worse' ? 'worse' : 'better'][outcome], asked.n, input.yes, rivals);
}

/** What an arm goes without that the claimed one has; null where it is no rival. */
export function without(arm: VerdictArm, claimed: VerdictArm): Rival['without'] | null {
  if (!claimed.guided) return null;
  if (!arm.guided) return 'guide';
  return arm.control && !claimed.control ? 'sense' : null;
}

/** By score: it gained, too, and is not behind the claimed arm beyond noise. Of heaps the seeds that learnt are counted. */
function byScore({ input, shares }: Setting, claimed: VerdictArm, comparison: Comparison, arm: VerdictArm): Omit<Rival, 'without'> | null {
  const gained = comparison.claim === 'better' || (comparison.claim === 'not claimed' && comparison.withheld === 'seeds' && comparison.wins === comparison.n);
  if (!gained) return null;
  const passed = (id: string) => shares.find((share) => share.arm === id)?.passed ?? 0;
  const { n, mean: difference, interval } = pairedDifference(arm.scores, claimed.scores);
  if (interval === null || n < MIN_SEEDS_FOR_CLAIM) return null;
  const [worst, best] = input.metric.higherIsBetter ? interval : [-interval[1], -interval[0]];
  if (best < 0 || (comparison.split && passed(arm.id) < passed(claimed.id))) return null;
  return { arm: arm.id, ahead: worst > 0, difference: { mean: difference, ci: interval } };
}

/** By how soon: it crosses sooner than the reference, too, and no later than the claimed arm, or not told from it. */
function byCrossing({ input, reference, sooner }: Setting & { sooner: Sooner }, claimed: VerdictArm, arm: VerdictArm): Omit<Rival, 'without'> | null {
  const of = (id: string) => crossingsOf(input, id, sooner.threshold);
  const gained = compareCrossings(of(arm.id), of(reference.id), input.step);
  const beside = compareCrossings(of(arm.id), of(claimed.id), input.step);
  if (gained.claim !== 'sooner' || beside.claim === 'later' || beside.n < MIN_SEEDS_FOR_ALL) return null;
  return { arm: arm.id, ahead: beside.claim === 'sooner', steps: beside.steps[0] };
}

/** The lower the better: the step at which it crosses, or its mean score. */
function place({ arm, steps }: Rival, { arms, metric }: Setting['input']): number {
  const score = mean(scoresOf(arms.find(({ id }) => id === arm) as VerdictArm));
  return steps ?? (metric.higherIsBetter ? -score : score);
}

/** Arms that do as well as the one that is claimed to be better, without a guide or with one that makes no sense. */
export function rivalsOf(setting: Setting, comparisons: readonly Comparison[]): Rival[] {
  const { input, lead, sooner } = setting;
  const asked = comparisons.find(({ arm }) => arm === lead?.arm);
  const claimed = input.arms.find(({ id }) => id === lead?.arm);
  if (!asked || !claimed || input.yes === 'worse' || (sooner ? sooner.claim !== 'sooner' : asked.claim !== 'better')) return [];
  return comparisons
    .filter((comparison) => comparison !== asked)
    .flatMap((comparison): Rival[] => {
      const arm = input.arms.find(({ id }) => id === comparison.arm) as VerdictArm;
      const lacks = without(arm, claimed);
      const found = lacks && (sooner ? byCrossing({ ...setting, sooner }, claimed, arm) : byScore(setting, claimed, comparison, arm));
      return found ? [{ ...found, without: lacks }] : [];
    })
    .sort((a, b) => place(a, input) - place(b, input));
}
