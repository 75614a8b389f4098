/** The words of a verdict. What may be said is decided in `claims.ts`; this only says it. */
import { detail } from './detail.ts';
import { rivalSentence } from './rivalWords.ts';
import { inWords, seedsInWords } from './seeds.ts';
import { soonerSentence } from './soonerWords.ts';
import { armOf, inSentence, intervalWords, ofAll, type Story, seenWords, segment, shareOf, withShortNames } from './story.ts';
import { mean, scoresOf } from './summary.ts';
import type { Answer, Comparison, Segment, Threshold, Verdict, VerdictArm } from './types.ts';
import { capitalised, listed, unitOf } from './words.ts';

/** What stands large, and what is said of the arms that it leaves out. */
type Told = Pick<Verdict, 'headline' | 'others'>;

/** A sentence that speaks of all arms. */
const only = (...headline: Segment[]): Told => ({ headline, others: [] });

const ANSWERS: Readonly<Record<Answer, readonly [ended: string, running: string]>> = {
  yes: ['Yes.', 'Yes, so far.'],
  no: ['No.', 'No, so far.'],
  noise: ['Not beyond noise.', 'Not beyond noise so far.'],
  early: ['Too early to say.', 'Too early to say.'],
};

/** Mean scores of both sides of a comparison over the seeds that both have. */
function pairedMeans(story: Story, comparison: Comparison): [arm: number, reference: number] {
  const used = story.input.seeds.flatMap((seed, i) => (comparison.excluded.includes(seed) ? [] : [i]));
  const over = (scores: readonly (number | null)[]) => mean(used.map((i) => scores[i] as number));
  return [over(armOf(story, comparison.arm).scores), over(story.reference.scores)];
}

const qualification = ({ unit, sampling }: Story, { withinSamplingError }: Comparison) =>
  withinSamplingError && sampling !== null ? `, less than the validation set’s own sampling error (${unit.spread(sampling.error)})` : '';

const directionWords = ({ input }: Story) => (input.metric.higherIsBetter ? '' : '; lower is better');

/** "+1.3 points (95 % CI −6 to 9)": of a difference that may have either sign. */
const signedWords = (story: Story, comparison: Comparison): string =>
  `${story.unit.fullDifference(comparison.meanDifference)} (${intervalWords(story, comparison, false)}${directionWords(story)})`;

/** ", by 20.8 points (95 % CI 16.6 to 25.0)": of one whose sign the verb before it tells. */
function byWords(story: Story, comparison: Comparison): string {
  const { ci, meanDifference } = comparison;
  const size: Comparison = meanDifference < 0 && ci ? { ...comparison, ci: [-ci[1], -ci[0]] } : comparison;
  return `, by ${story.unit.distance(meanDifference)} (${intervalWords(story, size, false)}${directionWords(story)})${qualification(story, comparison)}`;
}

/** An arm whose seeds are two heaps, or that stands beside one: counts instead of a mean that no seed has. */
function splitSentence(story: Story, comparison: Comparison, threshold: Threshold): Segment[] {
  const { unit, reference } = story;
  const [arm, other] = [segment(armOf(story, comparison.arm)), inSentence(reference)];
  const [own, others] = [shareOf(story, comparison.arm), shareOf(story, reference.id)];
  const learnt = `learnt (passed ${unit.full(threshold.value)}) in ${own.passed} of ${own.of}`;
  const few = comparison.claim === 'not claimed' && comparison.withheld === 'split';
  if (comparison.claim !== 'better' && comparison.claim !== 'worse') {
    const why = few ? `: ${seedsInWords(comparison.n)} cannot tell such shares apart` : '';
    return [arm, { text: ` ${learnt} seeds, ` }, other, { text: ` in ${others.passed} of ${others.of}${why}` }];
  }
  const better = comparison.claim === 'better';
  const count = better ? comparison.wins : comparison.losses;
  const verb = better && count === comparison.n ? ' beats ' : ` is ${comparison.claim} than `;
  return [
    arm,
    { text: verb },
    other,
    { text: ` in ${count} of ${comparison.n} seeds: it ${learnt}, ` },
    other,
    { text: ` in ${others.passed} of ${others.of}` },
  ];
}

/** What is said of a comparison by its mean, from the name of the arm on. */
function meanSentence(story: Story, comparison: Comparison): Segment[] {
  const { unit, reference } = story;
  const { n, claim, wins, losses, identical, withheld } = comparison;
  const [arm, other] = [segment(armOf(story, comparison.arm)), inSentence(reference)];
  const against = (text: string): Segment[] => [arm, { text: ' against ' }, other, { text }];
  switch (claim) {
    case 'better':
    case 'worse': {
      const count = claim === 'better' ? wins : losses;
      const verb = claim === 'better' && count === n ? ' beats ' : ` is ${claim} than `;
      return [arm, { text: verb }, other, { text: ` in ${count} of ${n} seeds${byWords(story, comparison)}` }];
    }
    case 'not claimed': {
      const why = withheld === 'exact' ? ', which the exact test does not confirm' : '; below six seeds nothing is called worse';
      const [verb, where] = seenWords(story, comparison).split(' in ');
      return [arm, { text: ` is ${verb} than ` }, other, { text: ` in ${where}${byWords(story, comparison)}${why}` }];
    }
    case 'equivalent':
      return against(`: no difference larger than ${unit.margin(mean(scoresOf(reference)))} in ${n} seeds, ${signedWords(story, comparison)}`);
    default:
      return against(identical ? `: no difference in any of ${n} seeds` : `: ${signedWords(story, comparison)} in ${n} seeds`);
  }
}

