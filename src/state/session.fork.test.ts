import { beforeEach, expect, test } from 'vitest';
import { presetExperiment } from '@/experiment/testing.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { FakeLab } from '@/lab/testing/fakeLab.ts';
import { clearRun, useRun } from './run.ts';
import { Session } from './session.ts';

const small: Experiment = { ...presetExperiment('wide-fcn'), seeds: [0] };

/** A run that has made one step. */
async function paused() {
  let edited = small;
  const lab = new FakeLab({ chunk: 1 });
  const session = new Session({
    createLab: async () => lab,
    experiment: () => edited,
    edit: (experiment) => {
      edited = experiment;
    },
    backend: () => 'auto',
  });
  await session.step();
  await lab.idle();
  return {
    session,
    lab,
    edited: () => edited,
    edit: (change: Partial<Experiment>) => {
      edited = { ...edited, ...change };
    },
  };
}

beforeEach(() => {
  clearRun();
  useRun.setState({ environment: null, retrain: [] });
});

const forked = ({ arms }: Experiment, step: number) => ({ arms: [...arms, { id: 'fork', name: 'Fork', terms: [], fork: { of: 'guided', step } }] });

test('a fork of the run on screen goes on from where the run is, which stays as it is beside it', async () => {
  const { session, lab, edit, edited } = await paused();
  const first = lab.opened[0].options.keepAs;
  edit(forked(edited(), 1));
  await session.run();
  await lab.idle();
  const { experiment, options } = lab.opened[1];
  expect(experiment.arms.map(({ id }) => id)).toContain('fork');
  expect(options.resume).toBe(first);
  expect(options.keepAs).not.toBe(first);
  expect(lab.kept.map(({ name }) => name)).toContain(first);
});

test('a fork of the run on screen has what was changed by hand before', async () => {
  const { session, lab, edit, edited } = await paused();
  edit(forked(edited(), 1));
  await session.intervene({ learningRate: 1e-4 });
  expect(edited().interventions).toEqual([]);
  await session.run();
  expect(lab.opened[1].experiment.interventions).toHaveLength(1);
  expect(edited().interventions).toHaveLength(1);
});

test('a fork of an earlier step begins a run', async () => {
  const { session, lab, edit, edited } = await paused();
  edit(forked(edited(), 0));
  await session.run();
  expect(lab.opened[1].options.resume).toBeUndefined();
});

test('a fork repeats the steps before it where the run could not be kept', async () => {
  const { session, lab, edit, edited } = await paused();
  lab.close = async () => false;
  edit(forked(edited(), 1));
  await session.run();
  const { experiment, options } = lab.opened[1];
  expect(experiment.arms.map(({ id }) => id)).toContain('fork');
  expect(options.resume).toBeUndefined();
});
