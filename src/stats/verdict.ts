/** From what was measured of the arms to a sentence that claims no more than it supports. */
import { leadOf } from '../experiment/plan/lead.ts';
import { answerOf, rivalsOf } from './answer.ts';
import { comparisonsOf, type Setting } from './claims.ts';
import { compareCrossings, crossingsOf } from './crossing.ts';
import { matchedBy } from './matched.ts';
import { accuracyError, wilson } from './shares.ts';
import { sharesOf, thresholdOf } from './split.ts';
import { mean, scoresOf } from './summary.ts';
import { tell } from './telling.ts';
import type { Lead, Sampling, Sooner, Verdict, VerdictArm, VerdictInput } from './types.ts';

/** What a verdict says of the arms, without its words and what they answer. */
export type Outcome = Omit<Verdict, 'answer' | 'rivals' | 'matched' | 'headline' | 'others' | 'detail'>;

function samplingOf(reference: VerdictArm, { metric, valExamples }: VerdictInput): Sampling | null {
  const level = mean(scoresOf(reference));
  if (metric.name !== 'accuracy' || !Number.isFinite(level)) return null;
  return { level, interval: wilson(level, valExamples), error: accuracyError(level, valExamples) };
}

/** How soon the two arms of the lead cross a score, where it asks for that. */
function soonerOf(lead: Lead | null, input: VerdictInput): Sooner | null {
  if (typeof lead?.by !== 'object' || input.step === 0) return null;
  const { crossing: threshold } = lead.by;
  const of = (id: string) => crossingsOf(input, id, threshold);
  return { arm: lead.arm, against: lead.against, threshold, ...compareCrossings(of(lead.arm), of(lead.against), input.step) };
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

/** Compare every arm with the one that the lead names, answer what was asked, and put the outcome into words. */
export function verdict(input: VerdictInput): Verdict {
  const reference = referenceOf(input);
  if (!reference) return { ...NOTHING, answer: null, rivals: [], matched: [], headline: [{ text: 'No arms to compare.' }], others: [], detail: '' };
  const { setting, outcome } = decide(input, reference);
  const { comparisons, threshold } = outcome;
  const rivals = rivalsOf(setting, comparisons);
  const matched = matchedBy(setting, comparisons);
  const answer = answerOf(setting, comparisons, rivals);
  return { ...tell({ ...setting, comparisons, threshold, answer, rivals, matched }), ...outcome, answer, rivals, matched };
}
