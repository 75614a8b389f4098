/** Less of a result: what tables, verdicts and small curves need, for files that are kept for ever and for links. */
import type { MatrixResult, MemberResult, PairResult, RunResult } from './result.ts';

/** Similarities are shown with two decimals. */
const PAIR_DECIMALS = 3;
/** Scores of curves stay as they are: verdicts may ask when one crosses a threshold. Losses are only shown. */
const LOSS_DIGITS = 6;

/** What stays besides scores and validation curves. */
export interface Kept {
  /** Of every recorded pair at every evaluation; the biased ones, and those by other measures. */
  similarities?: boolean;
  /** Of all layers, at the first and at the last evaluation. */
  matrices?: boolean;
}

type Value = number | null;
const rounded = (value: Value, to: (value: number) => string): Value => (value === null ? null : Number(to(value)));
const similarity = (value: Value): Value => rounded(value, (number) => number.toFixed(PAIR_DECIMALS));
const table = (rows: readonly (readonly Value[])[]): Value[][] => rows.map((row) => row.map(similarity));

const thinPair = ({ guide, guideTap, targetTap, ...values }: PairResult): PairResult => {
  const short = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, similarity(value)])) as typeof values;
  return { guide, guideTap, targetTap, ...short };
};

const thinMatrix = ({ cka, debiased, chance }: MatrixResult): MatrixResult => ({ cka: table(cka), debiased: table(debiased), chance: table(chance) });

function thinMember({ matrices, ...member }: MemberResult, kept: Kept): MemberResult {
  const { arm, seed, divergedAt, diverged, initial, final, best, pairs, groups, history } = member;
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
      similarity: kept.similarities ? table(history.similarity) : [],
      similarityDebiased: [],
      ...(kept.similarities && history.similarityMeasured && { similarityMeasured: table(history.similarityMeasured) }),
    },
    ...(kept.matrices &&
      matrices && {
        matrices: Object.fromEntries(Object.entries(matrices).map(([guide, { start, end }]) => [guide, { start: thinMatrix(start), end: thinMatrix(end) }])),
      }),
  };
}

/**
 * The result without training curves and predictions, and without matrices and similarities over time unless these are
 * to stay. Scores, pairs at the start and the end, validation curves, environment, seconds, events and the experiment stay.
 */
export function thinned({ layers, labels, members, ...rest }: RunResult, kept: Kept = {}): RunResult {
  return {
    ...rest,
    // Without predictions only how often each class occurs is of use.
    ...(labels && { labels: [...labels].sort((a, b) => a - b) }),
    ...(kept.matrices && layers && { layers }),
    members: members.map((member) => thinMember(member, kept)),
  };
}
