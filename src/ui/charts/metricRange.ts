/** The value axis of the metric's chart: accuracies from 0 to 1, a metric that falls on a scale of its own. */
import { useMemo } from 'react';
import type { Metric } from '@/experiment/networks/describe.ts';
import type { AxisChoice } from '@/state/chartChoices.ts';
import { type AxisRange, logRange, niceRange, ticksWithin } from './domain.ts';
import { useGrowingRange } from './parts.ts';
import type { Series } from './series.ts';

/** A metric that falls, falls most in this share of a run; what arms differ in shows only behind it. */
const EARLY_SHARE = 0.2;

/** Smallest and largest mean of any arm from a step on; NaN when there is none. */
export function boundsFrom(series: Series, step: number): { min: number; max: number } {
  let min = Number.NaN;
  let max = Number.NaN;
  for (const row of series.rows) {
    if (row.step < step) continue;
    for (const arm of series.ends.keys()) {
      const value = row[`m:${arm}`];
      if (typeof value !== 'number') continue;
      if (!(value >= min)) min = value;
      if (!(value <= max)) max = value;
    }
  }
  return { min, max };
}

/** From a level up to the top, with the level itself at the lower end. */
function aboveLevel(level: number, top: number): AxisRange {
  const domain: [number, number] = [level, top];
  return { domain, ticks: ticksWithin(domain) };
}

/** What an axis shows unless something else was chosen: of a metric that falls nobody would see what the arms differ in. */
export const usualAxis = (metric: Metric): AxisChoice => (metric.higherIsBetter ? 'whole' : 'fit');

/** @param run starts the range again when it changes */
export function useMetricRange(metric: Metric, series: Series, steps: number, axis: AxisChoice, run: unknown): { range: AxisRange; log: boolean } {
  const falls = !metric.higherIsBetter;
  const fit = axis === 'fit';
  const late = useMemo(() => (fit ? boundsFrom(series, falls ? steps * EARLY_SHARE : 0) : null), [series, steps, falls, fit]);
  const fitted = late !== null && Number.isFinite(late.min);
  // Chosen once: a scale that changed in the middle of a run would change what a slope means.
  const log = falls && !fit;
  const initial = useMemo(() => {
    if (late !== null && Number.isFinite(late.min)) return niceRange(late.min, late.max);
    if (falls) return (log ? logRange : niceRange)(1, metric.chance);
    return axis === 'chance' ? aboveLevel(metric.chance, 1) : niceRange(0, 1);
  }, [late, log, falls, metric.chance, axis]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another range begins with each of them
  const key = useMemo(() => ({}), [run, axis, fitted]);
  const whole = { min: falls ? Math.max(series.min, 1) : Math.min(series.min, initial.domain[0]), max: series.max };
  // What is below chance was chosen not to be seen.
  const bounds = fitted ? late : axis === 'chance' ? { min: metric.chance, max: series.max } : whole;
  return { range: useGrowingRange(key, initial, bounds.min, bounds.max, log ? logRange : niceRange), log };
}
