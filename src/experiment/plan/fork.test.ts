import { describe, expect, it } from 'vitest';
import { withPath } from '../link.ts';
import { parseExperiment } from '../parse.ts';
import { formatProblem } from '../schema/problem.ts';
import type { ArmSpec, Experiment } from '../schema/schema.ts';
import { presetExperiment } from '../testing.ts';
import { cost, withSteps } from './plan.ts';
import { rootOf, settingsAt, sharesOf } from './fork.ts';

const WIDE = presetExperiment('wide-fcn');
const GUIDED = WIDE.arms[1];
const { init: _, ...rest } = GUIDED;
const fork = (id: string, of: string, step: number, own: Partial<ArmSpec> = {}): ArmSpec => ({ ...rest, id, name: id, terms: [], ...own, fork: { of, step } });
const withArms = (...arms: ArmSpec[]): Experiment => ({ ...WIDE, arms: [...WIDE.arms, ...arms] });

describe('settings', () => {
  const late = fork('late', 'early', 90);
  const experiment = withArms(late, fork('early', 'guided', 40));
  const [early] = experiment.arms.slice(-1);
  it.each([
    [0, 'guided', 0],
    [39, 'guided', 0],
    [40, 'early', 40],
    [89, 'early', 40],
    [90, 'late', 90],
    [200, 'late', 90],
  ])('at step %i are those of %s, whose courses count from %i', (step, id, courseFrom) => {
    expect(settingsAt(experiment, late, step)).toEqual({ arm: experiment.arms.find((arm) => arm.id === id), courseFrom });
  });
  it('of an arm that is no fork are its own', () => {
    expect(settingsAt(experiment, GUIDED, 0)).toEqual({ arm: GUIDED, courseFrom: 0 });
    expect(sharesOf(experiment, GUIDED)).toEqual([{ arm: GUIDED, share: 1 }]);
  });
  it('begin with those of the arm at the end of the chain', () => {
    expect(rootOf(experiment, late)).toBe(GUIDED);
    expect(sharesOf(experiment, late)).toEqual([
      { arm: GUIDED, share: 40 / 250 },
      { arm: early, share: 50 / 250 },
      { arm: late, share: 160 / 250 },
    ]);
  });
  it('of a fork at step 0 are never those of the other', () => {
    const first = fork('first', 'guided', 0);
    expect(settingsAt(withArms(first), first, 0).arm).toBe(first);
    expect(sharesOf(withArms(first), first)).toEqual([{ arm: first, share: 1 }]);
  });
});

const problemsOf = (experiment: unknown): string[] => {
  const parsed = parseExperiment(experiment);
  return parsed.ok ? [] : parsed.problems.map(formatProblem);
};

it.each<[string, ArmSpec[], string[]]>([
  ['an arm that is not there', [fork('a', 'nobody', 5)], ['arms.4.fork.of names the arm "nobody", which does not exist']],
  ['itself', [fork('a', 'a', 5)], ['arms.4.fork.of must be another arm than the fork itself']],
  ['the end', [fork('a', 'guided', 250)], ['arms.4.fork.step must be less than the 250 steps of the run, not 250']],
  [
    'a fork that begins later',
    [fork('a', 'b', 5), fork('b', 'guided', 5)],
    ['arms.4.fork.step must be greater than 5, where "b" forks itself, not 5: fork from "guided" instead'],
  ],
  ['each other', [fork('a', 'b', 5), fork('b', 'a', 9)], ['arms.4.fork.step must be greater than 9, where "b" forks itself, not 5: fork from "a" instead']],
  ['another initialisation', [fork('a', 'guided', 5, { init: 'he' })], ['arms.4.init is that of "guided", from which the arm forks: leave it out']],
])('a fork of %s is refused', (_, arms, sentences) => {
  expect(problemsOf(withArms(...arms))).toEqual(sentences);
});

it('a fork with an optimiser of another kind is refused', () => {
  const sgd = { kind: 'sgd', momentum: 0.9, weightDecay: 0 } as const;
  expect(problemsOf(withArms(fork('a', 'guided', 5, { optimiser: sgd })))).toContain(
    'arms.4.optimiser must be of the kind adam as that of "guided", whose moments go on, not sgd',
  );
});

it.each([0, 1, 249])('a fork at step %i of 250 is accepted', (step) => {
  expect(problemsOf(withPath(withArms(), 'arms', [...WIDE.arms, fork('a', 'guided', step)]))).toEqual([]);
});

it('a fork costs what it is for as long as it is that', () => {
  const flops = (...arms: ArmSpec[]) => cost(withArms(...arms)).flopsPerStep;
  const [alone, guided] = [fork('a', 'unguided', 0), fork('a', 'guided', 249, { terms: rest.terms })].map((arm) => flops(arm));
  expect(guided).toBeGreaterThan(alone);
  expect(flops(fork('a', 'guided', 50))).toBeCloseTo(alone + (guided - alone) / 5, -3);
});

it('forks keep their place in a shorter run', () => {
  const { arms } = withSteps(withArms(fork('late', 'early', 200), fork('early', 'guided', 50)), 25);
  expect(arms.slice(-2).map((arm) => arm.fork?.step)).toEqual([20, 5]);
});
