import { describe, expect, it } from 'vitest';
import { presetExperiment } from '@/experiment/testing.ts';
import type { Experiment } from '@/experiment/schema.ts';
import { removeArm } from './arms.ts';
import { stalePaths } from './stale.ts';

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
      arms: run.arms.map((arm) => (arm.align ? { ...arm, align: { ...arm.align, weight: 9 } } : arm)),
    });
    expect(stalePaths(heavier, run, run)).toEqual(['arms.guided.align.weight', 'arms.guided-untrained.align.weight']);
  });

  it('does not count what was changed while the run ran', () => {
    const interventions = [{ step: 5, set: { guidance: false } }];
    expect(stalePaths(edit({ interventions }), run, edit({ interventions }))).toEqual([]);
    expect(stalePaths(edit({ interventions }), run, run)).toEqual(['interventions']);
  });
});
