/** Every preset starts: twenty steps of all its arms on WASM, without NaN, with its guides trained for as long in proportion. */
import { expect, it } from 'vitest';
import { parseExperiment } from '../experiment/parse.ts';
import { withSteps } from '../experiment/plan/plan.ts';
import { PRESETS } from '../experiment/presets/presets.ts';
import { type Experiment, type GuideSpec, isImageTask, type TaskSpec } from '../experiment/schema/schema.ts';
import { runToEnd } from './testing/collect.ts';

const STEPS = 20;
/** The files of a person are not here; `files.test.ts` trains on some of its own. */
const drawn = PRESETS.filter(({ experiment }) => experiment.task.kind !== 'image-files');

/** One seed, and smaller batches and sets: how well it learns is not looked at here. */
function shortened({ task, guides, base, ...rest }: Experiment): Experiment {
  const small = Object.entries(guides).map(([id, guide]): [string, GuideSpec] => [
    id,
    guide.state === 'trained' ? { ...guide, training: { ...guide.training, batchSize: 16 } } : guide,
  ]);
  return {
    ...rest,
    task: { ...task, ...(isImageTask(task) && { train: 128 }), ...('val' in task && { val: 64 }), ...('valTokens' in task && { valTokens: 2000 }) } as TaskSpec,
    guides: Object.fromEntries(small),
    seeds: [0],
    base: { ...base, batchSize: 16, evaluateEvery: STEPS },
  };
}

it.each(drawn.map(({ id, experiment }) => [id, experiment] as const))('%s', async (_, experiment) => {
  const short = withSteps(shortened(experiment), STEPS);
  expect(parseExperiment(short)).toMatchObject({ ok: true });
  const { result } = await runToEnd(short, 'wasm');
  expect(result.members.map(({ arm }) => arm)).toEqual(experiment.arms.map(({ id }) => id));
  for (const { diverged, final, history } of result.members) {
    expect(diverged).toBe(false);
    expect(history.trainLoss).toHaveLength(STEPS);
    expect(history.trainLoss.every(Number.isFinite)).toBe(true);
    expect(Number.isFinite(final.valLoss)).toBe(true);
  }
});
