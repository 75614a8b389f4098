import { expect, test } from 'vitest';
import { EVALUATION_QUANTITIES, gaps } from '@/experiment/series.ts';
import { findPreset } from '@/experiment/presets/presets.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { RunData } from '@/state/runData.ts';
import { csvBlocks } from '@/ui/compare/exports.ts';
import { armRows } from '@/ui/compare/resultRows.ts';
import { verdictOf } from '@/state/verdictOf.ts';
import { metricWords } from './format.ts';
import { boundsFrom } from './metricRange.ts';
import { metricSeries } from './series.ts';

const everyArm = (data: RunData) => new Set(data.arms.keys());
const preset = findPreset('lm-short')?.experiment as Experiment;
const experiment: Experiment = { ...preset, arms: preset.arms.slice(0, 2), guides: { untrained: preset.guides.untrained } };

/** Two arms with three seeds, evaluated at some steps; the second arm is 0.2 lower. */
function run(levels: readonly (readonly [step: number, perplexity: number])[]): RunData {
  const data = new RunData(experiment);
  for (const [step, level] of levels) {
    const valMetric = Float32Array.from({ length: 6 }, (_, m) => level + 0.01 * (m % 3) - (m > 2 ? 0.2 : 0));
    data.apply({
      type: 'evaluation.recorded',
      record: {
        step,
        series: {
          ...gaps(EVALUATION_QUANTITIES, experiment),
          valMetric,
          valLoss: valMetric.map(Math.log),
          groupLoss: Float32Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? Math.log(2) : Math.log(4))),
          groupAccuracy: Float32Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? 0.5 : 0.25)),
        },
        matrices: {},
        predictions: new Uint16Array(6 * 249 * 32),
      },
    });
  }
  return data;
}

const data = run([
  [0, 48],
  [100, 8],
  [300, 5],
  [1200, 4],
]);

test('what a metric that falls is zoomed in on lies behind its steep beginning', () => {
  const series = metricSeries(data, everyArm(data), 120);
  const { min, max } = boundsFrom(series, 240);
  expect(min).toBeCloseTo(3.81, 5);
  expect(max).toBeCloseTo(5.01, 5);
  expect(boundsFrom(series, 2000)).toEqual({ min: Number.NaN, max: Number.NaN });
});

test('a lower perplexity is the better one, in the verdict and in the table', () => {
  const verdict = verdictOf(data, true);
  expect(verdict?.comparisons[0]).toMatchObject({ claim: 'better', wins: 3, losses: 0 });
  expect(verdict?.headline.map(({ text }) => text).join('')).toMatch(/beats unguided in 3 of 3 seeds, by 0.20 of validation perplexity .*lower is better/);
  const [unguided, guided] = armRows(data, null, verdict);
  expect(unguided.bestMetric.mean).toBeCloseTo(4.01, 5);
  expect(guided.valMetric.mean).toBeCloseTo(3.81, 5);
  expect(guided.groups.map(({ perplexity, accuracy }) => [perplexity.mean, accuracy.mean])).toEqual([
    [expect.closeTo(2, 5), 0.5],
    [expect.closeTo(4, 5), 0.25],
  ]);
});

test('the table of an export holds perplexities and groups', () => {
  const lines = [...csvBlocks(data)].join('').split('\n');
  expect(lines).toContain('unguided,0,1200,val_perplexity,4');
  expect(lines).toContain('guided-untrained,2,300,val_accuracy:returning name,0.5');
  expect(lines).toContain('unguided,1,0,val_loss:other tokens,1.386294');
});

test('perplexities are written as numbers, accuracies as per cent', () => {
  expect(metricWords({ name: 'perplexity' }).value(3.674)).toBe('3.67');
  expect(metricWords({ name: 'perplexity' }).difference(-0.166)).toBe('−0.17');
  expect(metricWords({ name: 'accuracy' }).value(0.5401)).toBe('54.0 %');
});
