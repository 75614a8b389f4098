import { describe, expect, test } from 'vitest';
import { parseExperiment } from '@/experiment/parse.ts';
import { findPreset } from '@/experiment/presets/presets.ts';
import type { RunResult } from '@/experiment/contract/result.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { FakeLab, type FakeOptions } from '@/lab/testing/fakeLab.ts';
import { RunData } from '@/state/runData.ts';
import { CSV_HEADER, csvBlocks, holdsCurves, toJson } from './exports.ts';
import { armRows, guideRows } from './resultRows.ts';
import { scoresAt, verdictOf } from '@/state/verdictOf.ts';

const preset = findPreset('wide-fcn')?.experiment as Experiment;
const experiment: Experiment = { ...preset, base: { ...preset.base, steps: 30 } };

async function recorded(options: FakeOptions = {}) {
  const lab = new FakeLab({ chunk: 10, ...options });
  const data = new RunData(experiment);
  let result: RunResult | null = null;
  lab.subscribe((event) => {
    data.apply(event);
    if (event.type === 'run.finished') result = event.result;
  });
  await lab.open(experiment, { backend: 'auto' });
  await lab.run();
  await lab.idle();
  return { data, result: result as RunResult | null };
}

describe('CSV', () => {
  test('is tidy: one value per line, every member, step and series once', async () => {
    const { data } = await recorded();
    const lines = [...csvBlocks(data)].join('').trimEnd().split('\n');
    expect(lines[0]).toBe(CSV_HEADER);
    const members = 12;
    const guided = 6;
    const evaluations = 4;
    expect(lines.length - 1).toBe(members * (30 * 2 + evaluations * (2 + 3 * data.pairs.length)) + guided * 30);
    const keys = lines.slice(1).map((line) => line.split(',').slice(0, 4).join(','));
    expect(new Set(keys).size).toBe(keys.length);
    for (const line of lines) expect(line.split(',')).toHaveLength(5);
    const series = new Set(lines.slice(1).map((line) => line.split(',')[3].split(':')[0]));
    expect([...series].sort()).toEqual(['alignment_loss', 'cka', 'cka_chance', 'cka_debiased', 'train_accuracy', 'train_loss', 'val_accuracy', 'val_loss']);
  });

  test('holds the recorded values, and NaN where a member diverged', async () => {
    const { data } = await recorded({ diverge: { member: 4, step: 12 } });
    const text = [...csvBlocks(data)].join('');
    expect(text).toContain('guided,1,20,val_loss,NaN\n');
    expect(text).toContain('guided,1,12,train_loss,NaN\n');
    const line = text.split('\n').find((l) => l.startsWith('guided,0,30,val_accuracy,')) ?? '';
    expect(Number(line.split(',')[4])).toBeCloseTo(data.evaluations[3].series.valMetric[3], 6);
  });

  test('nothing recorded is only the header', () => {
    expect([...csvBlocks(new RunData(null))].join('')).toBe(`${CSV_HEADER}\n`);
  });

  test('is known again, and other tables are not', async () => {
    const { data } = await recorded();
    expect(await holdsCurves(new Blob([...csvBlocks(data)]))).toBe(true);
    for (const other of ['', 'arm,seed\n', 'x,y\n1,2\n']) expect(await holdsCurves(new Blob([other]))).toBe(false);
  });
});

describe('JSON', () => {
  test('is the result file once there is a result, and an experiment that parses before', async () => {
    const { result } = await recorded();
    expect(JSON.parse(toJson(experiment, result))).toEqual(JSON.parse(JSON.stringify(result)));
    const parsed = parseExperiment(JSON.parse(toJson(experiment, null)));
    expect(parsed.ok && parsed.experiment).toEqual(experiment);
  });
});

describe('the result table', () => {
  test('means over seeds of final and best values, and the comparison with unguided', async () => {
    const { data, result } = await recorded();
    const rows = armRows(data, result, verdictOf(data, true));
    expect(rows.map((row) => row.id)).toEqual(['unguided', 'guided', 'guided-untrained', 'distilled']);
    const guided = rows[1];
    const last = data.evaluations[3].series.valMetric;
    expect(guided.valMetric.mean).toBeCloseTo((last[3] + last[4] + last[5]) / 3, 6);
    expect(guided.bestMetric.mean).toBeGreaterThanOrEqual(guided.valMetric.mean - 1e-9);
    expect(guided.bestLoss.mean).toBeLessThanOrEqual(guided.valLoss.mean + 1e-9);
    expect(guided.recalibrated.n).toBe(3);
    expect(rows[0].comparison).toBeNull();
    expect(guided.comparison?.claim).toBe('better');
    expect(armRows(data, null, null)[1].recalibrated.n).toBe(0);
  });

  test('a diverged member is named and in no mean', async () => {
    const { data, result } = await recorded({ diverge: { member: 4, step: 12 } });
    const guided = armRows(data, result, verdictOf(data, true))[1];
    expect(guided.diverged).toEqual([{ seed: 1, step: 12 }]);
    expect(guided.valMetric.n).toBe(2);
    expect(guided.bestMetric.n).toBe(2);
    const evaluation = data.lastEvaluation;
    expect(evaluation && scoresAt(data, evaluation, 'guided')[1]).toBeNull();
  });

  test("guides' own scores with where they came from", async () => {
    const { data } = await recorded();
    expect(guideRows(data).map(({ id, source, valMetric }) => [id, source, valMetric.n])).toEqual([
      ['trained', 'came with the page', 1],
      ['untrained', 'random weights, others for each seed', 3],
    ]);
    expect(guideRows(new RunData(null))).toEqual([]);
  });
});

test('best values follow a run that is rewound', async () => {
  const { data } = await recorded();
  const best = () => armRows(data, null, null)[1].bestMetric.mean;
  const before = best();
  const [first] = data.evaluations;
  data.apply({ type: 'run.rewound', step: 0 });
  const [, guided] = [...data.arms.values()];
  expect(best()).toBeCloseTo(guided.reduce((sum, m) => sum + first.series.valMetric[m], 0) / guided.length, 6);
  expect(best()).toBeLessThan(before);
});
