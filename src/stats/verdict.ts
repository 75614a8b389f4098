/** From what was measured of the arms to a sentence that claims no more than it supports. */
import { comparisonsOf, leadOf, type Setting } from './claims.ts';
import { type Crossing, compareCrossings, firstCrossing } from './crossing.ts';
import { accuracyError, wilson } from './shares.ts';
import { sharesOf, thresholdOf } from './split.ts';
import { isScore, mean, scoresOf } from './summary.ts';
import { tell } from './telling.ts';
import type { Lead, Sampling, Sooner, Verdict, VerdictArm, VerdictInput } from './types.ts';

/** All of a verdict but its words. */
export type Outcome = Omit<Verdict, 'headline' | 'others' | 'detail'>;

function samplingOf(reference: VerdictArm, { metric, valExamples }: VerdictInput): Sampling | null {
  const level = mean(scoresOf(reference));
  if (metric.name !== 'accuracy' || !Number.isFinite(level)) return null;
  return { level, interval: wilson(level, valExamples), error: accuracyError(level, valExamples) };
}

/** How soon the two arms of the lead cross a score, where it asks for that. */
function soonerOf(lead: Lead | null, { arms, metric, seeds, step }: VerdictInput): Sooner | null {
  if (typeof lead?.by !== 'object' || step === 0) return null;
  const { crossing: threshold } = lead.by;
  const crossings = (id: string): Crossing[] => {
    const arm = arms.find((candidate) => candidate.id === id);
    return seeds.map((_, i) => {
      const curve = arm?.curves?.[i];
      if (!curve || !isScore(arm.scores[i])) return 'unknown';
      return firstCrossing(curve, threshold, metric);
    });
  };
  return { arm: lead.arm, against: lead.against, threshold, ...compareCrossings(crossings(lead.arm), crossings(lead.against), step) };
}

/** What may be claimed of every arm beside the one that the lead names. */
function decide(input: VerdictInput, reference: VerdictArm): { setting: Setting; outcome: Outcome } {
  const lead = leadOf(input.arms, input.lead);
  const threshold = thresholdOf(input.arms, input.metric);
  const shares = threshold ? sharesOf(input, threshold) : [];
  const sampling = samplingOf(reference, input);
  const sooner = soonerOf(lead, input);
  const setting: Setting = { input, reference, lead, sooner, shares, sampling };
  return { setting, outcome: { lead, comparisons: comparisonsOf(setting), sooner, reference: reference.id, threshold, shares, sampling } };
}

/** The arm that all others are compared with. */
const referenceOf = ({ arms, lead }: VerdictInput): VerdictArm | undefined => arms.find(({ id }) => id === leadOf(arms, lead)?.against) ?? arms.at(0);

const NOTHING: Outcome = { lead: null, comparisons: [], sooner: null, reference: '', threshold: null, shares: [], sampling: null };

/** What may be claimed, without the words. */
export function outcomeOf(input: VerdictInput): Outcome {
  const reference = referenceOf(input);
  return reference ? decide(input, reference).outcome : NOTHING;
}

/** Compare every arm with the one that the lead names, and put the outcome into words. */
export function verdict(input: VerdictInput): Verdict {
  const reference = referenceOf(input);
  if (!reference) return { ...NOTHING, headline: [{ text: 'No arms to compare.' }], others: [], detail: '' };
  const { setting, outcome } = decide(input, reference);
  return { ...tell(setting, outcome.comparisons, outcome.threshold), ...outcome };
}
