import { describe, expect, it } from 'vitest';
import { presetExperiment } from '@/experiment/testing.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { removeArm } from './arms.ts';
import { resultsOf, stalePaths } from './stale.ts';

const run = presetExperiment('wide-fcn');
const edit = (change: Partial<Experiment>): Experiment => ({ ...run, ...change });

describe('stalePaths', () => {
  it('is empty without a run, and for the experiment that was run', () => {
    expect(stalePaths(run, null, null)).toEqual([]);
    expect(stalePaths(structuredClone(run), run, run)).toEqual([]);
  });

  it('names what was edited', () => {
    const edited = edit({ base: { ...run.base, steps: 10 }, seeds: [0] });
    expect(stalePaths(edited, run, run)).toEqual(['base.steps', 'seeds']);
  });

  it('names an arm by its id, and leaves those alone that only moved up', () => {
    expect(stalePaths(removeArm(run, 'unguided'), run, run)).toEqual(['arms.unguided']);
    const heavier = edit({
      arms: run.arms.map((arm) => ({ ...arm, terms: arm.terms.map((term) => (term.kind === 'align' ? { ...term, weight: 9 } : term)) })),
    });
    expect(stalePaths(heavier, run, run)).toEqual(['arms.guided.terms.align.weight', 'arms.guided-untrained.terms.align.weight']);
  });

  it('does not count what was changed while the run ran', () => {
    const interventions = [{ step: 5, set: { guidance: false } }];
    expect(stalePaths(edit({ interventions }), run, edit({ interventions }))).toEqual([]);
    expect(stalePaths(edit({ interventions }), run, run)).toEqual(['interventions']);
  });
});

describe('resultsOf', () => {
  const of = (edited: Experiment) => resultsOf(edited, { opened: run, experiment: run });

  it('is this experiment without a run, and for what was run', () => {
    expect(resultsOf(run, { opened: null, experiment: null })).toBe('this');
    expect(of(structuredClone(run))).toBe('this');
    const interventions = [{ step: 5, set: { guidance: false } }];
    expect(resultsOf(run, { opened: run, experiment: edit({ interventions }) })).toBe('this');
  });

  it('is the same before edits where only settings changed', () => {
    expect(of(edit({ seeds: [0] }))).toBe('before-edits');
    expect(of(edit({ task: { ...run.task, seed: 7 } as Experiment['task'] }))).toBe('before-edits');
  });

  it('is another with another question, preset, kind of task or data', () => {
    expect(of(presetExperiment('deep-fcn'))).toBe('another');
    expect(of(edit({ question: 'Why?' }))).toBe('another');
    expect(of(edit({ task: { ...run.task, kind: 'shapes' } as Experiment['task'] }))).toBe('another');
    const files = presetExperiment('cifar');
    const renamed = { ...files, task: { ...files.task, data: { name: 'mine' } } as Experiment['task'] };
    expect(resultsOf(renamed, { opened: files, experiment: files })).toBe('another');
  });
});
