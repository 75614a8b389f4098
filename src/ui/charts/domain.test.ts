import { describe, expect, test } from 'vitest';
import { growRange, logRange, niceRange, niceStep, stepTicks, ticksWithin } from './domain.ts';

test('nice steps are 1, 2, 2.5 and 5 times a power of ten', () => {
  expect([0.03, 0.2, 0.21, 0.6, 1, 1.1, 7, 30, 0].map(niceStep)).toEqual([0.05, 0.2, 0.25, 1, 1, 2, 10, 50, 1]);
});

describe('niceRange', () => {
  test('encloses its bounds with ticks on round numbers', () => {
    expect(niceRange(0, 2.2)).toEqual({ domain: [0, 3], ticks: [0, 1, 2, 3] });
    expect(niceRange(0.12, 0.58).domain).toEqual([0, 0.6]);
    expect(niceRange(-0.03, 1).domain[0]).toBeLessThanOrEqual(-0.03);
  });
  test('a single value still has an axis', () => {
    const { domain, ticks } = niceRange(5, 5);
    expect(domain[1]).toBeGreaterThan(domain[0]);
    expect(ticks.length).toBeGreaterThanOrEqual(2);
  });
});

describe('growRange', () => {
  const start = niceRange(0, 2);
  test('is the same object while the data fit, and when there are none', () => {
    expect(growRange(start, 0.5, 1.9)).toBe(start);
    expect(growRange(start, Number.NaN, Number.NaN)).toBe(start);
    expect(growRange(start, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)).toBe(start);
  });
  test('never shrinks and always encloses over any stream of data', () => {
    let range = start;
    for (let i = 0; i < 500; i++) {
      const value = Math.sin(i * 12.9898) * 10 ** (i % 4);
      const next = growRange(range, value, value + 1);
      expect(next.domain[0]).toBeLessThanOrEqual(range.domain[0]);
      expect(next.domain[1]).toBeGreaterThanOrEqual(range.domain[1]);
      expect(next.domain[0]).toBeLessThanOrEqual(value);
      expect(next.domain[1]).toBeGreaterThanOrEqual(value + 1);
      expect(next.ticks.length).toBeLessThanOrEqual(8);
      range = next;
    }
  });
  test('grows in few, large steps: a slow rise from 2 to 4 moves the axis at most four times', () => {
    let range = start;
    let moves = 0;
    for (let value = 2; value <= 4; value += 0.001) {
      const next = growRange(range, 0, value);
      if (next !== range) moves++;
      range = next;
    }
    expect(moves).toBeLessThanOrEqual(4);
  });
});

test('logarithmic ranges begin and end on ticks around the data', () => {
  for (const [min, max] of [
    [0.05, 3],
    [1, 1],
    [0.3, 0.31],
    [1e-6, 1e3],
    [2, 40],
  ]) {
    const { domain, ticks } = logRange(min, max);
    expect(domain[0]).toBeLessThanOrEqual(min * (1 + 1e-6));
    expect(domain[1]).toBeGreaterThanOrEqual(max);
    expect(domain[1]).toBeGreaterThan(domain[0]);
    expect(ticks.length).toBeLessThanOrEqual(16);
  }
});

test('the step axis ends with the last step and its labels keep apart', () => {
  expect(stepTicks([0, 250])).toEqual([0, 50, 100, 150, 200, 250]);
  expect(stepTicks([0, 300])).toEqual([0, 100, 200, 300]);
  for (const steps of [1, 2, 7, 40, 263, 999, 100_000]) {
    const ticks = stepTicks([0, steps]);
    expect(ticks.at(-1)).toBe(steps);
    expect(ticks.length).toBeLessThanOrEqual(8);
    expect(new Set(ticks).size).toBe(ticks.length);
  }
});

test('a part of a run has both its ends on its axis, and round numbers between', () => {
  expect(stepTicks([187, 250])).toEqual([187, 200, 220, 250]);
  expect(stepTicks([7, 8])).toEqual([7, 8]);
});

test('ticks of a dragged range are round and inside', () => {
  expect(ticksWithin([0.133, 0.87])).toEqual([0.2, 0.4, 0.6, 0.8]);
  expect(ticksWithin([0.03, 40], true)).toEqual([0.1, 1, 10]);
  expect(ticksWithin([0.5, 2.1], true)).toEqual([0.5, 1, 1.5, 2]);
});
