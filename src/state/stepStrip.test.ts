import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { alignedPairs, observedPairs } from '@/experiment/plan/arms.ts';
import type { Phase } from '@/experiment/contract/events.ts';
import { presetExperiment } from '@/experiment/testing.ts';
import { clearRun, useRun } from './run.ts';
import { session } from './session.ts';
import { pairsToShow, showSteps, stepAndShow, useStepStrip, whomToShow } from './stepStrip.ts';

const at = (phase: Phase, step = 0) => useRun.setState({ phase, step });
const strip = () => {
  const { wanted, open, from } = useStepStrip.getState();
  return { wanted, open, from };
};

beforeEach(() => {
  clearRun();
  useStepStrip.setState({ wanted: true, open: false, from: null, chosen: {} });
  vi.spyOn(session, 'step').mockResolvedValue();
});
afterEach(() => vi.restoreAllMocks());

it('opens with a step, stays while the next is taken, and goes when the run goes on', async () => {
  at('paused', 4);
  await stepAndShow();
  expect(session.step).toHaveBeenCalledTimes(1);
  at('running', 4);
  expect(strip()).toEqual({ wanted: true, open: true, from: 4 });
  at('paused', 5);
  expect(strip()).toEqual({ wanted: true, open: true, from: null });
  at('running', 5);
  expect(strip().open).toBe(false);
  // A pause is no step.
  at('paused', 9);
  expect(strip().open).toBe(false);
});

it('waits for the first step of a run that has to be opened', async () => {
  await stepAndShow();
  at('preparing');
  at('paused', 0);
  at('running', 0);
  expect(strip()).toEqual({ wanted: true, open: true, from: 0 });
  at('finished', 1);
  expect(strip()).toEqual({ wanted: true, open: true, from: null });
  at('idle');
  expect(strip().open).toBe(false);
});

it('does not come where the run failed, and pausing a run is not a step', async () => {
  await stepAndShow();
  at('failed');
  expect(strip()).toMatchObject({ open: false, from: null });
  at('running', 3);
  await stepAndShow();
  expect(strip()).toMatchObject({ open: false, from: null });
  expect(session.step).toHaveBeenCalledTimes(2);
});

it('stays closed once closed, until it is asked for', async () => {
  at('paused', 2);
  await stepAndShow();
  at('paused', 3);
  showSteps(false);
  await stepAndShow();
  at('paused', 4);
  expect(strip().wanted).toBe(false);
  showSteps(true);
  expect(strip()).toMatchObject({ wanted: true, open: true });
  at('running', 4);
  showSteps(true);
  expect(strip().open).toBe(false);
});

it('shows an arm that is guided, and what was chosen as far as the run has it', () => {
  const experiment = presetExperiment('wide-fcn');
  const guided = experiment.arms.find((arm) => alignedPairs(experiment, arm).length > 0);
  const pairs = pairsToShow(experiment, guided?.id ?? '');
  expect(whomToShow(experiment, {})).toEqual({ arm: guided?.id, seed: experiment.seeds[0], pair: pairs[0] });
  expect(whomToShow(experiment, { arm: 'gone', seed: 99, pair: { guide: 'trained', guideTap: 'gone', targetTap: 'gone' } })).toEqual(
    whomToShow(experiment, {}),
  );
  const chosen = { arm: guided?.id ?? '', seed: experiment.seeds[1], pair: { ...pairs[1] } };
  expect(whomToShow(experiment, chosen)).toEqual(chosen);
  // An arm without guidance is compared by the pairs of all.
  expect(pairsToShow(experiment, 'unguided')).toEqual(observedPairs(experiment));
  expect(whomToShow({ ...experiment, guides: {}, arms: experiment.arms.slice(0, 1) }, {}).pair).toBeNull();
});
