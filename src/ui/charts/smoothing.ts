/** Curves smoothed for the eye: what is drawn, and nothing else. */
import type { Smoothing } from '@/state/chartChoices.ts';
import type { End, Row, Series } from './series.ts';

/** The average's memory as a share of the run. */
const MEMORY: Record<Smoothing, number> = { none: 0, light: 0.02, strong: 0.08 };

/** Steps that the average remembers; 0 for none. */
export const memoryOf = (smoothing: Smoothing, steps: number): number => MEMORY[smoothing] * steps;

/** What smoothing is, for a note; empty for none. */
export const smoothingWords = (smoothing: Smoothing): string => (smoothing === 'none' ? '' : `smoothed ${smoothing === 'light' ? 'lightly' : 'strongly'}`);

/** Lines and bands of arms; the chance level stays as it is. */
const isArms = (key: string): boolean => /^[mbt]:/.test(key);

/** An average in which what was seen `memory` steps ago counts 1/e of what is seen now. */
class Average {
  #sum = 0;
  #weight = 0;
  #step = 0;

  /** Divided by the sum of the weights: the start is not pulled towards anything (bias correction). */
  add(step: number, value: number, memory: number): number {
    const decay = this.#weight > 0 ? Math.exp((this.#step - step) / memory) : 0;
    this.#sum = decay * this.#sum + value;
    this.#weight = decay * this.#weight + 1;
    this.#step = step;
    return this.#sum / this.#weight;
  }
}

/**
 * Exponential moving average of every line over the steps, however unevenly they are recorded.
 * @param memory in steps; 0 leaves everything as it is
 */
export function smoothed(series: Series, memory: number): Series {
  if (!(memory > 0)) return series;
  const averages = new Map<string, Average>();
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  const average = (key: string, step: number, value: number): number => {
    let of = averages.get(key);
    if (!of) {
      of = new Average();
      averages.set(key, of);
    }
    const mean = of.add(step, value, memory);
    min = Math.min(min, mean);
    max = Math.max(max, mean);
    return mean;
  };
  const ends = new Map<string, End>();
  const rows = series.rows.map((row): Row => {
    const next: Row = { step: row.step };
    for (const [key, value] of Object.entries(row)) {
      if (!isArms(key) || value === undefined) next[key] = value;
      else if (typeof value !== 'number') next[key] = [average(`${key} low`, row.step, value[0]), average(`${key} high`, row.step, value[1])];
      else {
        const mean = average(key, row.step, value);
        next[key] = mean;
        if (key.startsWith('m:')) ends.set(key.slice(2), { step: row.step, value: mean });
      }
    }
    return next;
  });
  const found = min <= max;
  return { ...series, rows, ends, min: found ? min : Number.NaN, max: found ? max : Number.NaN };
}
