/** Whether a run puts a claim to the test: where no arm leaves chance, a guide that helps looks like one that does not. */
import type { RunResult } from '../../src/experiment/contract/result.ts';
import { NAMES as PEOPLE } from '../../src/experiment/shapes/microEnglish.ts';
import { meanInterval } from '../../src/stats/paired.ts';
import { scaleOf } from '../../src/stats/scale.ts';
import { type Field, present, scoresOf } from './quantities.ts';

interface Aim {
  field: Field;
  chance: number;
  higherIsBetter: boolean;
  /** The largest distance from chance that counts as none. */
  margin: number;
  /** What is said of a run in which no arm gets there. */
  missed: string;
}

/**
 * What a run is there to learn: a good score, and in the small language the name that returns; how often each word occurs every
 * network learns in a few steps, whatever guides it.
 */
function aimOf({ experiment, metric }: RunResult): Aim {
  if (experiment.task.kind === 'micro-english')
    return {
      field: 'right',
      chance: 1 / PEOPLE.length,
      higherIsBetter: true,
      margin: scaleOf({ name: 'accuracy' }).margin(0),
      missed: 'No arm guesses the returning name more often than chance: no test of the claim.',
    };
  const { chance, higherIsBetter } = metric;
  return { field: 'final', chance, higherIsBetter, margin: scaleOf(metric).margin(chance), missed: 'No arm leaves chance: no test of the claim.' };
}

/** Whether the 95 % interval of an arm's mean lies beyond chance, and the mean farther than what counts as no difference. */
export function leavesChance(result: RunResult, arm: string): boolean {
  const { field, chance, higherIsBetter, margin } = aimOf(result);
  const gains = present(scoresOf(result, arm, field)).map((score) => (higherIsBetter ? score - chance : chance - score));
  if (gains.length < 2) return false;
  const [low, high] = meanInterval(gains);
  return low > 0 && (low + high) / 2 > margin;
}

/** Null where at least one of the arms leaves chance, else a sentence that says what none of them does. */
export const noTest = (result: RunResult, arms: readonly string[]): string | null =>
  arms.some((arm) => leavesChance(result, arm)) ? null : aimOf(result).missed;
