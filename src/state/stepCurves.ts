/** A quantity of every step: each member's values, and for every arm a smoothed mean over its seeds. */
import { StepSeries } from './stepSeries.ts';

/** The EMA's memory as a share of the run: enough to see the trend of 250 noisy batches. */
const SMOOTHING_SHARE = 1 / 40;

/** Decay of the debiased moving average that smooths the quantities of a run of `steps` steps. */
export const smoothingDecay = (steps: number): number => 1 - 1 / Math.max(1, Math.min(100, steps * SMOOTHING_SHARE));

export class StepCurves {
  /** One column per member. */
  readonly values: StepSeries;
  /** Debiased moving average of the mean over seeds, one column per arm; NaN where no seed has a value. */
  readonly smooth: StepSeries;
  readonly #arms: ReadonlyMap<string, readonly number[]>;
  readonly #decay: number;
  /** Moving averages before debiasing, and the number of values in each. */
  readonly #averages: { value: number; count: number }[];
  readonly #row: Float32Array;

  /** @param arms member indices of every arm */
  constructor(members: number, arms: ReadonlyMap<string, readonly number[]>, steps: number) {
    this.values = new StepSeries(members);
    this.smooth = new StepSeries(arms.size);
    this.#arms = arms;
    this.#decay = smoothingDecay(steps);
    this.#averages = Array.from(arms, () => ({ value: 0, count: 0 }));
    this.#row = new Float32Array(arms.size);
  }

  /** @param values `[members]` from `offset` on */
  add(step: number, values: Float32Array, offset: number): void {
    this.values.set(step, values, offset);
    this.#average(values, offset);
    this.smooth.set(step, this.#row);
  }

  /** Forget everything after `step`. */
  truncate(step: number): void {
    this.values.truncate(step);
    this.smooth.truncate(step);
    const row = this.smooth.length - 1;
    this.#averages.forEach((average, arm) => {
      const value = row < 0 ? 0 : this.smooth.at(row, arm);
      average.count = row < 0 ? 0 : this.smooth.stepAt(row);
      average.value = Number.isFinite(value) ? value * (1 - this.#decay ** average.count) : 0;
      if (!Number.isFinite(value)) average.count = 0;
    });
  }

  /** One step of m ← βm + (1−β)x per arm, read out as m/(1−βⁿ) so that the start is not pulled towards 0. */
  #average(values: Float32Array, offset: number): void {
    let arm = 0;
    for (const indices of this.#arms.values()) {
      let sum = 0;
      let n = 0;
      for (const member of indices) {
        const value = values[offset + member];
        if (Number.isFinite(value)) {
          sum += value;
          n++;
        }
      }
      const average = this.#averages[arm];
      if (n > 0) {
        average.value = this.#decay * average.value + (1 - this.#decay) * (sum / n);
        average.count++;
      }
      this.#row[arm] = n > 0 ? average.value / (1 - this.#decay ** average.count) : Number.NaN;
      arm++;
    }
  }
}
