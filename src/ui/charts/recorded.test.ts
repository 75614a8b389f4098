import { expect, it } from 'vitest';
import type { EvaluationRecord, TrainingRecords } from '@/experiment/contract/events.ts';
import { EVALUATION_QUANTITIES, gaps, STEP_QUANTITIES } from '@/experiment/series.ts';
import { findPreset } from '@/experiment/presets/presets.ts';
import type { ArmSpec, Experiment } from '@/experiment/schema/schema.ts';
import { stepsBefore } from '@/experiment/plan/warmup.ts';
import { RunData } from '@/state/runData.ts';
import { evaluationsOf, hasBegun, smoothOf } from './recorded.ts';
import { alignmentSeries, metricSeries } from './series.ts';
import { overTotalSteps } from './totalSteps.ts';

const warm = (id: string, steps: number): ArmSpec => ({
  id,
  name: id,
  terms: [{ kind: 'align', guide: 'untrained', weight: 1, course: { kind: 'until', step: 0 } }],
  warmup: { steps, inputs: 'smooth-noise', loss: 'align', keepOptimiser: false },
});
const preset = findPreset('wide-fcn')?.experiment as Experiment;
const EXPERIMENT: Experiment = {
  ...preset,
  asks: undefined,
  base: { ...preset.base, steps: 4, evaluateEvery: 2 },
  arms: [{ id: 'plain', name: 'plain', terms: [] }, warm('short', 2), warm('long', 4)],
  seeds: [0],
};
const SHOWN = new Set(['plain', 'short', 'long']);

/** A run whose every score is the number of its step; alignment losses are 100 + it. */
function told(): RunData {
  const data = new RunData(EXPERIMENT);
  const evaluation = (step: number): EvaluationRecord => {
    const series = gaps(EVALUATION_QUANTITIES, EXPERIMENT);
    series.valMetric.fill(step);
    return { step, series, matrices: {}, predictions: new Uint16Array(0) };
  };
  const training = (firstStep: number, count: number): TrainingRecords => {
    const series = gaps(STEP_QUANTITIES, EXPERIMENT, count);
    for (let i = 0; i < count; i++) {
      const step = firstStep + i;
      if (step < 1) [Number.NaN, step > -2 ? 100 + step : Number.NaN, 100 + step].forEach((value, m) => series.alignmentLoss.set([value], 3 * i + m));
    }
    return { firstStep, count, series };
  };
  for (const step of [-4, -2]) data.apply({ type: 'evaluation.recorded', record: evaluation(step) });
  data.apply({ type: 'training.recorded', records: training(-3, 2) });
  data.apply({ type: 'training.recorded', records: training(-1, 2) });
  for (const step of [0, 2, 4]) data.apply({ type: 'evaluation.recorded', record: evaluation(step) });
  data.apply({ type: 'training.recorded', records: training(1, 4) });
  return data;
}

it('draws steps before step 0 in the arms that took them', () => {
  const data = told();
  expect(data.evaluations.map(({ step }) => step)).toEqual([0, 2, 4]);
  expect(evaluationsOf(data).map(({ step }) => step)).toEqual([-4, -2, 0, 2, 4]);
  expect(['plain', 'short', 'long'].map((arm) => [-4, -2, 0].filter((step) => hasBegun(data, arm, step)))).toEqual([[0], [-2, 0], [-4, -2, 0]]);
  const { rows } = metricSeries(data, SHOWN, 100);
  expect(rows.map((row) => [row.step, ...['plain', 'short', 'long'].map((arm) => row[`m:${arm}`])])).toEqual([
    [-4, undefined, undefined, -4],
    [-2, undefined, -2, -2],
    [0, 0, 0, 0],
    [2, 2, 2, 2],
    [4, 4, 4, 4],
  ]);
  const smooth = smoothOf(data, 'alignmentLoss');
  expect(Array.from({ length: smooth.length }, (_, row) => smooth.stepAt(row))).toEqual([-3, -2, -1, 0, 1, 2, 3, 4]);
  expect([-5, -3, 0, 1, 4].map((step) => smooth.rowOf(step))).toEqual([-1, 0, 3, 4, 7]);
  expect(smooth.at(0, 2)).toBe(97);
  expect(alignmentSeries(data, SHOWN, 100).rows.flatMap((row) => (row['m:short'] === undefined ? [] : [row.step]))).toEqual([-1, 0]);
});

it('draws the same over all steps that an arm has taken', () => {
  const { rows, ends, lastStep } = overTotalSteps(metricSeries(told(), SHOWN, 100), stepsBefore(EXPERIMENT));
  const line = (arm: string) => rows.flatMap((row) => (row[`m:${arm}`] === undefined ? [] : [[row.step, row[`m:${arm}`]]]));
  expect(line('plain')).toEqual([
    [0, 0],
    [2, 2],
    [4, 4],
  ]);
  expect(line('short')).toEqual([
    [0, -2],
    [2, 0],
    [4, 2],
    [6, 4],
  ]);
  expect(line('long')).toEqual([
    [0, -4],
    [2, -2],
    [4, 0],
    [6, 2],
    [8, 4],
  ]);
  expect(rows.map(({ step }) => step)).toEqual([0, 2, 4, 6, 8]);
  expect(Object.fromEntries([...ends].map(([arm, { step }]) => [arm, step]))).toEqual({ plain: 4, short: 6, long: 8 });
  expect(lastStep).toBe(8);
});

it('forgets what a run that went back has still to tell again', () => {
  const data = told();
  data.apply({ type: 'run.rewound', step: -2 });
  expect(evaluationsOf(data).map(({ step }) => step)).toEqual([-4, -2]);
  expect(smoothOf(data, 'alignmentLoss').length).toBe(2);
  expect(data.trainedSteps).toBe(0);
});
