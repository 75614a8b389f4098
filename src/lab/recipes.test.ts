/** Every recipe in the menu of arms trains: those of a kind of task side by side, as many as an experiment can have. */
import { describe, expect, it } from 'vitest';
import { RECIPES, whyNot, withFix, withRecipe } from '../experiment/recipes/recipes.ts';
import type { Experiment } from '../experiment/schema/schema.ts';
import { runToEnd } from './testing/collect.ts';
import { tinyExperiment, tinySequences } from './testing/experiments.ts';

const STEPS = 20;
const SETTINGS = { seeds: [0], 'base.steps': STEPS, 'base.evaluateEvery': STEPS / 2, 'base.batchSize': 8, 'task.val': 64 };
/** An arm besides, and the rest of what an experiment can hold. */
const AT_ONCE = 11;

/** Of an experiment as long as recipes ask for: whether the lab can do all that they state. */
const long = (experiment: Experiment): Experiment => ({ ...experiment, base: { ...experiment.base, steps: 400 } });

describe.each<[string, Experiment]>([
  ['images', tinyExperiment(SETTINGS)],
  ['sequences', tinySequences('first-token', SETTINGS)],
])('on %s', (_, { arms: [unguided], asks: _asks, ...rest }) => {
  const experiment: Experiment = { ...rest, arms: [unguided] };
  const offered = RECIPES.filter(({ suits }) => suits?.(experiment) ?? true);
  const refused = offered.flatMap((recipe) => {
    const refusal = whyNot(long(experiment), recipe);
    return refusal ? [refusal.why] : [];
  });
  const possible = offered.filter((recipe) => whyNot(long(experiment), recipe) === null);

  it('nothing is refused but moments that have no units to match and starts that have nothing to copy', () => {
    for (const why of refused) expect(why).toMatch(/no units to match|nothing to copy/);
  });

  it.each(
    Array.from({ length: Math.ceil(possible.length / AT_ONCE) }, (__, i) => possible.slice(i * AT_ONCE, (i + 1) * AT_ONCE)).map(
      (recipes) => [recipes.map(({ id }) => id).join(', '), recipes] as const,
    ),
  )('%s', async (__, recipes) => {
    const many = recipes.reduce((all, recipe) => {
      // Of warm-ups that are longer than this run what is offered instead.
      const fix = recipe.cannot?.(experiment)?.fix;
      return fix ? withFix(all, recipe, fix) : withRecipe(all, recipe);
    }, experiment);
    const { result } = await runToEnd(many, 'wasm');
    expect(result.members.map(({ arm }) => arm)).toEqual(many.arms.map(({ id }) => id));
    for (const { arm, diverged, history } of result.members) {
      expect(diverged, arm).toBe(false);
      expect(history.trainLoss, arm).toHaveLength(STEPS);
      expect(history.trainLoss.every(Number.isFinite), arm).toBe(true);
    }
  });
});
