import { beforeEach, expect, it } from 'vitest';
import { presetExperiment } from '../experiment/testing.ts';
import type { AlignTerm, ArmSpec, Course, Experiment } from '../experiment/schema/schema.ts';
import { removeArm } from './arms.ts';
import { useExperiment } from './experiment.ts';
import { forkArm } from './forks.ts';

const WIDE = presetExperiment('wide-fcn');
const store = useExperiment.getState;
const last = (): ArmSpec => store().experiment.arms[store().experiment.arms.length - 1];
const fork = (arm: string, step: number) => expect(store().update((experiment) => forkArm(experiment, arm, step))).toEqual([]);
const open = (change: Partial<ArmSpec> = {}, rest: Partial<Experiment> = {}) =>
  store().replace({ ...WIDE, ...rest, arms: WIDE.arms.map((arm) => (arm.id === 'guided' ? { ...arm, ...change } : arm)) });
const guidedFor = (course?: Course): ArmSpec['terms'] => [{ ...(WIDE.arms[1].terms[0] as AlignTerm), ...(course && { course }) }];

beforeEach(() => open());

it('is the arm once more, from a step on', () => {
  fork('guided', 40);
  expect(last()).toEqual({ id: 'guided-fork', name: 'Guided, fork at 40', terms: WIDE.arms[1].terms, fork: { of: 'guided', step: 40 } });
  fork('guided', 40);
  expect(last()).toMatchObject({ id: 'guided-fork-2', name: 'Guided, fork at 40 2' });
});

it('starts as its parent starts', () => {
  open({ init: 'he' });
  fork('guided', 40);
  expect(last().init).toBeUndefined();
});

it.each<[Course, number, Course | null]>([
  [{ kind: 'until', step: 50 }, 40, { kind: 'until', step: 10 }],
  [{ kind: 'until', step: 40 }, 40, null],
  [{ kind: 'between', from: 30, to: 60 }, 40, { kind: 'between', from: 0, to: 20 }],
  [{ kind: 'between', from: 45, to: 60 }, 40, { kind: 'between', from: 5, to: 20 }],
  [{ kind: 'whole' }, 40, { kind: 'whole' }],
  [{ kind: 'every', steps: 7 }, 40, { kind: 'every', steps: 7 }],
])('has of the course %j after %i steps what is left of it', (course, step, left) => {
  open({ terms: guidedFor(course) });
  fork('guided', step);
  expect(last().terms).toEqual(left === null ? [] : guidedFor(left));
});

it('forks from what a fork still is at that step', () => {
  fork('guided', 40);
  fork('guided-fork', 40);
  expect(last()).toMatchObject({ name: 'Guided, fork at 40 2', fork: { of: 'guided', step: 40 } });
  fork('guided-fork', 90);
  expect(last()).toMatchObject({ id: 'guided-fork-3', name: 'Guided, fork at 90', fork: { of: 'guided-fork', step: 90 } });
});

it('begins at the rate that the run has come to', () => {
  const set = { learningRate: 1e-2 };
  open({ learningRate: 1e-4 });
  fork('guided', 40);
  expect(last().learningRate).toBe(1e-4);
  open({ learningRate: 1e-4 }, { interventions: [{ step: 20, set }] });
  fork('guided', 40);
  expect(last().learningRate).toBeUndefined();
});

it('goes with the arm that it forks from, and its own forks with it', () => {
  fork('guided', 40);
  fork('guided-fork', 90);
  expect(store().update((experiment) => removeArm(experiment, 'guided'))).toEqual([]);
  expect(store().experiment.arms.map(({ id }) => id)).toEqual(['unguided', 'guided-untrained', 'distilled']);
  expect(store().notes).toEqual([
    'The arm “Guided, fork at 40” was removed: it forks from “Guided”, which is no longer there.',
    'The arm “Guided, fork at 90” was removed: it forks from “Guided, fork at 40”, which is no longer there.',
  ]);
});

it('is called by its step, and by its guide, unless a person named it', () => {
  fork('guided', 40);
  store().set('arms.guided-fork.fork.step', 50);
  expect(last().name).toBe('Guided, fork at 50');
  store().set('arms.guided-fork.terms.align.guide', 'untrained');
  expect(last().name).toBe('Guided, untrained guide, fork at 50');
  store().set('arms.guided-fork.name', 'Mine');
  store().set('arms.guided-fork.fork.step', 60);
  expect(last().name).toBe('Mine');
});
