/** Axis ranges that grow in nice steps and never shrink within a run, so that axes do not jump while streaming. */

export interface AxisRange {
  domain: [number, number];
  ticks: number[];
}

const NICE = [1, 2, 2.5, 5, 10];
const INTERVALS = 4;
/** Keeps 0.30000000000000004 off an axis. */
const clean = (value: number): number => Number(value.toPrecision(12));

/** The smallest of 1, 2, 2.5, 5 × 10^k that is at least `size`. */
export function niceStep(size: number): number {
  if (!(size > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(size));
  const factor = NICE.find((n) => n * power >= size * (1 - 1e-9)) ?? 10;
  return clean(factor * power);
}

/** Round bounds outwards to nice ticks. */
export function niceRange(min: number, max: number, intervals = INTERVALS): AxisRange {
  const span = max - min;
  const step = niceStep((span > 0 ? span : Math.max(Math.abs(max), 1) * 0.1) / intervals);
  const from = Math.floor(min / step + 1e-9);
  const to = Math.max(from + 1, Math.ceil(max / step - 1e-9));
  const ticks = Array.from({ length: to - from + 1 }, (_, i) => clean((from + i) * step));
  return { domain: [ticks[0], ticks[ticks.length - 1]], ticks };
}

/** Whole decades, with 1-2-5 ticks when there are few of them. */
export function logRange(min: number, max: number): AxisRange {
  const factors = max / min > 300 ? [1] : max / min > 30 ? [1, 3] : [1, 2, 5];
  const candidates: number[] = [];
  for (let k = Math.floor(Math.log10(min)) - 1; k <= Math.ceil(Math.log10(max)) + 1; k++) {
    for (const factor of factors) candidates.push(clean(factor * 10 ** k));
  }
  const from = candidates.findLastIndex((c) => c <= min * (1 + 1e-9));
  const to = candidates.findIndex((c) => c >= max * (1 - 1e-9));
  const ticks = candidates.slice(from, Math.max(to, from + 1) + 1);
  return { domain: [ticks[0], ticks[ticks.length - 1]], ticks };
}

/** The same object while everything fits; else the nice range of both. */
export function growRange(previous: AxisRange, min: number, max: number, nice: typeof niceRange = niceRange): AxisRange {
  const [from, to] = previous.domain;
  if (!Number.isFinite(min) || !Number.isFinite(max) || (min >= from && max <= to)) return previous;
  return nice(Math.min(from, min), Math.max(to, max));
}

/** Round numbers between two values; of a logarithmic axis over more than a decade, its decades and what lies between them. */
export function ticksWithin([low, high]: readonly [number, number], log = false): number[] {
  if (log && high / low > 10) return logRange(low, high).ticks.filter((tick) => tick >= low && tick <= high);
  const step = niceStep((high - low) / INTERVALS);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => clean((first + i) * step));
}

/** Ticks of the step axis: both ends are always among them. */
export function stepTicks([from, to]: readonly [number, number]): number[] {
  const step = Math.ceil(Math.max(1, niceStep((to - from) / 5)));
  const ticks: number[] = [from];
  // A tick too near an end would collide with that one's label.
  for (let at = Math.ceil((from + step * 0.6) / step) * step; at < to - step * 0.6; at += step) ticks.push(at);
  return [...ticks, to];
}
