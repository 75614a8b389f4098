/** A number over the seeds of an arm. Apart from what draws curves of them: the list of arms has it, too, before anything is drawn. */

export interface Point {
  mean: number;
  /** Standard deviation over seeds; NaN for fewer than two. */
  sd: number;
  /** Seeds that are finite. */
  n: number;
}

/** Mean and sample standard deviation of the finite ones among the values, in one pass (Welford). */
export function meanOverSeeds(members: readonly number[], value: (member: number) => number): Point {
  let mean = 0;
  let squares = 0;
  let n = 0;
  for (const member of members) {
    const v = value(member);
    if (!Number.isFinite(v)) continue;
    n++;
    const distance = v - mean;
    mean += distance / n;
    squares += distance * (v - mean);
  }
  if (n === 0) return { mean: Number.NaN, sd: Number.NaN, n };
  return { mean, sd: n > 1 ? Math.sqrt(squares / (n - 1)) : Number.NaN, n };
}
