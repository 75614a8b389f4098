/** SVG paths of lines and bands. Built by hand: Recharts' own lines cost ten times as much (see `Lines.tsx`). */
import type { Area } from './labels.ts';
import type { Row } from './series.ts';

/** From data to pixels. */
export interface Scales {
  x: (step: number) => number;
  y: (value: number) => number;
}

/** What part of the data fills the plot. */
export interface View {
  steps: readonly [number, number];
  values: readonly [number, number];
  /** Values by their logarithm. */
  log: boolean;
}

/** Linear in steps; linear or logarithmic in values. */
export function scalesOf(area: Area, { steps: [from, to], values: [low, high], log }: View): Scales {
  const along = log ? (v: number) => Math.log(v / low) / Math.log(high / low) : (v: number) => (v - low) / (high - low);
  return {
    x: (step) => area.x + ((step - from) / (to - from)) * area.width,
    y: (value) => area.y + (1 - along(value)) * area.height,
  };
}

/** From pixels to data. */
export function inverseOf(area: Area, { steps: [from, to], values: [low, high], log }: View): { step: (x: number) => number; value: (y: number) => number } {
  return {
    step: (x) => from + ((x - area.x) / area.width) * (to - from),
    value: (y) => {
      const along = 1 - (y - area.y) / area.height;
      return log ? low * (high / low) ** along : low + along * (high - low);
    },
  };
}

/** A tenth of a pixel is finer than a screen shows. */
const at = (pixels: number): string => pixels.toFixed(1);

/** The line through all rows that have a number at `key`; rows without one are passed over. */
export function linePath(rows: readonly Row[], key: string, { x, y }: Scales): string {
  let path = '';
  for (const row of rows) {
    const value = row[key];
    if (typeof value !== 'number') continue;
    const height = y(value);
    if (Number.isFinite(height)) path += `${path === '' ? 'M' : 'L'}${at(x(row.step))} ${at(height)}`;
  }
  return path;
}

/** The area between the two numbers that rows have at `key`: along the upper ones, back along the lower ones. */
export function bandPath(rows: readonly Row[], key: string, { x, y }: Scales): string {
  let there = '';
  let back = '';
  for (const row of rows) {
    const value = row[key];
    if (!Array.isArray(value)) continue;
    const [upper, lower] = [y(value[1]), y(value[0])];
    if (!Number.isFinite(upper) || !Number.isFinite(lower)) continue;
    const step = at(x(row.step));
    there += `${there === '' ? 'M' : 'L'}${step} ${at(upper)}`;
    back = `L${step} ${at(lower)}${back}`;
  }
  return there === '' ? '' : `${there}${back}Z`;
}
