import type { Corner } from './zoom.ts';
import type { Line } from './labels.ts';

/** A pointer further from every line than this, in pixels, is at none. */
const REACH = 9;

/** Height of a line of ascending x at a place; NaN beyond its ends. */
function heightAt(line: Line, x: number): number {
  let low = 0;
  let high = line.length - 1;
  if (high < 0 || x < line[0].x || x > line[high].x) return Number.NaN;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (line[middle].x <= x) low = middle;
    else high = middle;
  }
  const [a, b] = [line[low], line[high]];
  return b.x > a.x ? a.y + ((x - a.x) / (b.x - a.x)) * (b.y - a.y) : b.y;
}

/** Index of the line nearest to a pointer, measured upright; −1 where none is near. */
export function nearestLine(lines: readonly Line[], { x, y }: Corner): number {
  let best = -1;
  let least = REACH;
  lines.forEach((line, i) => {
    const distance = Math.abs(heightAt(line, x) - y);
    if (distance < least) {
      least = distance;
      best = i;
    }
  });
  return best;
}
