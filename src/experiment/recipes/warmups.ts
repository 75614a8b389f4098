/** What recipes with a warm-up share: how long it is, and that it is no longer than what it is for. */
import type { Experiment } from '../schema/schema.ts';
import type { ArmRecipe, Made } from './recipe.ts';

/** As in the paper's Figure 4. */
const STEPS = 300;

/** @param make an arm with a warm-up of so many steps */
export const warmupOf = (make: (experiment: Experiment, steps: number) => Made): Pick<ArmRecipe, 'make' | 'cannot'> => ({
  make: (experiment) => make(experiment, STEPS),
  cannot: ({ base: { steps } }) =>
    STEPS <= steps
      ? null
      : {
          why: `A warm-up of ${STEPS} steps, as in the paper, is longer than the ${steps} steps of the run.`,
          fix: { label: `Warm up for ${steps} steps`, make: (experiment) => make(experiment, steps) },
        },
});
