/** Ways in which the seeds of an arm can scatter. */
import type { Random } from './random.ts';

export interface Draw {
  name: string;
  /** The mean over all seeds, but for what scatter is cut off at either end. */
  mean: number;
  /** A validation accuracy. */
  of(random: Random): number;
}

const inside = (accuracy: number): number => Math.min(1, Math.max(0, accuracy));

export const gaussian = (mean: number, sd: number): Draw => ({ name: `Gaussian, sd ${100 * sd}`, mean, of: (random) => inside(mean + sd * random.normal()) });

/** Some seeds fail and stay low, the others learn; around either the seeds scatter a little. */
export function lottery(low: number, high: number, fails: number, scatter = 0): Draw {
  const percent = (share: number) => `${Math.round(100 * share)} %`;
  return {
    name: `lottery, ${percent(low)} in ${percent(fails)} of seeds, else ${percent(high)}`,
    mean: fails * low + (1 - fails) * high,
    of: (random) => inside((random.uniform() < fails ? low : high) + (scatter > 0 ? scatter * random.normal() : 0)),
  };
}

/** Skewed: most seeds end close below a perfect score, some well below it. */
export const nearCeiling = (shortfall: number): Draw => ({
  name: `near the ceiling, ${100 * shortfall} points below it on average, skewed`,
  // Cut off at 0, which takes e^(−1/shortfall) of the mean: nothing.
  mean: 1 - shortfall,
  of: (random) => inside(1 - shortfall * random.exponential()),
});

export const steady = (accuracy: number): Draw => ({ name: `steady at ${Math.round(100 * accuracy)} %`, mean: accuracy, of: () => accuracy });

/** Alike in both arms: whatever is claimed is false. The scatter of a coin flip's heaps is none, the hardest case. */
export const NULLS: readonly Draw[] = [
  gaussian(0.5, 0.05),
  lottery(0.25, 0.99, 0.5),
  lottery(0.25, 0.99, 0.3, 0.01),
  lottery(0.5, 0.97, 0.5, 0.01),
  nearCeiling(0.05),
];
