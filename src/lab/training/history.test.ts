import { expect, it } from 'vitest';
import type { EvaluationRecord } from '../../experiment/contract/events.ts';
import { History } from './history.ts';

const record = (step: number): EvaluationRecord => ({
  step,
  valLoss: Float32Array.of(step),
  valMetric: Float32Array.of(0),
  matrices: {},
  predictions: Uint16Array.of(step, step + 1),
});

it('keeps every evaluation, and the predictions of the latest', () => {
  const history = new History(1, 100);
  for (const step of [0, 10, 20]) history.evaluated(record(step));
  const kept = (of: History) => of.evaluations.map(({ step, valLoss, predictions }) => [step, valLoss[0], predictions.length]);
  expect(kept(history)).toEqual([
    [0, 0, 0],
    [10, 10, 0],
    [20, 20, 2],
  ]);
  const again = new History(1, 100);
  again.restore(history.save(), [-1]);
  expect(kept(again)).toEqual(kept(history));
  // A step that is evaluated again takes the place of what came at and after it.
  again.evaluated(record(10));
  expect(kept(again)).toEqual([
    [0, 0, 0],
    [10, 10, 2],
  ]);
});
