import { expect, test } from 'vitest';
import { StepSeries } from './stepSeries.ts';

test('keeps one row per step and finds it again', () => {
  const series = new StepSeries(2);
  for (let step = 1; step <= 1000; step++) series.set(step, [step, -step]);
  expect(series.length).toBe(1000);
  expect(series.stepAt(series.rowOf(737))).toBe(737);
  expect(series.at(series.rowOf(737), 0)).toBe(737);
  expect(series.at(series.rowOf(737), 1)).toBe(-737);
});

test('steps that were left out read as NaN', () => {
  const series = new StepSeries(1);
  series.set(1, [1]);
  series.set(4, [4]);
  expect([0, 1, 2, 3].map((row) => series.at(row, 0))).toEqual([1, Number.NaN, Number.NaN, 4]);
});

test('truncate forgets what comes after, and the series goes on from there', () => {
  const series = new StepSeries(1);
  for (let step = 1; step <= 10; step++) series.set(step, [step]);
  series.truncate(4);
  expect(series.length).toBe(4);
  series.set(5, [50]);
  expect(series.at(4, 0)).toBe(50);
  series.truncate(0);
  expect(series.length).toBe(0);
});

test('drops every second row beyond its size, and keeps the right values', () => {
  const series = new StepSeries(2, 64);
  for (let step = 1; step <= 1000; step++) {
    series.set(step, [step, 2 * step]);
    expect(series.length).toBeLessThanOrEqual(32);
  }
  expect(series.stride).toBe(32);
  for (let row = 0; row < series.length; row++) {
    expect(series.at(row, 0)).toBe(series.stepAt(row));
    expect(series.at(row, 1)).toBe(2 * series.stepAt(row));
  }
  expect(series.stepAt(series.rowOf(1000))).toBeLessThanOrEqual(1000);
  expect(series.stepAt(series.rowOf(1000))).toBeGreaterThan(1000 - 32);
});
