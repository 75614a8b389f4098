import { expect, it } from 'vitest';
import { taskShape } from '../experiment/networks/describe.ts';
import { parseExperiment } from '../experiment/parse.ts';
import { findPreset } from '../experiment/presets/presets.ts';
import type { Experiment, NetworkSpec } from '../experiment/schema/schema.ts';
import { withFamily } from './networks.ts';
import { repair } from './repair.ts';

const base = findPreset('shapes')?.experiment as Experiment;
const VIT: NetworkSpec = withFamily(base.target, 'vit', taskShape(base.task));
const sized = (target: NetworkSpec, size: number): Experiment => ({ ...base, target, task: { ...base.task, size } as Experiment['task'] });

it.each([
  [12, 4],
  [18, 3],
  [14, 7],
  [13, 13],
  [16, 4],
])('the patches of a ViT follow images of %i pixels: %i', (size, patch) => {
  const { experiment, notes } = repair(sized(VIT, size));
  expect(experiment.target).toEqual({ ...VIT, patch });
  expect(notes).toEqual(patch === 4 ? [] : [`The patches of the target are now ${patch} pixels wide, to fit the images.`]);
  expect(parseExperiment(experiment).ok).toBe(true);
});

it('those of a ConvNeXt leave something of the image in every stage, of guides too', () => {
  const convnext: NetworkSpec = { family: 'convnext', stages: [1, 1, 1], width: 8, patch: 4, kernel: 3, init: 'default' };
  const guided = { ...sized(base.target, 8), guides: { ...base.guides, untrained: { state: 'untrained', network: convnext } } } as Experiment;
  const { experiment, notes } = repair(guided);
  expect(experiment.guides.untrained).toEqual({ state: 'untrained', network: { ...convnext, patch: 2 } });
  expect(notes).toEqual(['The patches of the guide “untrained” are now 2 pixels wide, to fit the images.']);
});

it('leaves numbers that are no patch to the checks', () => {
  for (const patch of [0, -3, 2.5, Number.NaN]) expect(repair(sized({ ...VIT, patch } as NetworkSpec, 16)).notes).toEqual([]);
});
