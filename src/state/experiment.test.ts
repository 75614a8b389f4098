import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { encodeLink } from '@/experiment/link.ts';
import { termOf } from '@/experiment/plan/arms.ts';
import { presetExperiment } from '@/experiment/testing.ts';
import { differsFromPreset, presetValue, useExperiment } from './experiment.ts';
import { withControl } from './networks.ts';
import { valueAt } from './paths.ts';

const store = () => useExperiment.getState();

beforeEach(() => store().replace(presetExperiment('wide-fcn')));

describe('set', () => {
  it('changes one field and nothing else', () => {
    const before = store().experiment;
    expect(store().set('base.learningRate', 3e-4)).toEqual([]);
    expect(store().experiment).toEqual({ ...before, base: { ...before.base, learningRate: 3e-4 } });
    expect(before.base.learningRate).toBe(1e-3);
  });

  it('addresses arms by id', () => {
    store().set('arms.guided.terms.align.weight', 7);
    expect(termOf(store().experiment.arms[1], 'align')?.weight).toBe(7);
  });

  it.each([
    ['base.steps', 0],
    ['base.steps', 1.5],
    ['base.steps', Number.NaN],
    ['target.width', 1e9],
    ['task.train', 65],
    ['arms.guided.terms.align.guide', 'nobody'],
    ['base.optimiser.kind', 'sgd'],
    ['no.such.field', 1],
  ])('refuses %s = %s, says why and keeps what was there', (path, value) => {
    const before = store().experiment;
    const problems = store().set(path, value);
    expect(problems.length).toBeGreaterThan(0);
    expect(store().problems).toEqual(problems);
    expect(problems[0].message).not.toBe('');
    expect(store().experiment).toBe(before);
  });

  it('forgets the complaint when the next edit is accepted', () => {
    store().set('base.steps', 0);
    store().set('base.steps', 10);
    expect(store().problems).toEqual([]);
  });

  it('refuses what no browser could hold, and names it', () => {
    store().set('target', { ...store().experiment.target, depth: 64, width: 1024 });
    const problems = store().set('target.width', 4096);
    expect(problems[0].message).toMatch(/memory|operations/);
  });
});

describe('repair', () => {
  it('drops drawn pairs whose layer no longer exists, and says so', () => {
    store().set('base.mapping', [
      { guide: 'stem', target: 'linear1' },
      { guide: 'pool', target: 'linear3' },
    ]);
    expect(store().set('target.depth', 2)).toEqual([]);
    expect(store().experiment.base.mapping).toEqual([{ guide: 'stem', target: 'linear1' }]);
    expect(store().notes).toEqual([expect.stringContaining('1 pair was removed')]);
    store().set('base.steps', 10);
    expect(store().notes).toEqual([]);
  });

  it("drops pairs of an arm's own mapping when its guide loses layers", () => {
    store().set('arms.guided.terms.align.mapping', [
      { guide: 'block3.conv2', target: 'linear1' },
      { guide: 'stem', target: 'linear2' },
    ]);
    expect(store().set('guides.trained.network.stages', [1])).toEqual([]);
    expect(termOf(store().experiment.arms[1], 'align')?.mapping).toEqual([{ guide: 'stem', target: 'linear2' }]);
  });
});

describe('reset', () => {
  it('brings one path back to the preset', () => {
    store().set('base.steps', 10);
    store().set('arms.distilled.terms.distil.temperature', 2);
    expect(differsFromPreset(store().experiment, 'arms.distilled.terms.distil.temperature')).toBe(true);
    expect(store().reset('arms.distilled.terms.distil.temperature')).toEqual([]);
    expect(valueAt(store().experiment, 'arms.distilled.terms.distil.temperature')).toBe(4);
    expect(store().experiment.base.steps).toBe(10);
  });

  it('brings everything back, down to the shortest link', () => {
    store().set('base.steps', 10);
    store().set('arms.guided.terms.align.course', { kind: 'until', step: 5 });
    store().set('task.kind', 'shapes');
    store().reset();
    expect(store().experiment).toEqual(presetExperiment('wide-fcn'));
    expect(encodeLink(store().experiment)).toBe('wide-fcn@2');
  });

  it('an edit and its reversal leave a link with no differences', () => {
    store().set('base.steps', 10);
    store().set('arms.guided.terms.align.course', { kind: 'until', step: 5 });
    store().set('base.steps', 250);
    store().set('arms.guided.terms.align.course', undefined);
    expect(encodeLink(store().experiment)).toBe('wide-fcn@2');
  });

  it('has no preset value for an arm that the preset does not have', () => {
    expect(presetValue(store().experiment, 'arms.guided-2.terms.align.weight')).toBeUndefined();
  });
});

describe('undo', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    useExperiment.setState({ past: [], future: [] });
  });
  afterEach(() => vi.useRealTimers());

  it('takes edits back one by one, to the start and no further', () => {
    store().set('base.steps', 10);
    store().set('base.batchSize', 64);
    store().undo();
    expect(store().experiment.base).toMatchObject({ steps: 10, batchSize: 128 });
    store().undo();
    store().undo();
    expect(store().experiment).toEqual(presetExperiment('wide-fcn'));
  });

  it('counts a number being typed as one edit', () => {
    for (const steps of [2, 25, 251]) store().set('base.steps', steps);
    store().undo();
    expect(store().experiment.base.steps).toBe(250);
    store().set('base.steps', 3);
    vi.advanceTimersByTime(5000);
    store().set('base.steps', 4);
    store().undo();
    expect(store().experiment.base.steps).toBe(3);
  });

  it('brings back what a preset replaced', () => {
    store().set('base.steps', 10);
    store().replace(presetExperiment('deep-fcn'));
    store().undo();
    expect(store().experiment.base.steps).toBe(10);
  });

  it('makes again what it took back, until something else is edited', () => {
    store().set('base.steps', 10);
    store().set('base.batchSize', 64);
    store().undo();
    store().undo();
    store().redo();
    expect(store().experiment.base).toMatchObject({ steps: 10, batchSize: 128 });
    store().redo();
    store().redo();
    expect(store().experiment.base).toMatchObject({ steps: 10, batchSize: 64 });
    expect(store().past).toHaveLength(2);
    store().undo();
    store().set('base.steps', 0);
    expect(store().future, 'after an edit that was refused').toHaveLength(1);
    store().set('base.steps', 11);
    expect(store().future).toEqual([]);
    store().redo();
    expect(store().experiment.base).toMatchObject({ steps: 11, batchSize: 128 });
  });

  it('does not take an edit that follows for the one that was made again', () => {
    store().set('base.steps', 10);
    store().undo();
    store().redo();
    store().set('base.steps', 11);
    store().undo();
    expect(store().experiment.base.steps).toBe(10);
  });

  it('brings arms back that went along, and takes them along again', () => {
    const before = store().experiment;
    store().update((experiment) => withControl(experiment, 'trained', 'identity-gram'));
    const after = store().experiment;
    expect(after.arms.map(({ id }) => id)).not.toContain('distilled');
    store().undo();
    expect(store().experiment).toBe(before);
    store().redo();
    expect(store().experiment).toBe(after);
  });

  it('does not count refused edits', () => {
    store().set('base.steps', 0);
    expect(store().past).toEqual([]);
  });
});
