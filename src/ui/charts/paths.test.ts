import { expect, test } from 'vitest';
import { bandPath, inverseOf, linePath, scalesOf, type View } from './paths.ts';
import type { Row } from './series.ts';

const area = { x: 10, y: 20, width: 100, height: 50 };
const view = (steps: number, values: [number, number], log: boolean): View => ({ steps: [0, steps], values, log });

test('scales put the ends of the axes at the ends of the plot', () => {
  for (const log of [false, true]) {
    const { x, y } = scalesOf(area, view(250, [0.1, 10], log));
    expect([x(0), x(250), y(0.1), y(10)]).toEqual([10, 110, 70, 20]);
  }
  expect(scalesOf(area, view(250, [0.1, 10], true)).y(1)).toBeCloseTo(45);
  expect(scalesOf(area, view(250, [0, 10], false)).y(5)).toBeCloseTo(45);
});

test('lines pass over rows without a value, and over what a logarithm cannot show', () => {
  const rows: Row[] = [{ step: 0, a: 0 }, { step: 5 }, { step: 10, a: 10 }, { step: 20, a: Number.NaN }];
  expect(linePath(rows, 'a', scalesOf(area, view(20, [0, 10], false)))).toBe('M10.0 70.0L60.0 20.0');
  expect(linePath(rows, 'a', scalesOf(area, view(20, [1, 10], true)))).toBe('M60.0 20.0');
  expect(linePath(rows, 'b', scalesOf(area, view(20, [0, 10], false)))).toBe('');
});

test('bands go there along the top and back along the bottom', () => {
  const rows: Row[] = [{ step: 0, b: [0, 5] }, { step: 10 }, { step: 20, b: [5, 10] }];
  expect(bandPath(rows, 'b', scalesOf(area, view(20, [0, 10], false)))).toBe('M10.0 45.0L110.0 20.0L110.0 45.0L10.0 70.0Z');
  expect(bandPath([{ step: 0 }], 'b', scalesOf(area, view(20, [0, 10], false)))).toBe('');
});

test('of a part of a run its ends are at the ends of the plot, and the way back leads where one came from', () => {
  for (const log of [false, true]) {
    const part: View = { steps: [200, 300], values: [0.5, 2], log };
    const { x, y } = scalesOf(area, part);
    const { step, value } = inverseOf(area, part);
    expect([x(200), x(300), y(0.5), y(2)]).toEqual([10, 110, 70, 20]);
    for (const at of [200, 233, 300]) expect(step(x(at))).toBeCloseTo(at, 9);
    for (const at of [0.5, 0.9, 2]) expect(value(y(at))).toBeCloseTo(at, 9);
  }
});
