/** What further seeds could show. */
import { studentQuantile } from './student.ts';
import type { Comparison } from './types.ts';

export interface MoreSeeds {
  /** Seeds in all. */
  seeds: number;
  /** The smallest mean difference whose 95 % interval would exclude 0, in the metric's unit; null where two seeds are not there to tell. */
  smallest: number | null;
}

/**
 * With `more` seeds that scatter like those that are there: half the width of the interval, t(0.975; n − 1) · sd / √n. A
 * true difference of that size is seen in about half of all runs, one of twice the size in nearly all.
 */
export function moreSeeds({ n, sd }: Pick<Comparison, 'n' | 'sd'>, more: number): MoreSeeds {
  const seeds = n + more;
  return { seeds, smallest: Number.isFinite(sd) && seeds > 1 ? (studentQuantile(0.975, seeds - 1) * sd) / Math.sqrt(seeds) : null };
}
