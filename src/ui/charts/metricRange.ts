/** The value axis of the metric's chart: accuracies from 0 to 1, a metric that falls on a scale of its own. */
import { useMemo } from 'react';
import type { Metric } from '@/experiment/networks/describe.ts';
import { type AxisRange, logRange, niceRange } from './domain.ts';
import { useGrowingRange } from './parts.ts';
import type { Series } from './series.ts';

/** A metric that falls, falls most in this share of a run; what arms differ in shows only behind it. */
const EARLY_SHARE = 0.2;
/** The zoom of accuracies begins with this much. */
const ZOOMED_ACCURACY = 0.2;

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

/** @param run starts the range again when it changes */
export function useMetricRange(metric: Metric, series: Series, steps: number, zoom: boolean, run: unknown): { range: AxisRange; log: boolean } {
  const falls = !metric.higherIsBetter;
  const late = useMemo(() => (falls && zoom ? boundsFrom(series, steps * EARLY_SHARE) : null), [series, steps, falls, zoom]);
  const zoomed = late !== null && Number.isFinite(late.min);
  // Chosen once: a scale that changed in the middle of a run would change what a slope means.
  const log = falls && !zoom;
  const initial = useMemo(() => {
    if (late !== null && Number.isFinite(late.min)) return niceRange(late.min, late.max);
    if (falls) return (log ? logRange : niceRange)(1, metric.chance);
    return niceRange(0, zoom ? ZOOMED_ACCURACY : 1);
  }, [late, log, falls, metric.chance, zoom]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another range begins with each of them
  const key = useMemo(() => ({}), [run, zoom, zoomed]);
  const bounds = zoomed ? late : { min: falls ? Math.max(series.min, 1) : Math.min(series.min, 0), max: series.max };
  return { range: useGrowingRange(key, initial, bounds.min, bounds.max, log ? logRange : niceRange), log };
}
