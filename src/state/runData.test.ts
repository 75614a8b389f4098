import { describe, expect, test } from 'vitest';
import type { EvaluationRecord, LabEvent } from '@/experiment/contract/events.ts';
import { EVALUATION_QUANTITIES, gaps, pairCells, pairSeries, STEP_QUANTITIES } from '@/experiment/series.ts';
import { taskShape } from '@/experiment/networks/describe.ts';
import { observedPairs } from '@/experiment/plan/arms.ts';
import { tapNames } from '@/experiment/plan/pairs.ts';
import { members } from '@/experiment/plan/plan.ts';
import { findPreset } from '@/experiment/presets/presets.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { MAX_MATRIX_BYTES } from './matrixHistory.ts';
import { RunData } from './runData.ts';
import { smoothingDecay } from './stepCurves.ts';

const experiment = findPreset('wide-fcn')?.experiment as Experiment;
const width = members(experiment).length;

const training = (firstStep: number, rows: (step: number, member: number) => number, count = 1): LabEvent => ({
  type: 'training.recorded',
  records: {
    firstStep,
    count,
    series: {
      ...gaps(STEP_QUANTITIES, experiment, count),
      trainLoss: Float32Array.from({ length: count * width }, (_, i) => rows(firstStep + Math.floor(i / width), i % width)),
    },
  },
});

/** Every matrix entry tells where it is: member + target/100 + guide/10000, debiased and chance below it. */
const record = (step: number, value: (member: number) => number = () => step): EvaluationRecord => {
  const targets = tapNames(experiment).length;
  const matrices = Object.fromEntries(
    Object.keys(experiment.guides).map((guide) => {
      const guides = tapNames(experiment, guide).length;
      const cells = targets * guides;
      return [
        guide,
        Float32Array.from({ length: width * cells * 3 }, (_, i) => {
          const cell = Math.floor(i / 3) % cells;
          const member = Math.floor(i / 3 / cells);
          return member + Math.floor(cell / guides) / 100 + (cell % guides) / 10_000 - (i % 3) * 100;
        }),
      ];
    }),
  );
  return {
    step,
    matrices,
    predictions: new Uint16Array(width * taskShape(experiment.task).valExamples),
    series: {
      ...gaps(EVALUATION_QUANTITIES, experiment),
      ...pairSeries(pairCells(experiment), width, matrices),
      valLoss: Float32Array.from({ length: width }, (_, m) => value(m)),
    },
  };
};
const evaluation = (step: number, value?: (member: number) => number): LabEvent => ({
  type: 'evaluation.recorded',
  record: record(step, value),
});

describe('training records', () => {
  test('are kept per member and smoothed per arm without a pull towards 0', () => {
    const data = new RunData(experiment);
    data.apply(training(1, (_, m) => m, 3));
    expect(data.trainedSteps).toBe(3);
    expect(data.steps.trainLoss.values.at(2, 7)).toBe(7);
    // Seeds 0, 1, 2 of the first arm are members 0, 1, 2: a constant stays itself under a debiased average.
    expect(data.steps.trainLoss.smooth.at(2, 0)).toBeCloseTo(1, 6);
    expect(data.steps.trainLoss.smooth.at(0, 3)).toBeCloseTo(10, 6);
  });

  test('follow the definition of the moving average', () => {
    const data = new RunData(experiment);
    const beta = smoothingDecay(experiment.base.steps);
    const values = [3, 1, 4, 1, 5, 9, 2, 6];
    values.forEach((value, i) => data.apply(training(i + 1, () => value)));
    const weights = values.map((_, i) => beta ** (values.length - 1 - i));
    const expected = values.reduce((sum, v, i) => sum + v * weights[i], 0) / weights.reduce((a, b) => a + b, 0);
    expect(data.steps.trainLoss.smooth.at(values.length - 1, 0)).toBeCloseTo(expected, 5);
  });

  test('a diverged member leaves its arm to the other seeds', () => {
    const data = new RunData(experiment);
    data.apply(training(1, (_, m) => (m === 0 ? Number.NaN : 2), 5));
    expect(Number.isNaN(data.steps.trainLoss.values.at(4, 0))).toBe(true);
    expect(data.steps.trainLoss.smooth.at(4, 0)).toBeCloseTo(2, 6);
  });

  test('an arm with nothing finite left reads NaN', () => {
    const data = new RunData(experiment);
    data.apply(training(1, (step, m) => (m < 3 && step > 2 ? Number.NaN : 2), 5));
    expect(data.steps.trainLoss.smooth.at(1, 0)).toBeCloseTo(2, 6);
    expect(data.steps.trainLoss.smooth.at(4, 0)).toBeNaN();
    expect(data.steps.trainLoss.smooth.at(4, 1)).toBeCloseTo(2, 6);
  });

  test('10,000 steps are taken in quickly', () => {
    const data = new RunData({ ...experiment, base: { ...experiment.base, steps: 10_000 } });
    const events = Array.from({ length: 2000 }, (_, i) => training(1 + i * 5, () => 1, 5));
    const began = performance.now();
    for (const event of events) data.apply(event);
    // About 30 ms here; the bound leaves room for slow machines and still catches anything quadratic.
    expect(performance.now() - began).toBeLessThan(1000);
    expect(data.steps.trainLoss.values.length).toBe(10_000);
  });
});

