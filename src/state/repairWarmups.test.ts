import { expect, it } from 'vitest';
import { parseExperiment } from '../experiment/parse.ts';
import { findPreset } from '../experiment/presets/presets.ts';
import type { ArmSpec, Experiment, TaskSpec, WarmupSpec } from '../experiment/schema/schema.ts';
import { repair } from './repair.ts';

const preset = (id: string) => findPreset(id)?.experiment as Experiment;
const [IMAGES, RECALL] = [preset('wide-fcn'), preset('first-token')];

const warm = (experiment: Experiment, warmup: Partial<WarmupSpec>, aligned = true): Experiment => {
  const arm: ArmSpec = {
    id: 'warm',
    name: 'Warm',
    terms: aligned ? [{ kind: 'align', guide: Object.keys(experiment.guides)[0], weight: 1 }] : [],
    warmup: { steps: 10, inputs: 'training', loss: 'align', keepOptimiser: false, ...warmup },
  };
  const { asks: _, ...rest } = experiment;
  return { ...rest, arms: [arm] };
};
/** The same arms and guides' kinds on the other preset's task and networks. */
const onRecall = (experiment: Experiment): Experiment => {
  const [guide] = Object.keys(experiment.guides);
  return { ...RECALL, asks: undefined, arms: experiment.arms, guides: { ...RECALL.guides, [guide]: RECALL.guides[Object.keys(RECALL.guides)[0]] } };
};

it('noise becomes the noise of the new task, and the inputs stay', () => {
  const before = warm(IMAGES, { inputs: 'pink-noise' });
  const { experiment, notes } = repair(onRecall(before), before);
  expect(experiment.arms[0].warmup?.inputs).toBe('random-tokens');
  expect(notes).toContain('The arm “Warm” is now warmed up on random tokens: it could not read the other inputs.');
  expect(parseExperiment(experiment).ok).toBe(true);
  const inputs = warm(IMAGES, {});
  expect(repair(onRecall(inputs), inputs).experiment.arms[0].warmup?.inputs).toBe('training');
});

it('another task follows the size of the images, or goes with the warm-up', () => {
  const shapes = { ...preset('shapes').task, size: (IMAGES.task as { size: number }).size } as TaskSpec;
  const before = warm(IMAGES, { inputs: shapes, loss: 'task' }, false);
  expect(repair(before).experiment).toEqual(before);
  const larger = { ...before, task: { ...before.task, size: 24 } as TaskSpec };
  const { experiment, notes } = repair(larger, before);
  expect(experiment.arms[0].warmup?.inputs).toEqual({ ...shapes, size: 24 });
  expect(notes).toEqual([]);
  const gone = repair(onRecall(before), before);
  expect(gone.experiment.arms[0].warmup).toBeUndefined();
  expect(gone.notes).toContain('The arm “Warm” has no warm-up any more: the target could not read its inputs.');
});
