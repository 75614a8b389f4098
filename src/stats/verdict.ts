/** From what was measured of the arms to a sentence that claims no more than it supports. */
import { comparisonsOf, leadOf, type Setting } from './claims.ts';
import { type Crossing, compareCrossings, firstCrossing } from './crossing.ts';
import { accuracyError, wilson } from './shares.ts';
import { sharesOf, thresholdOf } from './split.ts';
import { isScore, mean, scoresOf } from './summary.ts';
import { tell } from './telling.ts';
import type { Lead, Sampling, Sooner, Threshold, Verdict, VerdictArm, VerdictInput } from './types.ts';

const NOTHING: Verdict = {
  headline: [{ text: 'No arms to compare.' }],
  others: [],
  detail: '',
  lead: null,
  comparisons: [],
  sooner: null,
  reference: '',
  threshold: null,
  shares: [],
  sampling: null,
};

function samplingOf(reference: VerdictArm, { metric, valExamples }: VerdictInput): Sampling | null {
  const level = mean(scoresOf(reference));
  if (metric.name !== 'accuracy' || !Number.isFinite(level)) return null;
  return { level, interval: wilson(level, valExamples), error: accuracyError(level, valExamples) };
}

/** How soon the two arms of the lead pass the threshold, where it asks for that and their curves are there. */
function soonerOf(lead: Lead | null, halfWay: Threshold | null, { arms, metric, seeds, step }: VerdictInput): Sooner | null {
  const threshold = lead?.threshold ?? halfWay?.value;
  if (lead?.by !== 'sooner' || threshold === undefined || step === 0) return null;
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

/** Compare every arm with the one that the lead names, and put the outcome into words. */
export function verdict(input: VerdictInput): Verdict {
  const lead = leadOf(input.arms, input.lead);
  const reference = input.arms.find(({ id }) => id === lead?.against) ?? input.arms.at(0);
  if (!reference) return NOTHING;
  const threshold = thresholdOf(input.arms, input.metric);
  const shares = threshold ? sharesOf(input, threshold) : [];
  const sampling = samplingOf(reference, input);
  const sooner = soonerOf(lead, threshold, input);
  const setting: Setting = { input, reference, lead, sooner, shares, sampling };
  const comparisons = comparisonsOf(setting);
  return { ...tell(setting, comparisons, threshold), lead, comparisons, sooner, reference: reference.id, threshold, shares, sampling };
}
