/** The words of a verdict. What may be said is decided in `claims.ts`; this only says it. */
import type { Setting } from './claims.ts';
import { detail } from './detail.ts';
import { soonerSentence } from './soonerWords.ts';
import { armOf, inSentence, intervalWords, ofAll, type Story, seedsInWords, seenWords, segment, shareInterval, shareOf } from './story.ts';
import { mean, scoresOf } from './summary.ts';
import type { Comparison, Segment, Threshold, Verdict } from './types.ts';
import { capitalised, listed, pValue, unitOf } from './words.ts';

/** The one sentence that answers the question, and what is said of the arms that it leaves out. */
type Told = Pick<Verdict, 'headline' | 'others'>;

/** A sentence that speaks of all arms. */
const only = (...headline: Segment[]): Told => ({ headline, others: [] });

/** "at step 120 of 250" while it runs, else nothing. */
const progress = ({ input }: Story) => (input.finished ? '' : `at step ${input.step} of ${input.steps}`);

/** Mean scores of both sides of a comparison over the seeds that both have. */
function pairedMeans(story: Story, comparison: Comparison): [arm: number, reference: number] {
  const used = story.input.seeds.flatMap((seed, i) => (comparison.excluded.includes(seed) ? [] : [i]));
  const over = (scores: readonly (number | null)[]) => mean(used.map((i) => scores[i] as number));
  return [over(armOf(story, comparison.arm).scores), over(story.reference.scores)];
}

const qualification = ({ unit, sampling }: Story, { withinSamplingError }: Comparison) =>
  withinSamplingError && sampling !== null ? `, which is less than the validation set’s own sampling error (${unit.spread(sampling.error)})` : '';

/** "+20.8 points of validation accuracy (95 % CI 16.6 to 25.0)" */
function differenceWords(story: Story, comparison: Comparison, direction = ''): string {
  return `${story.unit.fullDifference(comparison.meanDifference)} (${intervalWords(story, comparison)}${direction})`;
}

/** An arm whose seeds are two heaps, or that stands beside one: counts instead of a mean that no seed has. */
function splitSentence(story: Story, comparison: Comparison, threshold: Threshold): Segment[] {
  const { unit, reference } = story;
  const [arm, other] = [segment(armOf(story, comparison.arm)), inSentence(reference)];
  const [own, others] = [shareOf(story, arm.arm as string), shareOf(story, reference.id)];
  const p = comparison.p === null ? '' : ` (${pValue(comparison.p)})`;
  const learnt: Segment[] = [
    { text: ` learnt, that is passed ${unit.full(threshold.value)}, in ${own.passed} of ${own.of} seeds (95 % CI ${shareInterval(own.interval)}), ` },
    other,
    { text: ` in ${others.passed} of ${others.of} (${shareInterval(others.interval)})` },
  ];
  const few = comparison.claim === 'not claimed' && comparison.withheld === 'split';
  if (few) return [arm, ...learnt, { text: `: ${seedsInWords(comparison.n)} cannot tell such shares apart` }];
  if (comparison.claim !== 'better' && comparison.claim !== 'worse') return [arm, ...learnt, { text: `: no difference beyond noise${p}` }];
  const better = comparison.claim === 'better';
  const count = better ? comparison.wins : comparison.losses;
  return [
    arm,
    { text: better && count === comparison.n ? ' beats ' : ` is ${comparison.claim} than ` },
    other,
    { text: ` in ${count} of ${comparison.n} seeds${p}: ` },
    { ...arm, text: inSentence(armOf(story, comparison.arm)).text },
    ...learnt,
  ];
}

/** What is said of a comparison by its mean, from the name of the arm on. */
function meanSentence(story: Story, comparison: Comparison): Segment[] {
  const { unit, reference, input } = story;
  const { n, claim, wins, losses, meanDifference, identical, withheld } = comparison;
  const [arm, other] = [segment(armOf(story, comparison.arm)), inSentence(reference)];
  const against = (text: string): Segment[] => [arm, { text: ' against ' }, other, { text }];
  const direction = input.metric.higherIsBetter ? '' : '; lower is better';
  const full = `${differenceWords(story, comparison, direction)}${qualification(story, comparison)}`;
  switch (claim) {
    case 'better':
    case 'worse': {
      const count = claim === 'better' ? wins : losses;
      const verb = claim === 'better' && count === n ? ' beats ' : ` is ${claim} than `;
      return [arm, { text: verb }, other, { text: ` in ${count} of ${n} seeds: ${full}` }];
    }
    case 'not claimed': {
      const why = withheld === 'exact' ? ', which the exact test does not confirm' : '; below six seeds nothing is called worse';
      const [verb, where] = seenWords(story, comparison).split(' in ');
      return [arm, { text: ` is ${verb} than ` }, other, { text: ` in ${where}: ${differenceWords(story, comparison, direction)}${why}` }];
    }
    case 'equivalent':
      return against(`: no difference larger than ${unit.margin(mean(scoresOf(reference)))} in ${n} seeds, ${differenceWords(story, comparison)}`);
    default:
      if (identical) return against(`: no difference in any of ${n} seeds`);
      return against(`: no difference beyond noise in ${n} seeds, ${unit.fullDifference(meanDifference)} (${intervalWords(story, comparison)})`);
  }
}

