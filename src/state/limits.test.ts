import { describe, expect, it } from 'vitest';
import { presetExperiment } from '../experiment/testing.ts';
import { limitsAt } from './limits.ts';

const experiment = presetExperiment('wide-fcn');

describe('limitsAt', () => {
  it.each([
    ['base.steps', { min: 1, max: 100_000, integer: true }],
    ['base.learningRate', { min: 1e-7, max: 10, integer: false }],
    ['base.clipNorm', { min: 1e-6, max: 1e6, integer: false }],
    ['base.optimiser.beta1', { min: 0, max: 0.9999, integer: false }],
    ['target.width', { min: 4, max: 4096, integer: true }],
    ['guides.trained.network.width', { min: 2, max: 128, integer: true }],
    ['guides.trained.training.steps', { min: 1, max: 100_000, integer: true }],
    ['guides.trained.network.stages.0', { min: 1, max: 8, integer: true }],
    ['arms.guided.terms.align.weight', { min: 0, max: 1000, integer: false }],
    ['arms.unguided.learningRate', { min: 1e-7, max: 10, integer: false }],
    ['arms.3.terms.distil.temperature', { min: 0.1, max: 100, integer: false }],
    // Absent in the experiment at hand.
    ['base.mapping.0.weight', { min: 0, max: 1000, integer: false }],
    ['task.classes', { min: 2, max: 8, integer: true }],
    ['task.noise', { min: 0, max: 1, integer: false }],
  ])('reads the limits of %s from the schema', (path, limits) => {
    expect(limitsAt(path, experiment)).toEqual(limits);
  });

  it('reads those of a rule of the mapping, and of a named pair', () => {
    const first = { ...experiment, base: { ...experiment.base, mapping: { rule: 'first', count: 1 } as const } };
    expect(limitsAt('base.mapping.count', first)).toEqual({ min: 1, max: 512, integer: true });
    expect(limitsAt('base.mapping.seed', first)).toBeUndefined();
  });

  it.each(['base.momentum', 'guides.untrained.training.steps', 'base.measure', 'nowhere.at.all'])('has none for %s', (path) => {
    expect(limitsAt(path, experiment)).toBeUndefined();
  });
});
