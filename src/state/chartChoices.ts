/** How a person wants to see each chart: kept while the page is open, never in a link, and without effect on any number. */
import { create } from 'zustand';

export const SMOOTHINGS = ['none', 'light', 'strong'] as const;
export type Smoothing = (typeof SMOOTHINGS)[number];

/** Which values an axis shows: all that there can be, those above what takes no learning, or those that there are. */
export type AxisChoice = 'whole' | 'chance' | 'fit';

export interface Zoom {
  /** What the chart showed when it was zoomed: in anything else the same numbers mean nothing. */
  of: string;
  steps: readonly [number, number];
  /** Null: what the data in these steps need. */
  values: readonly [number, number] | null;
}

export interface ChartChoice {
  /** Null: what suits the quantity. */
  axis: AxisChoice | null;
  log: boolean;
  smoothing: Smoothing;
  zoom: Zoom | null;
  /** Steps of warm-ups count from each arm's first, instead of backwards from the first of training. */
  total: boolean;
  /** Of the loss chart: what guidance adds instead of what the task costs. */
  alignment: boolean;
  /** Of the similarity chart. */
  debiased: boolean;
  measure: string;
  pair: string;
}

const UNTOUCHED: ChartChoice = {
  axis: null,
  log: false,
  smoothing: 'none',
  zoom: null,
  total: false,
  alignment: false,
  debiased: false,
  measure: 'cka',
  pair: 'all',
};

const useChoices = create<Record<string, ChartChoice>>(() => ({}));

/** @param chart its test id */
export const useChartChoice = (chart: string): ChartChoice => useChoices((state) => state[chart] ?? UNTOUCHED);

export const chooseForChart = (chart: string, choice: Partial<ChartChoice>): void =>
  useChoices.setState((state) => ({ [chart]: { ...(state[chart] ?? UNTOUCHED), ...choice } }));
