import { describe, expect, it } from 'vitest';
import { withPath } from '@/experiment/link.ts';
import { presetExperiment } from '@/experiment/testing.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { removeArm } from '@/state/arms.ts';
import type { ShelvedRun } from '@/state/shelfRecord.ts';
import { againstNewest, derivedName, differenceWords, runName } from './runName.ts';

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
    ['base.mapping', { rule: 'first', count: 3 }, 'mapping first 3'],
    ['base.mapping', [], 'mapping drawn by hand'],
    ['base.schedule', { kind: 'tail', warmup: 20, decay: 0.3 }, 'schedule warm-up of 20 steps and tail'],
    ['arms.guided.terms.align.mapping', { rule: 'reversed' }, 'Guided: mapping reversed'],
    ['arms.guided.learningRate', 0.01, 'Guided: learning rate 0.01'],
    ['observe', [{ what: 'gradients' }], 'what is recorded changed'],
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
    expect(derivedName(many)).toBe('task noise 0.4 · target 2×16 FCN · 1 seed · 2 more');
    expect(derivedName({ ...preset, task: presetExperiment('first-token').task })).toBe('First token, changed');
  });

  const changed = (...changes: [string, unknown][]) => changes.reduce<unknown>((node, [path, value]) => withPath(node, path, value), preset) as Experiment;
  const guided = (weight: number) =>
    changed(
      ['base.steps', 10],
      ['base.batchSize', 8],
      ['base.evaluateEvery', 5],
      ['seeds', [0]],
      ['base.mapping', { rule: 'last', count: 2 }],
      ['arms.guided.terms.align.weight', weight],
    );

  it('tells what was changed of the science before bookkeeping, so that runs that differ in a weight have two names', () => {
    expect(derivedName(guided(3))).toBe('Guided: weight 3 · mapping last 2 · 1 seed · 3 more');
    expect(derivedName(guided(0.5))).not.toBe(derivedName(guided(3)));
    const alone = (weight: number) => ({ ...guided(weight), arms: guided(weight).arms.filter(({ id }) => id === 'guided' || id === 'unguided') });
    expect(derivedName(alone(3))).toMatch(/^weight 3 · without “/);
    expect(differenceWords(preset, guided(3)).slice(3)).toEqual(['10 steps', 'batch 8', 'evaluated every 5']);
  });

  it('tells in what a run differs from the newest of its preset', () => {
    const run = (id: string, experiment: Experiment) => ({ id, experiment }) as ShelvedRun;
    const other = run('other', presetExperiment('first-token'));
    const [newest, lighter, same] = [run('newest', guided(3)), run('lighter', guided(0.5)), run('same', guided(3))];
    const runs = [other, newest, lighter, same];
    expect(runs.map((each) => againstNewest(each, runs))).toEqual([null, null, 'Guided: weight 0.5', 'nothing: the same settings']);
    expect(againstNewest(run('seeds', { ...guided(3), seeds: [7] }), runs)).toBe('seed 7');
    expect(againstNewest(run('plain', preset), runs)).toBe('Guided: weight 4 · mapping even · 3 seeds · 250 steps · batch 128 · evaluated every 10');
  });

  it('is its title where nothing differs, and what a person has called it', () => {
    expect(runName({ name: null, experiment: preset })).toBe('Wide FCN ← ResNet');
    expect(runName({ name: 'mine', experiment: preset })).toBe('mine');
  });
});