/** The sentence of the lead on three or more seeds, without its final stop. */
const leadSentence = (story: Story, lead: Comparison): Segment[] =>
  lead.split && story.threshold && !lead.identical ? splitSentence(story, lead, story.threshold) : meanSentence(story, lead);

/** What the short form says of a further arm after its name: a difference, and what may hold of several arms alike. */
function shortWords(story: Story, comparison: Comparison): [own: string, alike: string] {
  const { unit, input } = story;
  const { claim, n, identical, meanDifference, withheld, withinSamplingError } = comparison;
  const difference = unit.difference(meanDifference);
  const claimed = claim === 'better' || claim === 'worse';
  if (comparison.split && !identical && n >= 3) {
    const { passed, of } = shareOf(story, comparison.arm);
    return ['', `learnt in ${ofAll(passed, of)} seeds${claimed ? `, ${claim}` : ''}`];
  }
  switch (claim) {
    case 'equivalent':
      return [`no difference larger than ${unit.margin(mean(scoresOf(story.reference)))} (${difference})`, ''];
    case 'no difference':
      return [identical ? 'no difference' : `no difference beyond noise (${difference})`, ''];
    case 'too few seeds':
      return [`${difference} in two seeds, too few to say`, ''];
    case 'no claim':
      return [n === 0 ? 'no seed to compare' : `${difference} in one seed, no claim`, ''];
    default: {
      // A sign alone misleads where lower is better.
      const side = claim === 'better' && input.metric.higherIsBetter ? '' : `, ${claimed ? claim : seenWords(story, comparison)}`;
      const doubt = withheld === 'exact' ? ', not confirmed by the exact test' : '';
      return [difference, `${side}${doubt}${withinSamplingError ? ' (within the validation set’s sampling error)' : ''}`];
    }
  }
}

/** Decided before undecided, larger before smaller. */
const WEIGHT = { better: 0, worse: 1, 'not claimed': 2, equivalent: 3, 'no difference': 4, 'too few seeds': 5, 'no claim': 6 } as const;
const byWeight = (a: Comparison, b: Comparison) => WEIGHT[a.claim] - WEIGHT[b.claim] || Math.abs(b.meanDifference) - Math.abs(a.meanDifference);

/** Arms of which the same holds are told together from this many on. */
const TOLD_TOGETHER = 3;

/** What is said of every arm that the headline does not speak of. */
function othersOf(story: Story, lead: Comparison | undefined): Segment[] {
  const told = new Set([lead?.arm, ...story.rivals.map(({ arm }) => arm)]);
  const others = story.comparisons.filter(({ arm }) => !told.has(arm)).sort(byWeight);
  // Where it was asked what is sooner, the scores are another matter.
  const start = story.sooner && others.length > 0 ? [{ text: story.input.finished ? 'By final score, ' : 'By score so far, ' }] : [];
  const words = others.map((comparison) => shortWords(story, comparison));
  const alikeAt = (i: number): string | undefined => words[i]?.[1];
  /** Neighbours of which the same is said. */
  const run = (i: number): number => {
    let [from, to] = [i, i];
    while (alikeAt(from - 1) === alikeAt(i)) from--;
    while (alikeAt(to + 1) === alikeAt(i)) to++;
    return to - from + 1;
  };
  const each = others.flatMap((comparison, i): Segment[] => {
    const [own, alike] = words[i];
    // What holds of all is said once, behind the last.
    const together = alike !== '' && run(i) >= TOLD_TOGETHER;
    const name = segment(armOf(story, comparison.arm), `${i === 0 ? '' : ' '}${armOf(story, comparison.arm).name}`);
    const difference = own === '' ? '' : `: ${own}`;
    if (!together) return [name, { text: `${difference || ': '}${alike}.` }];
    if (alikeAt(i + 1) === alike) return [name, { text: `${difference},` }];
    return [name, { text: `${difference ? `${difference}, ` : ': '}each ${alike.replace(/^, /, '')}.` }];
  });
  return [...start, ...each];
}

