/** Summaries of a handful of scores. An empty or too short list gives NaN, never a guess. */

/** Arithmetic mean; NaN for an empty list. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** Sample standard deviation (n − 1 in the denominator); NaN below two values. */
export function sampleSd(values: ArrayLike<number>): number {
  if (values.length < 2) return NaN;
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] - centre) ** 2;
  return Math.sqrt(sum / (values.length - 1));
}

/** Standard error of the mean; NaN below two values. */
export const standardError = (values: ArrayLike<number>): number => sampleSd(values) / Math.sqrt(values.length);

/** Whether a member has a score: it did not diverge. */
export const isScore = (score: number | null | undefined): score is number => typeof score === 'number' && Number.isFinite(score);

/** Scores of an arm's members that have one. */
export const scoresOf = ({ scores }: { scores: readonly (number | null)[] }): number[] => scores.filter(isScore);
