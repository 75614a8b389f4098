/** Holm's step-down correction (Scandinavian Journal of Statistics 6, 1979). */

export interface Corrected {
  rejected: boolean;
  /** The level that decided: an interval of coverage 1 − level excludes 0 just where p is below it. */
  level: number;
}

/**
 * The smallest p is held against level ÷ k, the next against level ÷ (k − 1), and so on until one is above: no more than
 * `level` of families hold a false rejection, whichever of their hypotheses are true.
 * @param ps of k hypotheses
 * @returns in their order; those after the first that was not rejected are told at its level
 */
export function holm(ps: readonly number[], level = 0.05): Corrected[] {
  const order = ps.map((_, i) => i).sort((i, j) => ps[i] - ps[j]);
  const corrected = new Array<Corrected>(ps.length);
  let stoppedAt: number | null = null;
  order.forEach((i, rank) => {
    const own = stoppedAt ?? level / (ps.length - rank);
    const rejected = stoppedAt === null && ps[i] <= own;
    if (!rejected) stoppedAt = own;
    corrected[i] = { rejected, level: own };
  });
  return corrected;
}
