import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matrixPlan } from './matrixPlan.ts';

const widthOf = (text: string, size: number) => 0.58 * size * text.length;
const layers = (count: number) => Array.from({ length: count }, (_, i) => `block ${i + 1}, attention`);
const room = { count: 2, gap: 12, width: 325, height: 180, tallest: 40, type: 11, widthOf };

test('in the small card of one screen two matrices of a few layers have names at rows and columns', () => {
  const { left, top, upright, width, height } = matrixPlan({ ...room, rows: ['layer 1', 'layer 2'], columns: layers(6) });
  expect(left).toBeGreaterThan(30);
  expect(top).toBeGreaterThan(30);
  expect(upright).toBe(true);
  expect(2 * width + 12 + left).toBeLessThanOrEqual(325);
  // Names get what rows of a good height leave.
  expect(height).toBeGreaterThanOrEqual(2 * 2.2 * 11);
  expect(top + height).toBeLessThanOrEqual(180);
});

test('names that fit are read across', () => {
  expect(matrixPlan({ ...room, rows: ['a', 'b'], columns: ['stem', 'end'] })).toMatchObject({ upright: false, top: 15 });
});

test('too many layers for a line each have no names, and all of the room for their cells', () => {
  const { left, top, width, height } = matrixPlan({ ...room, rows: layers(64), columns: layers(52) });
  expect({ left, top, width, height }).toEqual({ left: 0, top: 0, width: 156, height: 192 });
});

test('any number of layers in any room: matrices and names stay in the width, and names have a line each', () => {
  const counts = fc.integer({ min: 1, max: 60 });
  fc.assert(
    fc.property(
      counts,
      counts,
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 260, max: 1300 }),
      fc.integer({ min: 11, max: 18 }),
      (r, c, count, width, type) => {
        const plan = matrixPlan({ ...room, rows: layers(r), columns: layers(c), count, width, type });
        expect(plan.left + count * plan.width + (count - 1) * 12).toBeLessThanOrEqual(width);
        if (plan.left > 0) expect(plan.height / r).toBeGreaterThanOrEqual(type);
        if (plan.top > 0 && plan.upright) expect(plan.width / c).toBeGreaterThanOrEqual(type);
      },
    ),
  );
});
