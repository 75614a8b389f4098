import { expect, it } from 'vitest';
import { armGroups } from './plan.ts';
import { findPreset } from '../presets/presets.ts';
import type { Experiment } from '../schema/schema.ts';

const experiment = (depth: number, width: number, arms: number): Experiment => {
  const preset = structuredClone(findPreset('wide-fcn')?.experiment) as Experiment;
  const target = { ...preset.target, depth, width } as Experiment['target'];
  return { ...preset, target, arms: Array.from({ length: arms }, (_, i) => ({ id: `arm-${i}`, name: `${i}`, terms: [] })) };
};
const ids = (groups: ReturnType<typeof armGroups>) => groups.map((group) => group.map(({ id }) => id));

it('trains all arms of a small network together', () => {
  expect(ids(armGroups(experiment(3, 384, 5)))).toEqual([['arm-0', 'arm-1', 'arm-2', 'arm-3', 'arm-4']]);
});

// Small batches: what counts is a chunk of an evaluation, and that has no gradients.
it('trains all arms of twenty-five convolutions together', () => {
  const preset = structuredClone(findPreset('deep-convnet')?.experiment) as Experiment;
  expect(armGroups({ ...preset, seeds: [0, 1, 2] })).toHaveLength(1);
});

it('divides the arms of a large one evenly and in order, within the memory of a group', () => {
  const large = experiment(64, 1024, 5);
  const groups = armGroups(large);
  expect(groups.length).toBeGreaterThan(1);
  expect(groups.flat()).toEqual(large.arms);
  const sizes = groups.map((group) => group.length);
  expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
});

it('gives every arm a group, however large the network', () => {
  const huge = experiment(64, 4096, 3);
  expect(ids(armGroups({ ...huge, base: { ...huge.base, batchSize: 1024 } }))).toEqual([['arm-0'], ['arm-1'], ['arm-2']]);
});

it('trains apart what differs in network or optimiser', () => {
  const mixed = experiment(3, 384, 6);
  const optimiser = { kind: 'sgd', momentum: 0.9, weightDecay: 0 } as const;
  const target = { ...mixed.target, norm: 'none' } as Experiment['target'];
  const own = [{}, {}, { target }, { target }, { target, optimiser }, {}];
  const groups = armGroups({ ...mixed, arms: mixed.arms.map((arm, i) => ({ ...arm, ...own[i] })) });
  expect(ids(groups)).toEqual([['arm-0', 'arm-1'], ['arm-2', 'arm-3'], ['arm-4'], ['arm-5']]);
});
