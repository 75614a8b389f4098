import { describe, expect, it } from 'vitest';
import { withPath } from '@/experiment/link.ts';
import { presetExperiment } from '@/experiment/testing.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { removeArm } from '@/state/arms.ts';
import { derivedName, runName } from './runName.ts';

const preset = presetExperiment('wide-fcn');
const named = (path: string, value?: unknown) => derivedName(withPath(preset, path, value) as Experiment);

describe('a run is called by what differs from its preset', () => {
  it.each([
    ['base.steps', 600, '600 steps'],
    ['base.learningRate', 0.0003, 'learning rate 3e-4'],
    ['base.batchSize', 32, 'batch 32'],
    ['base.clipNorm', 1, 'clipped at 1'],
    ['seeds', [0, 1, 2, 3, 4, 5], '6 seeds'],
    ['interventions', [{ step: 5, set: { guidance: false } }], 'guidance off from step 5'],
    ['arms.guided.terms.align.weight', 0.3, 'Guided: weight 0.3'],
    ['arms.guided.terms.align.course', { kind: 'until', step: 50 }, 'Guided: until step 50'],
    ['arms.guided.name', 'Mine', 'Wide FCN ← ResNet'],
    ['target.width', 64, 'target width 64'],
    ['task.noise', 0.5, 'task noise 0.5'],
  ])('%s', (path, value, words) => expect(named(path, value)).toBe(words));

  it('names arms that are gone, counts what is beyond three, and calls another task by its title', () => {
    expect(derivedName(removeArm(preset, 'distilled'))).toBe('without “Distilled”');
    const many = [
      ['base.steps', 10],
      ['base.batchSize', 8],
      ['target.width', 16],
      ['target.depth', 2],
      ['task.noise', 0.4],
      ['seeds', [0]],
    ].reduce<unknown>((experiment, [path, value]) => withPath(experiment, String(path), value), preset) as Experiment;
    expect(derivedName(many)).toMatch(/^(10 steps · batch 8|batch 8 · 10 steps) · target 2×16 FCN · 2 more$/);
    expect(derivedName({ ...preset, task: presetExperiment('first-token').task })).toBe('First token, changed');
  });

  it('is its title where nothing differs, and what a person has called it', () => {
    expect(runName({ name: null, experiment: preset })).toBe('Wide FCN ← ResNet');
    expect(runName({ name: 'mine', experiment: preset })).toBe('mine');
  });
});
