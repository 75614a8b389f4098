import { expect, test } from 'vitest';
import { nearestLine } from './nearest.ts';

const lines = [
  [
    { x: 0, y: 100 },
    { x: 100, y: 0 },
  ],
  [
    { x: 0, y: 90 },
    { x: 40, y: 90 },
    { x: 100, y: 90 },
  ],
  [],
];

test('the line under the pointer, between its points, too; none where none is near or it has ended', () => {
  expect(nearestLine(lines, { x: 50, y: 52 })).toBe(0);
  expect(nearestLine(lines, { x: 70, y: 88 })).toBe(1);
  expect(nearestLine(lines, { x: 2, y: 97 })).toBe(0);
  expect(nearestLine(lines, { x: 50, y: 70 })).toBe(-1);
  expect(nearestLine(lines, { x: 120, y: 90 })).toBe(-1);
});
