/** The sentences behind a verdict's headline: numbers, and what limits them. */
import { MIN_SEEDS_FOR_ALL, MIN_SEEDS_FOR_CLAIM } from './seeds.ts';
import { armOf, inSentence, intervalWords, type Story, shareInterval, shareOf, shareOfGain } from './story.ts';
import { isScore } from './summary.ts';
import type { Comparison } from './types.ts';
import { capitalised, listed, pValue } from './words.ts';

/** Which comparison was tested how: what was asked first, the rest by Holm, and only if that holds. */
function ruleSentence(story: Story): string[] {
  const { lead, sooner, comparisons } = story;
  const asked = comparisons.find(({ arm }) => arm === lead?.arm);
  const others = comparisons.filter((comparison) => comparison !== asked || sooner !== null);
  if (!lead || !asked || others.length === 0) return [];
  const question = `${armOf(story, lead.arm).name} against ${inSentence(armOf(story, lead.against)).text}`;
  if (asked.n < MIN_SEEDS_FOR_ALL) return [`Below six seeds only what was asked, ${question}, can be claimed; of the others it is said what was seen.`];
  const holds = sooner ? sooner.claim === 'sooner' || sooner.claim === 'later' : asked.claim === 'better' || asked.claim === 'worse';
  return [
    holds
      ? `What was asked, ${question}, is tested first, at 5 %; as it holds, the others follow by Holm’s correction, which widens their intervals.`
      : `As what was asked, ${question}, shows no difference to claim, no other is claimed.`,
  ];
}

function intervalSentences(story: Story, judged: readonly Comparison[]): string[] {
  const { unit, reference } = story;
  const each = judged.map((comparison) => {
    const name = armOf(story, comparison.arm).name;
    if (comparison.identical) return `${name}: equal in every seed`;
    // Of two heaps no mean is told, and no interval of it.
    if (comparison.split) return `${name}: ${comparison.p === null ? 'told as counts' : `told as counts, ${pValue(comparison.p)}`}`;
    return `${name}: ${unit.difference(comparison.meanDifference)} (${intervalWords(story, comparison)})`;
  });
  const exact = judged.some((comparison) => comparison.p !== null) ? '; p from the exact sign-flip test' : '';
  const sentences = [`Mean difference to ${inSentence(reference).text}, paired by seed, with its t interval${exact}: ${each.join('; ')}.`];
  if (judged.some(({ clipped, split }) => clipped && !split)) {
    sentences.push('An interval that ends at what scores can reach says that so few seeds tell little of how far they scatter.');
  }
  return sentences;
}

/** Counts of every arm, where one of them splits; else what the seeds of the lead, alike as they are, do not rule out. */
function shareSentences(story: Story): string[] {
  const { shares, threshold, unit, input, comparisons, lead } = story;
  if (!threshold) return [];
  const line = `${unit.score(threshold.value)}, half way from ${input.prevailing === undefined ? 'chance' : 'the most frequent class'} (${unit.score(input.metric.chance)}) to the best score of any seed (${unit.score(threshold.best)})`;
  if (shares.some(({ split }) => split)) {
    const each = shares.map(({ arm, passed, of, interval }) => `${armOf(story, arm).name} in ${passed} of ${of} seeds (${shareInterval(interval)})`);
    return [`Learnt means to pass ${line}: ${each.join('; ')}, with the 95 % Clopper–Pearson interval of the share.`];
  }
  const asked = comparisons.find(({ arm }) => arm === lead?.arm);
  const share = asked && shareOf(story, asked.arm);
  if (!asked || asked.n < 3 || !share || share.passed < share.of) return [];
  const [low] = share.interval;
  return [
    `0 of ${share.of} seeds of ${armOf(story, asked.arm).name} failed to pass ${line}: up to ${Math.round(100 * (1 - low))} % of all seeds might (95 % Clopper–Pearson interval).`,
  ];
}

/** Arms that do as well as the claimed one, held against it: "within noise" is said of these differences. */
function rivalSentences(story: Story): string[] {
  const { rivals, lead, comparisons, unit } = story;
  const each = rivals.flatMap(({ arm, difference }) =>
    difference === undefined || comparisons.some((comparison) => comparison.arm === arm && comparison.split)
      ? []
      : [`${armOf(story, arm).name} ${unit.difference(difference.mean)} (95 % CI ${unit.interval(difference.ci)})`],
  );
  return lead && each.length > 0 ? [`Held against ${inSentence(armOf(story, lead.arm)).text}: ${each.join('; ')}.`] : [];
}

/** How much of the gain is there without the guide: a ratio, so that large and small gains are on one scale. */
function matchedSentence(story: Story): string[] {
  const { matched, lead } = story;
  const each = matched.map((share) => `${armOf(story, share.arm).name} ${shareOfGain(share)}`);
  return lead && each.length > 0
    ? [`Of the gain of ${inSentence(armOf(story, lead.arm)).text} others have: ${each.join('; ')}, by Fieller’s interval of a ratio.`]
    : [];
}

/** Of what is sooner the seeds that never were, which count with the whole budget, and the exact test. */
function soonerSentences(story: Story): string[] {
  const { sooner } = story;
  if (!sooner || sooner.n < MIN_SEEDS_FOR_CLAIM) return [];
  const never = [sooner.arm, sooner.against].flatMap((arm, i) =>
    sooner.never[i] > 0 ? [`${armOf(story, arm).name} in ${sooner.never[i]} of ${sooner.n} seeds`] : [],
  );
  const score = story.unit.level(sooner.threshold);
  return [
    ...(never.length > 0 ? [`${score} was never passed by ${listed(never)}, which count with all steps so far.`] : []),
    ...(sooner.p === null ? [] : [`Of the steps at which ${score} is first passed the exact sign-flip test says ${pValue(sooner.p)}.`]),
  ];
}

function bestSentence({ lead }: Story): string[] {
  return lead?.by === 'best' ? ['Scores are the best ones of the run, chosen on the validation set itself: they flatter every arm.'] : [];
}

function samplingSentence({ sampling, input, unit }: Story, judged: readonly Comparison[]): string[] {
  if (sampling === null) return [];
  const [low, high] = sampling.interval;
  return [
    `${judged.length > 0 ? 'All this covers seeds only: one' : 'One'} accuracy of ${unit.score(sampling.level)} on these ${input.valExamples.toLocaleString('en')} validation examples, ` +
      `the same for every arm, may itself be ${unit.interval([low, high])} % (Wilson’s 95 % interval; one standard error is ${unit.spread(sampling.error)}).`,
  ];
}

function divergedSentences({ input }: Story): string[] {
  return input.arms.flatMap(({ name, scores }) => {
    const seeds = input.seeds.filter((_, i) => !isScore(scores[i]));
    if (seeds.length === 0) return [];
    if (seeds.length === input.seeds.length) return [`${name} diverged in every seed.`];
    return [`${name} diverged in seed${seeds.length > 1 ? 's' : ''} ${listed(seeds.map(String))}, which its comparison leaves out.`];
  });
}

/** What stands behind "How sure is this?". */
export function detail(story: Story): string {
  if (story.input.step === 0) return '';
  const judged = story.comparisons.filter(({ ci }) => ci !== null);
  return [
    ...(judged.length > 0 ? [...intervalSentences(story, judged), ...ruleSentence(story)] : []),
    ...rivalSentences(story),
    ...matchedSentence(story),
    ...soonerSentences(story),
    ...shareSentences(story),
    ...bestSentence(story),
    ...samplingSentence(story, judged),
    ...divergedSentences(story),
  ]
    .map(capitalised)
    .join(' ');
}
