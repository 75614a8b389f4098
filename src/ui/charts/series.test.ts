import { describe, expect, test } from 'vitest';
import { findPreset } from '@/experiment/presets/presets.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { FakeLab } from '@/lab/testing/fakeLab.ts';
import { RunData } from '@/state/runData.ts';
import { meanOverSeeds } from './overSeeds.ts';
import { alignmentSeries, lossSeries, metricSeries, sampleIndices, similaritySeries } from './series.ts';

const everyArm = (data: RunData) => new Set(data.arms.keys());
const preset = findPreset('wide-fcn')?.experiment as Experiment;

async function recorded(experiment: Experiment, options: ConstructorParameters<typeof FakeLab>[0] = {}) {
  const lab = new FakeLab({ chunk: 50, ...options });
  const data = new RunData(experiment);
  lab.subscribe((event) => data.apply(event));
  await lab.open(experiment, { backend: 'auto' });
  await lab.run();
  await lab.idle();
  return data;
}

describe('sampleIndices', () => {
  test('never more than the maximum, always first and last', () => {
    for (const length of [1, 2, 50, 119, 120, 121, 250, 10_000]) {
      const indices = sampleIndices(length, 120);
      expect(indices.length).toBeLessThanOrEqual(120);
      expect(indices[0]).toBe(0);
      expect(indices.at(-1)).toBe(length - 1);
    }
    expect(sampleIndices(0, 120)).toEqual([]);
  });
  test('points drawn once stay or are thinned, but do not wander', () => {
    const before = new Set(sampleIndices(200, 120).slice(0, -1));
    for (const index of sampleIndices(230, 120).slice(0, -1)) expect(index > 198 || before.has(index)).toBe(true);
  });
});

test('mean and sample standard deviation over the finite seeds', () => {
  const values = [1, 3, Number.NaN, 5];
  expect(meanOverSeeds([0, 1, 2, 3], (m) => values[m])).toEqual({ mean: 3, sd: 2, n: 3 });
  expect(meanOverSeeds([0], (m) => values[m])).toEqual({ mean: 1, sd: Number.NaN, n: 1 });
  expect(meanOverSeeds([2], (m) => values[m]).n).toBe(0);
});

test('a long run gives rows in order, few enough to draw, ending where the run ends', async () => {
  const data = await recorded({ ...preset, base: { ...preset.base, steps: 3000 } });
  const { rows, ends, lastStep, min, max } = lossSeries(data, everyArm(data), 120);
  expect(rows.length).toBeLessThanOrEqual(240);
  expect(rows.filter((row) => row['m:guided'] !== undefined).length).toBeLessThanOrEqual(120);
  for (let i = 1; i < rows.length; i++) expect(rows[i].step).toBeGreaterThan(rows[i - 1].step);
  expect(lastStep).toBe(3000);
  expect(ends.get('guided')?.step).toBe(3000);
  expect(rows.at(-1)?.['b:guided']).toHaveLength(2);
  expect(min).toBeGreaterThan(0);
  expect(max).toBeLessThan(4);
  expect(metricSeries(data, everyArm(data), 120).rows.length).toBeLessThanOrEqual(120);
});

test('a hidden arm is not in the rows and stretches no axis', async () => {
  const data = await recorded({ ...preset, base: { ...preset.base, steps: 40 } });
  const one = new Set(['guided']);
  for (const series of [lossSeries(data, one, 120), metricSeries(data, one, 120), alignmentSeries(data, one, 120)]) {
    expect([...series.ends.keys()]).toEqual(['guided']);
    const keys = new Set(series.rows.flatMap((row) => Object.keys(row)));
    expect([...keys].filter((key) => key.includes(':') && !key.endsWith(':guided'))).toEqual([]);
    expect(series.rows.some((row) => row['m:guided'] !== undefined)).toBe(true);
  }
  expect(alignmentSeries(data, one, 120).ends).toEqual(new Map([...alignmentSeries(data, everyArm(data), 120).ends].filter(([arm]) => one.has(arm))));
});

