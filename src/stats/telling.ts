/** The words of a verdict. What may be said is decided in `verdict.ts`; this only says it. */
import { mean, scoresOf } from './summary.ts';
import type { Comparison, Segment, Verdict, VerdictArm, VerdictInput } from './verdictTypes.ts';
import { capitalised, inWords, listed, pValue, type Unit, unitOf } from './words.ts';

interface Story {
  input: VerdictInput;
  reference: VerdictArm;
  comparisons: readonly Comparison[];
  samplingError: number | null;
  unit: Unit;
}

/** The one sentence that answers the question, and what is said of the arms that it leaves out. */
type Told = Pick<Verdict, 'headline' | 'others'>;

/** A sentence that speaks of all arms. */
const only = (...headline: Segment[]): Told => ({ headline, others: [] });

const armOf = (story: Story, id: string) => story.input.arms.find((arm) => arm.id === id) as VerdictArm;
const segment = (arm: VerdictArm, text = arm.name): Segment => ({ text, arm: arm.id });
/** Inside a sentence "Unguided" becomes "unguided"; names that are more than their id stay as they are. */
const inSentence = (arm: VerdictArm): Segment => segment(arm, arm.name.toLowerCase() === arm.id ? arm.id : arm.name);

/** "at step 120 of 250" while it runs, else nothing. */
const progress = ({ input }: Story) => (input.finished ? '' : `at step ${input.step} of ${input.steps}`);

/** Mean scores of both sides of a comparison over the seeds that both have. */
function pairedMeans(story: Story, comparison: Comparison): [arm: number, reference: number] {
  const used = story.input.seeds.flatMap((seed, i) => (comparison.excluded.includes(seed) ? [] : [i]));
  const over = (arm: VerdictArm) => mean(used.map((i) => arm.scores[i] as number));
  return [over(armOf(story, comparison.arm)), over(story.reference)];
}

const qualification = ({ unit, samplingError }: Story, { claim, withinSamplingError }: Comparison) =>
  withinSamplingError && samplingError !== null && (claim === 'better' || claim === 'worse')
    ? `, which is less than the validation set’s own sampling error (${unit.spread(samplingError)})`
    : '';

const intervalWords = (story: Story, { ci, p }: Comparison) => (ci === null ? '' : `95 % CI ${story.unit.interval(ci)}${p === null ? '' : `, ${pValue(p)}`}`);

/** The main sentence on three or more seeds, without its final stop. */
function claimSentence(story: Story, comparison: Comparison): Segment[] {
  const { unit, reference, input } = story;
  const arm = segment(armOf(story, comparison.arm));
  const when = progress(story);
  const start: Segment[] = when === '' ? [arm] : [{ text: `So far, ${when}: ` }, arm];
  const other = inSentence(reference);
  if (comparison.claim === 'no difference') {
    if (comparison.identical) return [...start, { text: ' against ' }, other, { text: `: no difference in any of ${comparison.n} seeds` }];
    return [
      ...start,
      { text: ' against ' },
      other,
      {
        text: `: no difference beyond noise in ${comparison.n} seeds, ${unit.fullDifference(comparison.meanDifference)} (${intervalWords(story, comparison)})`,
      },
    ];
  }
  const better = comparison.claim === 'better';
  const count = better ? comparison.wins : comparison.losses;
  const verb = !better ? ' is worse than ' : count === comparison.n ? ' beats ' : ' is better than ';
  const direction = input.metric.higherIsBetter ? '' : '; lower is better';
  return [
    ...start,
    { text: verb },
    other,
    {
      text:
        ` in ${count} of ${comparison.n} seeds: ${unit.fullDifference(comparison.meanDifference)} ` +
        `(${intervalWords(story, comparison)}${direction})${qualification(story, comparison)}`,
    },
  ];
}

/** Whether an arm gains without a guide what the leading arm, or more than it, gains with one: the guide is not needed then. */
const needsNoGuide = (story: Story, lead: Comparison, { arm, claim, meanDifference }: Comparison): boolean =>
  lead.claim === 'better' &&
  claim === 'better' &&
  armOf(story, lead.arm).guided &&
  !armOf(story, arm).guided &&
  Math.abs(meanDifference) >= Math.abs(lead.meanDifference);

/** What the short form says of a further arm after its name. */
function shortWords(story: Story, lead: Comparison, comparison: Comparison): string {
  const { unit, input } = story;
  const difference = unit.difference(comparison.meanDifference);
  switch (comparison.claim) {
    case 'no difference':
      return comparison.identical ? 'no difference' : `no difference beyond noise (${difference})`;
    case 'too few seeds':
      return `${difference} in two seeds, too few to say`;
    case 'no claim':
      return comparison.n === 0 ? 'no seed to compare' : `${difference} in one seed, no claim`;
    default: {
      // A sign alone misleads where lower is better.
      const side = comparison.claim === 'better' && input.metric.higherIsBetter ? '' : `, ${comparison.claim}`;
      const guideless = needsNoGuide(story, lead, comparison) ? ' without any guide' : '';
      return `${difference}${side}${guideless}${comparison.withinSamplingError ? ' (within the validation set’s sampling error)' : ''}`;
    }
  }
}

/** Decided before undecided, larger before smaller. */
const WEIGHT = { better: 0, worse: 1, 'no difference': 2, 'too few seeds': 3, 'no claim': 4 } as const;
const byWeight = (a: Comparison, b: Comparison) => WEIGHT[a.claim] - WEIGHT[b.claim] || Math.abs(b.meanDifference) - Math.abs(a.meanDifference);

