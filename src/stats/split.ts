/**
 * Arms whose seeds fall into two heaps. Training can be a lottery: some seeds learn the task and some stay at chance. A mean
 * that no seed has says nothing of such an arm, and a t interval of it covers the truth 60 times in 100; a count does.
 */
import { scaleOf } from './scale.ts';
import { clopperPearson, wilson } from './shares.ts';
import { scoresOf } from './summary.ts';
import type { Share, Threshold, VerdictArm, VerdictInput, VerdictMetric } from './types.ts';

/** Whether a score is beyond a level, in the direction in which the metric is better. */
export const isBeyond = (score: number, level: number, { higherIsBetter }: Pick<VerdictMetric, 'higherIsBetter'>): boolean =>
  higherIsBetter ? score >= level : score <= level;

/**
 * The score half way from chance, the line to beat, to the best score of any seed of any arm. Arms that change their names
 * leave it where it is, so a permutation test may be built on it. Null where nothing is beyond chance.
 */
export function thresholdOf(arms: readonly Pick<VerdictArm, 'scores'>[], metric: VerdictMetric): Threshold | null {
  const { to, from } = scaleOf(metric);
  const scores = arms.flatMap(scoresOf);
  const best = metric.higherIsBetter ? Math.max(...scores) : Math.min(...scores);
  if (scores.length === 0 || !isBeyond(best, metric.chance, metric) || best === metric.chance) return null;
  return { value: from((to(metric.chance) + to(best)) / 2), best };
}

/**
 * How far apart an arm's seeds must lie to be two heaps: as far as the threshold from either end, and farther than the same
 * network could be measured on another validation set. A tight bunch of seeds that the threshold happens to pass through
 * is one heap.
 */
function leastDistance({ value, best }: Threshold, { metric, valExamples }: Pick<VerdictInput, 'metric' | 'valExamples'>): number {
  const { to } = scaleOf(metric);
  const half = Math.abs(to(best) - to(value));
  if (metric.name !== 'accuracy') return half;
  const [low, high] = wilson(value, valExamples);
  return Math.max(half, high - low);
}

/** Of every arm with a score: in how many seeds it has passed the threshold, and whether its seeds are two heaps. */
export function sharesOf({ arms, metric, valExamples }: Pick<VerdictInput, 'arms' | 'metric' | 'valExamples'>, threshold: Threshold): Share[] {
  const { to } = scaleOf(metric);
  const least = leastDistance(threshold, { metric, valExamples });
  return arms.flatMap((arm): Share[] => {
    const scores = scoresOf(arm);
    if (scores.length === 0) return [];
    const passed = scores.filter((score) => isBeyond(score, threshold.value, metric)).length;
    const spread = Math.abs(to(Math.max(...scores)) - to(Math.min(...scores)));
    const split = passed > 0 && passed < scores.length && spread >= least;
    return [{ arm: arm.id, passed, of: scores.length, interval: clopperPearson(passed, scores.length), split }];
  });
}
