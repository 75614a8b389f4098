/** SVG paths of lines and bands. Built by hand: Recharts' own lines cost ten times as much (see `Lines.tsx`). */
import type { Row } from './series.ts';

/** From data to pixels. */
export interface Scales {
  x: (step: number) => number;
  y: (value: number) => number;
}

/** Linear in steps; linear or logarithmic in values. */
export function scalesOf(
  area: { x: number; y: number; width: number; height: number },
  steps: number,
  [low, high]: readonly [number, number],
  log: boolean,
): Scales {
  const along = log ? (v: number) => Math.log(v / low) / Math.log(high / low) : (v: number) => (v - low) / (high - low);
  return {
    x: (step) => area.x + (step / steps) * area.width,
    y: (value) => area.y + (1 - along(value)) * area.height,
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