test('a band of mean ± sd ends where the quantity does', async () => {
  const data = await recorded({ ...preset, base: { ...preset.base, steps: 40 } });
  const last = data.evaluations[data.evaluations.length - 1];
  const members = data.arms.get('guided') as readonly number[];
  members.forEach((member, i) => {
    last.series.valMetric[member] = i === 0 ? 0.4 : 1;
    last.series.valLoss[member] = i === 0 ? 2 : 0;
  });
  expect(metricSeries(data, everyArm(data), 120).rows.at(-1)?.['b:guided']).toEqual([expect.closeTo(0.8 - 0.3464, 3), 1]);
  expect(lossSeries(data, everyArm(data), 120).rows.at(-1)?.['b:guided']).toEqual([0, expect.closeTo(2 / 3 + 1.1547, 3)]);
});

test('a diverged arm ends where it diverged, the others go on', async () => {
  const data = await recorded({ ...preset, seeds: [0], base: { ...preset.base, steps: 100 } }, { diverge: { member: 1, step: 55 } });
  const { ends } = metricSeries(data, everyArm(data), 120);
  expect(ends.get('guided')?.step).toBe(50);
  expect(ends.get('unguided')?.step).toBe(100);
});

test('alignment losses are of the guided arms', async () => {
  const data = await recorded({ ...preset, base: { ...preset.base, steps: 300 } });
  const { rows, ends, max } = alignmentSeries(data, everyArm(data), 120);
  expect([...ends.keys()]).toEqual(['guided', 'guided-untrained']);
  expect(rows.length).toBeLessThanOrEqual(120);
  expect(rows[0]['m:guided']).toBeCloseTo(0.2 + 0.6 * Math.exp(-1 / 80), 5);
  expect(max).toBeLessThan(0.8);
});

test('one seed has no band', async () => {
  const data = await recorded({ ...preset, seeds: [0], base: { ...preset.base, steps: 20 } });
  expect(metricSeries(data, everyArm(data), 120).rows.every((row) => row['b:guided'] === undefined)).toBe(true);
});

test('similarity of one pair and of the mean over pairs, with the chance level', async () => {
  const data = await recorded({ ...preset, base: { ...preset.base, steps: 50 } });
  const pairs = data.pairs.flatMap((pair, i) => (pair.guide === 'trained' ? [i] : []));
  expect(pairs).toHaveLength(3);
  const each = pairs.map((pair) => similaritySeries(data, everyArm(data), [pair], 'cka', 120));
  const mean = similaritySeries(data, everyArm(data), pairs, 'cka', 120);
  const expected = each.reduce((sum, s) => sum + (s.ends.get('guided')?.value ?? Number.NaN), 0) / 3;
  expect(mean.ends.get('guided')?.value).toBeCloseTo(expected, 6);
  expect(mean.chanceEnd?.value).toBeGreaterThan(0.08);
  expect(similaritySeries(data, everyArm(data), pairs, 'debiased', 120).chanceEnd?.value).toBe(0);
});

test('nothing recorded yet draws nothing', () => {
  const series = lossSeries(new RunData(null), new Set(), 120);
  expect(series.rows).toEqual([]);
  expect(series.min).toBeNaN();
});

test('a fork is drawn from where it leaves its parent, if that is drawn', async () => {
  const fork = { ...preset.arms[1], id: 'fork', fork: { of: 'guided', step: 34 } };
  const data = await recorded({ ...preset, arms: [...preset.arms, fork], base: { ...preset.base, steps: 100 } });
  const first = ({ rows }: ReturnType<typeof lossSeries>, key: string) => rows.find((row) => row[key] !== undefined)?.step;
  for (const series of [lossSeries(data, everyArm(data), 120), metricSeries(data, everyArm(data), 120)]) {
    expect([first(series, 'm:fork'), first(series, 'b:fork'), first(series, 'm:guided')]).toEqual([30, 30, 0]);
  }
  expect(first(lossSeries(data, everyArm(data), 120), 't:fork')).toBe(34);
  expect(first(alignmentSeries(data, everyArm(data), 120), 'm:fork')).toBe(34);
  expect(first(metricSeries(data, new Set(['fork']), 120), 'm:fork')).toBe(0);
});
