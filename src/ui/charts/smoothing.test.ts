import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Row, Series } from './series.ts';
import { memoryOf, smoothed, smoothingWords } from './smoothing.ts';

const seriesOf = (rows: Row[]): Series => ({ rows, ends: new Map(), lastStep: rows.at(-1)?.step ?? 0, min: 0, max: 1 });

test('none leaves the very same series', () => {
  const series = seriesOf([{ step: 0, 'm:a': 1 }]);
  expect(smoothed(series, memoryOf('none', 500))).toBe(series);
  expect(memoryOf('light', 500)).toBeLessThan(memoryOf('strong', 500));
  expect([smoothingWords('none'), smoothingWords('strong')]).toEqual(['', 'smoothed strongly']);
});

test('with points at even distances it is the moving average with its bias corrected', () => {
  const values = [3, 1, 2, 5, 4];
  const memory = 20;
  const decay = Math.exp(-10 / memory);
  let average = 0;
  const wanted = values.map((value, i) => {
    average = decay * average + (1 - decay) * value;
    return average / (1 - decay ** (i + 1));
  });
  const { rows, ends } = smoothed(seriesOf(values.map((value, i) => ({ step: 10 * i, 'm:a': value }))), memory);
  rows.forEach((row, i) => expect(row['m:a']).toBeCloseTo(wanted[i], 12));
  expect(ends.get('a')).toEqual({ step: 40, value: rows[4]['m:a'] });
});

test('for any curve: a constant stays, nothing leaves the range, bands stay around their line, the chance level is not touched', () => {
  const points = fc.array(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.double({ min: -5, max: 5, noNaN: true })), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(points, fc.double({ min: 1, max: 200, noNaN: true }), (steps, memory) => {
      let step = 0;
      const rows = steps.map(([distance, value]): Row => {
        step += distance;
        return { step, 'm:a': value, 'b:a': [value - 1, value + 1], 'm:b': 2, chance: value };
      });
      const result = smoothed(seriesOf(rows), memory);
      const values = steps.map(([, value]) => value);
      result.rows.forEach((row, i) => {
        const mean = row['m:a'] as number;
        const [low, high] = row['b:a'] as [number, number];
        expect(mean).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9);
        expect(mean).toBeLessThanOrEqual(Math.max(...values) + 1e-9);
        expect([high - mean, mean - low]).toEqual([expect.closeTo(1, 9), expect.closeTo(1, 9)]);
        expect(row['m:b']).toBeCloseTo(2, 9);
        expect(row.chance).toBe(values[i]);
      });
      expect(result.min).toBeLessThanOrEqual(result.max);
    }),
  );
});

test('lines that begin late or have gaps are averaged over what they have', () => {
  const { rows } = smoothed(seriesOf([{ step: 0 }, { step: 5, 't:a': 4 }, { step: 6 }, { step: 10, 't:a': 2 }]), 5);
  expect(rows.map((row) => row['t:a'])).toEqual([undefined, 4, undefined, expect.closeTo((4 * Math.exp(-1) + 2) / (Math.exp(-1) + 1), 12)]);
});
