/** What a metric's numbers can be, and on what scale distances between them are measured. */
import type { VerdictMetric } from './types.ts';

export interface Scale {
  /** Lowest and highest score that there can be. */
  range: readonly [low: number, high: number];
  /** Onto the scale on which "half way" is meant, and back. A perplexity is e to a loss: half way is half way in the loss. */
  to(score: number): number;
  from(place: number): number;
  /**
   * The largest difference that is said to be none: two points of accuracy, 2 % of a perplexity, .02 of a loss.
   * @param level the score that it is a difference to
   */
  margin(level: number): number;
}

const same = (value: number): number => value;

const SCALES: Record<string, Scale> = {
  accuracy: { range: [0, 1], to: same, from: same, margin: () => 0.02 },
  perplexity: { range: [1, Number.POSITIVE_INFINITY], to: Math.log, from: Math.exp, margin: (level) => 0.02 * level },
};
const LOSS: Scale = { range: [0, Number.POSITIVE_INFINITY], to: same, from: same, margin: () => 0.02 };

/** The scale of a metric; one without a name here is taken for a loss. */
export const scaleOf = ({ name }: Pick<VerdictMetric, 'name'>): Scale => SCALES[name] ?? LOSS;
