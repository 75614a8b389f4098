/** Values as charts and tables print them. */
import type { Metric } from '@/experiment/networks/describe.ts';

export interface MetricWords {
  /** With its unit, e.g. "54.0 %". */
  value: (value: number) => string;
  /** Without a unit, for table cells and "mean ± sd", e.g. "54.0". */
  bare: (value: number) => string;
  /** Short, for an axis, e.g. "50%". */
  axis: (value: number) => string;
  /** What `bare` counts in, e.g. "%"; empty for a metric without one. */
  unit: string;
  /** What differences are counted in, e.g. "points". */
  differenceUnit: string;
  /** With its sign, e.g. "+20.8". */
  difference: (value: number) => string;
}

/** True minus sign: a hyphen is too short beside tabular digits. */
const signed = (value: number, digits: number): string => {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return `±${text}`;
  return `${value > 0 ? '+' : '−'}${text}`;
};

const PERCENT: MetricWords = {
  value: (v) => `${(100 * v).toFixed(1)} %`,
  bare: (v) => (100 * v).toFixed(1),
  axis: (v) => `${Math.round(100 * v)}%`,
  unit: '%',
  differenceUnit: 'points',
  difference: (v) => signed(100 * v, 1),
};

const PERPLEXITY: MetricWords = {
  value: (v) => plainNumber(v),
  bare: (v) => plainNumber(v),
  axis: axisNumber,
  unit: '',
  differenceUnit: '',
  difference: (v) => signed(v, 2),
};

/** Accuracies are fractions and read as per cent. */
export const metricWords = (metric: Pick<Metric, 'name'>): MetricWords => ({ accuracy: PERCENT, perplexity: PERPLEXITY })[metric.name];

/** Two decimals under 10, else three digits: 0.42, 2.75, 12.3, 107. */
export function plainNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size >= 1e5) return value.toExponential(1);
  return value.toFixed(size < 10 ? 2 : size < 100 ? 1 : 0);
}

/** Tick labels have no more digits than they need. */
export function axisNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e5 || (size > 0 && size < 1e-3)) return value.toExponential(0);
  return String(Number(value.toPrecision(4))).replace('-', '−');
}

/** "54.0 ± 2.2", or only the mean where there is no spread. */
export const meanAndSpread = (mean: number, sd: number, format: (value: number) => string): string => {
  if (!Number.isFinite(mean)) return '–';
  return Number.isFinite(sd) ? `${format(mean)} ± ${format(sd)}` : format(mean);
};