/** The main sentence on three or more seeds, without its final stop. */
function leadSentence(story: Story, lead: Comparison): Segment[] {
  const when = progress(story);
  const sentence = lead.split && story.threshold && !lead.identical ? splitSentence(story, lead, story.threshold) : meanSentence(story, lead);
  return when === '' ? sentence : [{ text: `So far, ${when}: ` }, ...sentence];
}

/** Whether an arm gains without a guide what the leading arm, or more than it, gains with one: the guide is not needed then. */
const needsNoGuide = (story: Story, lead: Comparison | undefined, { arm, claim, meanDifference, wins, n }: Comparison): boolean =>
  lead !== undefined &&
  lead.claim === 'better' &&
  (claim === 'better' || (claim === 'not claimed' && wins === n)) &&
  armOf(story, lead.arm).guided &&
  !armOf(story, arm).guided &&
  Math.abs(meanDifference) >= Math.abs(lead.meanDifference);

/** What the short form says of a further arm after its name. */
function shortWords(story: Story, lead: Comparison | undefined, comparison: Comparison): string {
  const { unit, input } = story;
  const { claim, n, identical, meanDifference, withheld, withinSamplingError } = comparison;
  const difference = unit.difference(meanDifference);
  const claimed = claim === 'better' || claim === 'worse';
  if (comparison.split && !identical && n >= 3) {
    const { passed, of } = shareOf(story, comparison.arm);
    return `learnt in ${ofAll(passed, of)} seeds${claimed ? `, ${claim}` : ''}`;
  }
  switch (claim) {
    case 'equivalent':
      return `no difference larger than ${unit.margin(mean(scoresOf(story.reference)))} (${difference})`;
    case 'no difference':
      return identical ? 'no difference' : `no difference beyond noise (${difference})`;
    case 'too few seeds':
      return `${difference} in two seeds, too few to say`;
    case 'no claim':
      return n === 0 ? 'no seed to compare' : `${difference} in one seed, no claim`;
    default: {
      // A sign alone misleads where lower is better.
      const side = claim === 'better' && input.metric.higherIsBetter ? '' : `, ${claimed ? claim : seenWords(story, comparison)}`;
      const guideless = needsNoGuide(story, lead, comparison) ? ' without any guide' : '';
      const doubt = withheld === 'exact' ? ', not confirmed by the exact test' : '';
      return `${difference}${side}${guideless}${doubt}${withinSamplingError ? ' (within the validation set’s sampling error)' : ''}`;
    }
  }
}

/** Decided before undecided, larger before smaller. */
const WEIGHT = { better: 0, worse: 1, 'not claimed': 2, equivalent: 3, 'no difference': 4, 'too few seeds': 5, 'no claim': 6 } as const;
const byWeight = (a: Comparison, b: Comparison) => WEIGHT[a.claim] - WEIGHT[b.claim] || Math.abs(b.meanDifference) - Math.abs(a.meanDifference);

function othersOf(story: Story, lead: Comparison | undefined): Segment[] {
  const others = story.comparisons.filter((comparison) => comparison !== lead).sort(byWeight);
  // Where it was asked what is sooner, the scores are another matter.
  const start = story.sooner && others.length > 0 ? [{ text: 'By final score, ' }] : [];
  const each = others.flatMap((comparison, i): Segment[] => [
    segment(armOf(story, comparison.arm), `${i === 0 ? '' : ' '}${armOf(story, comparison.arm).name}`),
    { text: `: ${shortWords(story, lead, comparison)}.` },
  ]);
  return [...start, ...each];
}

