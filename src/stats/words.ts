/** Numbers as the verdict writes them: accuracies in points and per cent, other metrics in their own unit. */
import { scaleOf } from './scale.ts';

export interface Unit {
  /** An absolute score, e.g. "54.0 %" or "1.53". */
  score(value: number): string;
  /** A score with what it is, e.g. "54.0 %" or "validation perplexity 4.70". */
  full(value: number): string;
  /** A score that was set, in as few digits as it has, e.g. "35 %" or "validation perplexity 4". */
  level(value: number): string;
  /** The largest difference that counts as none, at some level of the score: "2 points". */
  margin(level: number): string;
  /** Before scores that do not say themselves what they are: "" or "validation perplexity". */
  name: string;
  /** A signed difference without unit, e.g. "+20.8" (points) or "−0.52". */
  difference(value: number): string;
  /** A signed difference with its unit, e.g. "+20.8 points" or "validation perplexity −0.52". */
  fullDifference(value: number): string;
  /** How far apart two scores are, e.g. "20.8 points" or "0.52 of validation perplexity". */
  distance(value: number): string;
  /** e.g. "15 to 27" */
  interval(interval: readonly [number, number]): string;
  /** An unsigned difference with its unit, e.g. "2.1 points". */
  size(value: number): string;
  /** An unsigned spread, e.g. "±1.7 points". */
  spread(value: number): string;
}

const minus = (text: string) => text.replace('-', '−');

/** With as many decimals as asked for, or more (up to 4) where a value other than 0 would read as 0. */
function fixed(value: number, decimals: number): string {
  let text = value.toFixed(decimals);
  while (value !== 0 && Number(text) === 0 && decimals < 4) text = value.toFixed(++decimals);
  return minus(Number(text) === 0 ? text.replace('-', '') : text);
}

const signed = (value: number, decimals: number) => (value > 0 ? '+' : '') + fixed(value, decimals);

/** Enough decimals that the interval keeps two digits, and that neither end reads as 0 without being 0. */
function interval([low, high]: readonly [number, number], wide: number, decimals: number): string {
  const coarse = high - low >= wide ? Math.max(0, decimals - 1) : decimals;
  return `${fixed(low, coarse)} to ${fixed(high, coarse)}`;
}

const percent = (value: number) => `${(100 * value).toFixed(1)} %`;

/** @param what which accuracy, where it is not the one at the end: " of best validation accuracy" */
const points = (what: string): Unit => ({
  score: percent,
  full: percent,
  level: (value) => `${Number((100 * value).toFixed(1))} %`,
  margin: (level) => `${100 * scaleOf({ name: 'accuracy' }).margin(level)} points`,
  name: '',
  difference: (value) => signed(100 * value, 1),
  fullDifference: (value) => `${signed(100 * value, 1)} points${what}`,
  distance: (value) => `${fixed(100 * Math.abs(value), 1)} points${what}`,
  interval: ([low, high]) => interval([100 * low, 100 * high], 10, 1),
  size: (value) => `${fixed(100 * value, 1)} points`,
  spread: (value) => `±${fixed(100 * value, 1)} points`,
});

/**
 * @param name of the metric; "accuracy" is a fraction and shown in points
 * @param best whether the scores are the best ones of the run
 */
export function unitOf(name: string, best = false): Unit {
  const what = best ? 'best validation' : 'validation';
  if (name === 'accuracy') return points(best ? ' of best validation accuracy' : '');
  return {
    score: (value) => fixed(value, 2),
    full: (value) => `${what} ${name} ${fixed(value, 2)}`,
    level: (value) => `${what} ${name} ${value}`,
    margin: (level) => fixed(scaleOf({ name }).margin(level), 2),
    name: `${what} ${name}`,
    difference: (value) => signed(value, 2),
    fullDifference: (value) => `${what} ${name} ${signed(value, 2)}`,
    distance: (value) => `${fixed(Math.abs(value), 2)} of ${what} ${name}`,
    interval: (bounds) => interval(bounds, 10, 2),
    size: (value) => fixed(value, 2),
    spread: (value) => `±${fixed(value, 2)}`,
  };
}

/** "a", "a and b", "a, b and c" */
export const listed = (items: readonly string[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items[items.length - 1]}`;

export const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** p to two significant digits, never as 0. */
export const pValue = (p: number): string => (p < 0.001 ? 'p < 0.001' : `p = ${Number(p.toPrecision(2))}`);
