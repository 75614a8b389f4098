/** What the repository keeps of a result: what tables, verdicts and small curves need. */
import type { MemberResult, PairResult, RunResult } from '../../src/experiment/contract/result.ts';

/** Similarities are shown with two decimals. */
const PAIR_DECIMALS = 3;
/** Scores of curves stay as they are: verdicts may ask when one crosses a threshold. Losses are only shown. */
const LOSS_DIGITS = 6;

const rounded = (value: number | null, to: (value: number) => string): number | null => (value === null ? null : Number(to(value)));

const thinPair = ({ guide, guideTap, targetTap, ...values }: PairResult): PairResult => {
  const short = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, rounded(value, (number) => number.toFixed(PAIR_DECIMALS))]),
  ) as typeof values;
  return { guide, guideTap, targetTap, ...short };
};

function thinMember({ arm, seed, divergedAt, diverged, initial, final, best, pairs, groups, history }: MemberResult): MemberResult {
  return {
    arm,
    seed,
    divergedAt,
    diverged,
    initial,
    final,
    best,
    pairs: pairs.map(thinPair),
    ...(groups && { groups: groups.map(({ name, loss, accuracy }) => ({ name, loss, accuracy, history: { loss: [], accuracy: [] } })) }),
    history: {
      step: [],
      trainLoss: [],
      trainMetric: [],
      valStep: history.valStep,
      valLoss: history.valLoss.map((loss) => rounded(loss, (number) => number.toPrecision(LOSS_DIGITS))),
      valMetric: history.valMetric,
      similarity: [],
      similarityDebiased: [],
    },
  };
}

/**
 * The result without training curves, matrices, predictions and similarities over time. Scores, pairs at the start and
 * the end, validation curves, environment, seconds, events and the experiment stay.
 */
export function thinned({ layers: _layers, labels, members, ...rest }: RunResult): RunResult {
  // Without predictions only how often each class occurs is of use.
  return { ...rest, ...(labels && { labels: [...labels].sort((a, b) => a - b) }), members: members.map(thinMember) };
}
