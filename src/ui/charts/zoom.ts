/** Parts of a chart seen closer: pure functions from what was dragged or chosen to what is shown. */
import type { Zoom } from '@/state/chartChoices.ts';
import { type AxisRange, niceRange, ticksWithin } from './domain.ts';
import type { Area } from './labels.ts';
import { inverseOf, type View } from './paths.ts';
import type { Series } from './series.ts';

export interface Corner {
  x: number;
  y: number;
}

/** A drag shorter than this along an axis, in pixels, means all of what is shown of it. */
const SHORTEST = 10;

/** Fewest steps between the ends of an axis. */
const FEWEST_STEPS = 1;

/** What lies between two corners of a rectangle in the plot; null for one too small to be meant. */
export function dragged(from: Corner, to: Corner, area: Area, view: View): Pick<Zoom, 'steps' | 'values'> | null {
  const clampX = (x: number) => Math.min(Math.max(x, area.x), area.x + area.width);
  const clampY = (y: number) => Math.min(Math.max(y, area.y), area.y + area.height);
  const { step, value } = inverseOf(area, view);
  const [left, right] = [from.x, to.x].map(clampX).sort((a, b) => a - b);
  const [top, bottom] = [from.y, to.y].map(clampY).sort((a, b) => a - b);
  const wide = right - left >= SHORTEST;
  const high = bottom - top >= SHORTEST;
  if (!wide && !high) return null;
  const first = wide ? Math.round(step(left)) : view.steps[0];
  const last = wide ? Math.max(Math.round(step(right)), first + FEWEST_STEPS) : view.steps[1];
  // A drag along the steps shows all that happened in them.
  return { steps: [first, last], values: high ? [value(bottom), value(top)] : null };
}

/** Where the last quarter of a run begins and ends. */
export const lastQuarter = (steps: number): [number, number] => [Math.min(Math.floor(0.75 * steps), steps - FEWEST_STEPS), steps];

/** Those of ascending records (rows, evaluations) whose step is within a view; the same array where all are. */
export function rowsBetween<T extends { step: number }>(rows: readonly T[], [from, to]: readonly [number, number]): readonly T[] {
  if (rows.length === 0 || (rows[0].step >= from && rows[rows.length - 1].step <= to)) return rows;
  return rows.filter(({ step }) => step >= from && step <= to);
}

/** Smallest and largest value drawn between two steps, the lines' points beside them included; NaN when there is none. */
export function boundsBetween({ rows }: Series, [from, to]: readonly [number, number]): { min: number; max: number } {
  let min = Number.NaN;
  let max = Number.NaN;
  for (const row of rows) {
    if (row.step < from || row.step > to) continue;
    for (const [key, value] of Object.entries(row)) {
      if (key === 'step' || value === undefined) continue;
      const [low, high] = typeof value === 'number' ? [value, value] : value;
      if (!(low >= min)) min = low;
      if (!(high <= max)) max = high;
    }
  }
  return { min, max };
}

/** The value axis of a zoomed chart: what was dragged, or what the data in these steps need; null where there are none. */
export function zoomedRange({ steps, values }: Zoom, series: Series, log: boolean): AxisRange | null {
  if (values) return { domain: [...values], ticks: ticksWithin(values, log) };
  const { min, max } = boundsBetween(series, steps);
  if (!Number.isFinite(min) || (log && min <= 0)) return null;
  if (!log) return niceRange(min, max);
  const domain: [number, number] = [min / 1.02, max * 1.02];
  return { domain, ticks: ticksWithin(domain, log) };
}