function claimHeadline(story: Story, lead: Comparison): Told {
  const others = story.comparisons.filter((comparison) => comparison !== lead).sort(byWeight);
  return {
    headline: [...claimSentence(story, lead), { text: '.' }],
    others: others.flatMap((comparison, i): Segment[] => [
      segment(armOf(story, comparison.arm), `${i === 0 ? '' : ' '}${armOf(story, comparison.arm).name}`),
      { text: `: ${shortWords(story, lead, comparison)}.` },
    ]),
  };
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
      text: `${capitalised(`${unit.name === '' ? '' : `in ${unit.name}, `}${inWords(lead.n)}`)} seed${lead.n === 1 ? '' : 's'}${without}${when === '' ? '' : `, ${when},`} show${lead.n === 1 ? 's' : ''} `,
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
  const { input, reference, comparisons, unit } = story;
  const scored = scoresOf(reference);
  const anyScore = input.arms.some((arm) => scoresOf(arm).length > 0);
  if (input.step === 0) return only({ text: 'Training has not begun.' });
  if (!anyScore) return only({ text: input.finished ? 'Every member diverged: nothing to compare.' : 'Nothing measured yet.' });
  if (scored.length === 0) return only(segment(reference), { text: ' has no score in any seed: nothing to compare with.' });
  if (comparisons.length === 0) {
    const when = progress(story);
    return only(segment(reference), {
      text: `${when === '' ? '' : ` so far, ${when},`} reaches ${unit.name === '' ? '' : `${unit.name} `}${unit.score(mean(scored))} (${inWords(scored.length)} seed${scored.length === 1 ? '' : 's'}). Add a second arm to compare.`,
    });
  }
  // The arm that the experiment names first, among those with the most to say.
  const tier = (comparison: Comparison) => Math.min(comparison.n, 3);
  const best = Math.max(...comparisons.map(tier));
  const lead = comparisons.find((comparison) => tier(comparison) === best) as Comparison;
  if (best === 0) return only({ text: 'No seed in which two arms can be compared: members diverged.' });
  return best === 3 ? claimHeadline(story, lead) : tooFewHeadline(story, lead);
}

function detail(story: Story): string {
  const { input, reference, comparisons, samplingError, unit } = story;
  if (input.step === 0) return '';
  const sentences: string[] = [];
  const judged = comparisons.filter((comparison) => comparison.ci !== null);
  if (judged.length > 0) {
    const each = judged.map((comparison) => {
      const name = armOf(story, comparison.arm).name;
      return comparison.identical
        ? `${name}: equal in every seed`
        : `${name}: ${unit.difference(comparison.meanDifference)} (${intervalWords(story, comparison)})`;
    });
    const exact = judged.some((comparison) => comparison.p !== null) ? '; p from the exact sign-flip test' : '';
    sentences.push(`Mean difference to ${inSentence(reference).text}, paired by seed, with its 95 % t interval${exact}: ${each.join('; ')}.`);
    const unconfirmed = judged.filter(({ claim, p }) => (claim === 'better' || claim === 'worse') && p !== null && p > 0.05);
    if (unconfirmed.length > 0) sentences.push(`The exact test does not confirm ${listed(unconfirmed.map((c) => armOf(story, c.arm).name))} at 5 %.`);
    const level = mean(scoresOf(reference));
    const beyond = samplingError !== null && judged.some(({ ci }) => ci !== null && (level + ci[1] > 1 || level + ci[0] < 0));
    if (beyond) sentences.push('An interval that ends beyond what an accuracy can reach says that so few seeds tell little of how far they scatter.');
    if (judged.length > 1) sentences.push(`The intervals are not corrected for making ${inWords(judged.length)} comparisons.`);
  }
  if (samplingError !== null) {
    sentences.push(
      `${judged.length > 0 ? 'The intervals cover seeds only: one' : 'One'} accuracy on these ${input.valExamples.toLocaleString('en')} validation examples, ` +
        `the same for every arm, is itself uncertain by ${unit.spread(samplingError)} (one standard error).`,
    );
  }
  for (const arm of input.arms) {
    const seeds = input.seeds.filter((_, i) => arm.scores[i] === null || !Number.isFinite(arm.scores[i]));
    if (seeds.length > 0 && seeds.length < input.seeds.length) {
      sentences.push(`${arm.name} diverged in seed${seeds.length > 1 ? 's' : ''} ${listed(seeds.map(String))}, which its comparison leaves out.`);
    } else if (seeds.length > 0) {
      sentences.push(`${arm.name} diverged in every seed.`);
    }
  }
  return sentences.join(' ');
}

/** What was changed by hand belongs to the claim: whoever quotes the one quotes the other. */
function withChanges(told: Told, { input: { changes, step } }: Story): Told {
  if (changes.length === 0 || step === 0) return told;
  return { ...told, headline: [...told.headline, { text: ` Changed while it ran: ${listed(changes)}.` }] };
}

/** The words of a verdict. */
export function tell(
  input: VerdictInput,
  reference: VerdictArm,
  comparisons: readonly Comparison[],
  samplingError: number | null,
): Pick<Verdict, 'headline' | 'others' | 'detail'> {
  const story: Story = { input, reference, comparisons, samplingError, unit: unitOf(input.metric.name) };
  return { ...withChanges(headline(story), story), detail: detail(story) };
}
