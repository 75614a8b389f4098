import { expect, it } from 'vitest';
import type { EvaluationRecord } from '../../experiment/contract/events.ts';
import { EVALUATION_QUANTITIES, gaps, STEP_QUANTITIES } from '../../experiment/series.ts';
import { members } from '../../experiment/plan/plan.ts';
import { tinyExperiment } from '../testing/experiments.ts';
import { History } from './history.ts';

const experiment = tinyExperiment();

const record = (step: number): EvaluationRecord => ({
  step,
  series: { ...gaps(EVALUATION_QUANTITIES, experiment), valLoss: new Float32Array(members(experiment).length).fill(step) },
  matrices: {},
  predictions: Uint16Array.of(step, step + 1),
});

it('keeps every evaluation, and the predictions of the latest', () => {
  const history = new History(experiment);
  for (const step of [0, 10, 20]) history.evaluated(record(step));
  const kept = (of: History) => of.evaluations.map(({ step, series, predictions }) => [step, series.valLoss[0], predictions.length]);
  expect(kept(history)).toEqual([
    [0, 0, 0],
    [10, 10, 0],
    [20, 20, 2],
  ]);
  const again = new History(experiment);
  again.restore(history.save(), []);
  expect(kept(again)).toEqual(kept(history));
  // A step that is evaluated again takes the place of what came at and after it.
  again.evaluated(record(10));
  expect(kept(again)).toEqual([
    [0, 0, 0],
    [10, 10, 2],
  ]);
});

it('refuses what is not of its members', () => {
  const history = new History(experiment);
  const training = { firstStep: 1, count: 2, series: gaps(STEP_QUANTITIES, experiment, 2) };
  expect(() => history.append({ ...training, count: 1 })).toThrow(/values of trainLoss were recorded instead of/);
  expect(() => history.append({ ...training, firstStep: 2 })).toThrow(/do not follow/);
  expect(() => history.evaluated({ ...record(0), series: { ...gaps(EVALUATION_QUANTITIES, experiment), similarity: new Float32Array(1) } })).toThrow(
    /1 values of similarity/,
  );
  history.append(training);
  expect(history.steps).toBe(2);
});