describe('evaluations', () => {
  test('keep the observed pairs of every member and the latest matrices', () => {
    const data = new RunData(experiment);
    data.apply(evaluation(0));
    data.apply(evaluation(10));
    const pair = observedPairs(experiment)[1];
    const target = tapNames(experiment).indexOf(pair.targetTap);
    const guide = tapNames(experiment, pair.guide).indexOf(pair.guideTap);
    const last = data.lastEvaluation;
    if (!last) throw new Error('no evaluation');
    expect(data.similarity(last, 4, 1, 'cka')).toBeCloseTo(4 + target / 100 + guide / 10_000, 4);
    expect(data.similarity(last, 4, 1, 'debiased')).toBeCloseTo(4 - 100 + target / 100 + guide / 10_000, 3);
    expect(data.similarity(last, 4, 1, 'chance')).toBeCloseTo(4 - 200 + target / 100 + guide / 10_000, 3);
    // Seeds of the arm "guided" are members 3, 4, 5: their mean is member 4's.
    expect(data.latestSimilarity('guided', pair.guide, pair.guideTap, pair.targetTap)).toBeCloseTo(4 + target / 100 + guide / 10_000, 4);
  });

  test('an unknown layer, arm or guide, or no evaluation yet, is null', () => {
    const data = new RunData(experiment);
    expect(data.latestSimilarity('guided', 'trained', 'stem', 'linear1')).toBeNull();
    data.apply(evaluation(0));
    expect(data.latestSimilarity('guided', 'trained', 'stem', 'linear1')).not.toBeNull();
    expect(data.latestSimilarity('guided', 'trained', 'nowhere', 'linear1')).toBeNull();
    expect(data.latestSimilarity('nobody', 'trained', 'stem', 'linear1')).toBeNull();
    expect(data.latestSimilarity('guided', 'nobody', 'stem', 'linear1')).toBeNull();
  });

  test('the memory for matrices is bounded, first and last are kept', () => {
    const data = new RunData(experiment);
    for (let i = 0; i <= 5000; i++) data.apply(evaluation(i));
    expect(data.evaluations.length).toBe(5001);
    expect(data.matrices.first?.step).toBe(0);
    expect(data.matrices.latest?.step).toBe(5000);
    const bytes = data.matrices.records.reduce((sum, r) => sum + Object.values(r.byGuide).reduce((s, m) => s + m.byteLength, 0), 0);
    expect(bytes).toBeLessThanOrEqual(MAX_MATRIX_BYTES);
  });
});

describe('a rewind', () => {
  test('makes everything after it void, and going on equals never having gone further', () => {
    const straight = new RunData(experiment);
    const rewound = new RunData(experiment);
    for (const data of [straight, rewound]) {
      data.apply(evaluation(0));
      data.apply(training(1, (step, m) => Math.sin(step) + m, 20));
      data.apply(evaluation(20));
    }
    rewound.apply(training(21, () => 99, 15));
    rewound.apply(evaluation(30, () => 99));
    rewound.apply({ type: 'member.diverged', arm: 'guided', seed: 0, step: 33 });
    rewound.apply({ type: 'intervention.applied', intervention: { step: 31, set: { guidance: false } } });
    rewound.apply({ type: 'run.rewound', step: 20 });
    expect(rewound.trainedSteps).toBe(20);
    expect(rewound.divergences).toEqual([]);
    expect(rewound.interventions).toEqual([]);
    expect(rewound.matrices.latest?.step).toBe(20);
    for (const data of [straight, rewound]) {
      data.apply(training(21, (step, m) => Math.sin(step) + m, 20));
      data.apply(evaluation(40));
    }
    expect(rewound.evaluations.map((e) => e.step)).toEqual([0, 20, 40]);
    for (let row = 0; row < 40; row++) {
      expect(rewound.steps.trainLoss.smooth.at(row, 2)).toBeCloseTo(straight.steps.trainLoss.smooth.at(row, 2), 5);
      expect(rewound.steps.trainLoss.values.at(row, 5)).toBe(straight.steps.trainLoss.values.at(row, 5));
    }
  });

  test('keeps interventions that came with the experiment, and counts a repeated report once', () => {
    const planned = { step: 100, set: { learningRate: 1e-4 } };
    const data = new RunData({ ...experiment, interventions: [planned] });
    data.apply({ type: 'run.rewound', step: 20 });
    data.apply({ type: 'intervention.applied', intervention: structuredClone(planned) });
    expect(data.interventions).toEqual([planned]);
  });
});

test('guides: progress adds up, a restart begins anew, the score is the mean of what is ready', () => {
  const data = new RunData(experiment);
  const progress = (step: number, loss: number[]): LabEvent => ({
    type: 'guide.progress',
    guide: 'trained',
    step,
    steps: 300,
    loss: Float32Array.from(loss),
    valLoss: null,
    valMetric: step / 300,
  });
  data.apply(progress(2, [2, 1]));
  data.apply(progress(3, [0.5]));
  expect(data.guideProgress.get('trained')?.losses).toEqual([2, 1, 0.5]);
  data.apply(progress(1, [3]));
  expect(data.guideProgress.get('trained')?.losses).toEqual([3]);
  expect(data.guideScore('trained')).toBeNull();
  for (const [seed, valMetric] of [
    [0, 0.8],
    [1, 0.9],
  ]) {
    data.apply({ type: 'guide.ready', guide: 'trained', seed, source: 'kept', valLoss: 0.4, valMetric });
  }
  expect(data.guideScore('trained')).toBeCloseTo(0.85, 6);
});
