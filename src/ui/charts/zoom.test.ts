import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { View } from './paths.ts';
import type { Series } from './series.ts';
import { boundsBetween, dragged, lastQuarter, rowsBetween, zoomedRange } from './zoom.ts';

const area = { x: 30, y: 6, width: 400, height: 200 };
const view: View = { steps: [0, 1000], values: [0, 2], log: false };
const series: Series = {
  rows: [
    { step: 0, 'm:a': 2, 'b:a': [1.9, 2.1] },
    { step: 500, 'm:a': 1, 't:a': 0.9 },
    { step: 1000, 'm:a': 0.6, 'b:a': [0.5, 0.7], chance: 0.1 },
  ],
  ends: new Map([['a', { step: 1000, value: 0.6 }]]),
  lastStep: 1000,
  min: 0.1,
  max: 2.1,
};

test('a dragged rectangle is what it covers, from whichever corner', () => {
  const part = { steps: [250, 750], values: [0.5, 1.5] };
  expect(dragged({ x: 130, y: 56 }, { x: 330, y: 156 }, area, view)).toEqual(part);
  expect(dragged({ x: 330, y: 156 }, { x: 130, y: 56 }, area, view)).toEqual(part);
});

test('a drag along one axis leaves the other, a click nothing', () => {
  expect(dragged({ x: 130, y: 100 }, { x: 330, y: 104 }, area, view)).toEqual({ steps: [250, 750], values: null });
  expect(dragged({ x: 130, y: 56 }, { x: 134, y: 156 }, area, view)).toEqual({ steps: [0, 1000], values: [0.5, 1.5] });
  expect(dragged({ x: 130, y: 56 }, { x: 134, y: 58 }, area, view)).toBeNull();
});

test('any drag, out of the plot, too, stays in what was seen, and never shows less than a step', () => {
  const corner = fc.record({ x: fc.integer({ min: -50, max: 600 }), y: fc.integer({ min: -50, max: 300 }) });
  const views = fc.constantFrom(view, { steps: [40, 44], values: [0.01, 10], log: true } satisfies View);
  fc.assert(
    fc.property(corner, corner, views, (from, to, of) => {
      const part = dragged(from, to, area, of);
      if (!part) return;
      expect(part.steps[0]).toBeGreaterThanOrEqual(of.steps[0]);
      expect(part.steps[1]).toBeGreaterThan(part.steps[0]);
      expect(part.steps[1]).toBeLessThanOrEqual(of.steps[1] + 1);
      if (!part.values) return;
      expect(part.values[0]).toBeGreaterThanOrEqual(of.values[0] - 1e-9);
      expect(part.values[1]).toBeLessThanOrEqual(of.values[1] + 1e-9);
      expect(part.values[1]).toBeGreaterThan(part.values[0]);
    }),
  );
});

test('the last quarter ends with the run, of however few steps', () => {
  expect(lastQuarter(500)).toEqual([375, 500]);
  expect(lastQuarter(1)).toEqual([0, 1]);
});

test('what a pointer can reach lies within the view, if anything does', () => {
  expect(rowsBetween(series.rows, [0, 1000])).toBe(series.rows);
  expect(rowsBetween(series.rows, [400, 999]).map(({ step }) => step)).toEqual([500]);
  expect(rowsBetween(series.rows, [501, 999])).toEqual([]);
});

test('values are those dragged, or what the data in the steps need', () => {
  expect(boundsBetween(series, [400, 1000])).toEqual({ min: 0.1, max: 1 });
  expect(boundsBetween(series, [600, 700])).toEqual({ min: Number.NaN, max: Number.NaN });
  expect(zoomedRange({ of: '', steps: [0, 1000], values: [0.13, 0.87] }, series, false)).toEqual({ domain: [0.13, 0.87], ticks: [0.2, 0.4, 0.6, 0.8] });
  expect(zoomedRange({ of: '', steps: [400, 1000], values: null }, series, false)?.domain).toEqual([0, 1]);
  expect(zoomedRange({ of: '', steps: [600, 700], values: null }, series, false)).toBeNull();
  const log = zoomedRange({ of: '', steps: [400, 1000], values: null }, series, true);
  expect(log?.domain[0]).toBeLessThanOrEqual(0.1);
  expect(log?.domain[0]).toBeGreaterThan(0.09);
});