/** One or two seeds: the scores, and that they prove nothing. */
function tooFewTold(story: Story, lead: Comparison): Told {
  const { unit, reference } = story;
  const [score, referenceScore] = pairedMeans(story, lead);
  const without = lead.excluded.length > 0 ? ' without divergence' : ' so far';
  const seeds = capitalised(`${unit.name === '' ? '' : `in ${unit.name}, `}${seedsInWords(lead.n)}`);
  const seen = lead.n === 1 ? '' : `, ${lead.identical ? 'no difference' : `better in ${lead.wins} of 2`}`;
  const others = story.comparisons.filter((comparison) => comparison !== lead && comparison.n > 0);
  return {
    headline: [
      { text: `${seeds}${without} show${lead.n === 1 ? 's' : ''} ` },
      segment(armOf(story, lead.arm)),
      { text: ` ${unit.score(score)} against ` },
      inSentence(reference),
      { text: ` ${unit.score(referenceScore)}${seen}: run three or more seeds.` },
    ],
    others: others.flatMap((comparison, i): Segment[] => [
      { ...segment(armOf(story, comparison.arm)), text: `${i === 0 ? '' : ' '}${armOf(story, comparison.arm).name}` },
      { text: ` ${unit.score(pairedMeans(story, comparison)[0])}${i === others.length - 1 ? '.' : ','}` },
    ]),
  };
}

function sentences(story: Story): Told {
  const { input, reference, comparisons, unit, lead, sooner } = story;
  const scored = scoresOf(reference);
  const anyScore = input.arms.some((arm) => scoresOf(arm).length > 0);
  if (input.step === 0) return only({ text: 'Training has not begun.' });
  if (!anyScore) return only({ text: input.finished ? 'Every member diverged: nothing to compare.' : 'Nothing measured yet.' });
  if (scored.length === 0) return only(segment(reference), { text: ' has no score in any seed: nothing to compare with.' });
  const asked = comparisons.find((comparison) => comparison.arm === lead?.arm);
  if (!asked) {
    const far = `reaches ${unit.full(mean(scored))} (${seedsInWords(scored.length)}). Add a second arm to compare.`;
    return only(segment(reference), { text: `${input.finished ? ' ' : ' so far '}${far}` });
  }
  if (asked.n === 0) {
    const arm = armOf(story, asked.arm);
    const without = scoresOf(arm).length === 0 ? ' has no score in any seed' : ' has no seed in which it can be compared';
    return { headline: [segment(arm), { text: `${without}: members diverged.` }], others: comparisons.length > 1 ? othersOf(story, asked) : [] };
  }
  if (asked.n < 3) return tooFewTold(story, asked);
  const bySteps = sooner !== null && sooner.n >= 3;
  const sentence = bySteps ? soonerSentence(story, sooner) : leadSentence(story, asked);
  return { headline: [...sentence, { text: '.' }, ...rivalSentence(story)], others: othersOf(story, bySteps ? undefined : asked) };
}

/** The answer first. */
function withAnswer(told: Told, { answer, input }: Story): Told {
  if (answer === null) return told;
  return { ...told, headline: [{ text: ANSWERS[answer][input.finished ? 0 : 1], answer: true }, { text: ' ' }, ...told.headline] };
}

/** So many arms are named one by one. */
const MOST_LISTED = 3;

const listedArms = (arms: readonly VerdictArm[]): Segment[] =>
  arms.flatMap((arm, i): Segment[] => [{ text: i === 0 ? ' ' : i === arms.length - 1 ? ' and ' : ', ' }, segment(arm)]);

/** Which arms are no better than always answering the most frequent class, on average over their seeds; or which alone are better. */
function withLine(told: Told, story: Story): Told {
  const { input, unit } = story;
  const { arms, prevailing, metric } = input;
  if (prevailing === undefined || input.step === 0) return told;
  const ahead = arms.filter((arm) => mean(scoresOf(arm)) > metric.chance);
  const beaten = arms.filter((arm) => mean(scoresOf(arm)) <= metric.chance);
  if (beaten.length === 0) return told;
  const line = `always answering “${prevailing}” (${unit.score(metric.chance)}).`;
  const say = (...parts: Segment[]): Told => ({ ...told, headline: [...told.headline, ...parts] });
  if (beaten.length === arms.length && arms.length > 1) return say({ text: ` No arm beats ${line}` });
  if (beaten.length <= MOST_LISTED) return say(...listedArms(beaten), { text: ` ${beaten.length === 1 ? 'does' : 'do'} not beat ${line}` });
  if (ahead.length <= MOST_LISTED) return say({ text: ' Only' }, ...listedArms(ahead), { text: ` beat${ahead.length === 1 ? 's' : ''} ${line}` });
  return say({ text: ` ${capitalised(inWords(beaten.length))} of ${inWords(arms.length)} arms do not beat ${line}` });
}

/** What was changed by hand belongs to the claim: whoever quotes the one quotes the other. */
function withChanges(told: Told, { input: { changes, step } }: Story): Told {
  if (changes.length === 0 || step === 0) return told;
  return { ...told, headline: [...told.headline, { text: ` Changed while it ran: ${listed(changes)}.` }] };
}

/** The words of a verdict. */
export function tell(told: Omit<Story, 'unit'>): Pick<Verdict, 'headline' | 'others' | 'detail'> {
  const story: Story = { ...withShortNames(told), unit: unitOf(told.input.metric.name, told.lead?.by === 'best') };
  return { ...withChanges(withLine(withAnswer(sentences(story), story), story), story), detail: detail(story) };
}