/** One or two seeds: the scores, and that they prove nothing. */
function tooFewHeadline(story: Story, lead: Comparison): Told {
  const { unit, reference } = story;
  const when = progress(story);
  const [score, referenceScore] = pairedMeans(story, lead);
  const others = story.comparisons.filter((comparison) => comparison !== lead && comparison.n > 0);
  const without = lead.excluded.length > 0 ? ' without divergence' : ' so far';
  const parts: Segment[] = [
    {
      text: `${capitalised(`${unit.name === '' ? '' : `in ${unit.name}, `}${seedsInWords(lead.n)}`)}${without}${when === '' ? '' : `, ${when},`} show${lead.n === 1 ? 's' : ''} `,
    },
    segment(armOf(story, lead.arm)),
    { text: ` ${unit.score(score)} against ` },
    segment(reference),
    { text: ` ${unit.score(referenceScore)}` },
    ...others.flatMap((comparison, i): Segment[] => [
      { text: i === 0 ? ' (' : '; ' },
      segment(armOf(story, comparison.arm)),
      { text: ` ${unit.score(pairedMeans(story, comparison)[0])}` },
    ]),
    { text: others.length > 0 ? ')' : '' },
    {
      text:
        lead.n === 1
          ? ': run three or more seeds before concluding anything.'
          : `, ${lead.identical ? 'no difference' : `better in ${lead.wins} of 2`}: too few to say; run three or more seeds.`,
    },
  ];
  return only(...parts.filter((part) => part.text !== ''));
}

function headline(story: Story): Told {
  const { input, reference, comparisons, unit, lead, sooner } = story;
  const scored = scoresOf(reference);
  const anyScore = input.arms.some((arm) => scoresOf(arm).length > 0);
  const when = progress(story);
  if (input.step === 0) return only({ text: 'Training has not begun.' });
  if (!anyScore) return only({ text: input.finished ? 'Every member diverged: nothing to compare.' : 'Nothing measured yet.' });
  if (scored.length === 0) return only(segment(reference), { text: ' has no score in any seed: nothing to compare with.' });
  const asked = comparisons.find((comparison) => comparison.arm === lead?.arm);
  if (!asked) {
    return only(segment(reference), {
      text: `${when === '' ? '' : ` so far, ${when},`} reaches ${unit.full(mean(scored))} (${seedsInWords(scored.length)}). Add a second arm to compare.`,
    });
  }
  if (asked.n === 0) {
    const arm = armOf(story, asked.arm);
    const without = scoresOf(arm).length === 0 ? ' has no score in any seed' : ' has no seed in which it can be compared';
    return { headline: [segment(arm), { text: `${without}: members diverged.` }], others: comparisons.length > 1 ? othersOf(story, asked) : [] };
  }
  if (asked.n < 3) return tooFewHeadline(story, asked);
  if (sooner && sooner.n >= 3) return { headline: [...soonerSentence(story, sooner, when), { text: '.' }], others: othersOf(story, undefined) };
  return { headline: [...leadSentence(story, asked), { text: '.' }], others: othersOf(story, asked) };
}

/** Which arms are no better than always answering the most frequent class, on average over their seeds. */
function withLine(told: Told, story: Story): Told {
  const { input, unit } = story;
  if (input.prevailing === undefined || input.step === 0) return told;
  const beaten = input.arms.filter((arm) => mean(scoresOf(arm)) <= input.metric.chance);
  if (beaten.length === 0) return told;
  const names = beaten.flatMap((arm, i): Segment[] => [{ text: i === 0 ? ' ' : i === beaten.length - 1 ? ' and ' : ', ' }, segment(arm)]);
  const line = ` ${beaten.length === 1 ? 'does' : 'do'} not beat always answering “${input.prevailing}” (${unit.score(input.metric.chance)}).`;
  return { ...told, headline: [...told.headline, ...names, { text: line }] };
}

/** What was changed by hand belongs to the claim: whoever quotes the one quotes the other. */
function withChanges(told: Told, { input: { changes, step } }: Story): Told {
  if (changes.length === 0 || step === 0) return told;
  return { ...told, headline: [...told.headline, { text: ` Changed while it ran: ${listed(changes)}.` }] };
}

/** The words of a verdict. */
export function tell(setting: Setting, comparisons: readonly Comparison[], threshold: Threshold | null): Pick<Verdict, 'headline' | 'others' | 'detail'> {
  const story: Story = { ...setting, comparisons, threshold, unit: unitOf(setting.input.metric.name, setting.lead?.by === 'best') };
  return { ...withChanges(withLine(headline(story), story), story), detail: detail(story) };
}
