import { describe, expect, it } from 'vitest';
import { layoutColumn, nameSize, wiresHaveRoom } from './layout.ts';

describe.each([1, 3, 10, 26, 64, 70])('a column of %d layers', (count) => {
  it.each([
    [330, 260],
    [850, 190],
  ])('fits %d × %d without overlap', (width, height) => {
    const { rects } = layoutColumn(count, 'right', width, height);
    expect(rects).toHaveLength(count);
    rects.forEach((rect, i) => {
      expect(rect.height).toBeGreaterThan(1);
      expect(rect.y).toBeGreaterThanOrEqual(0);
      expect(rect.y + rect.height).toBeLessThanOrEqual(height);
      expect(rect.x + rect.width).toBeLessThanOrEqual(width);
      if (i > 0) expect(rect.y).toBeGreaterThan(rects[i - 1].y + rects[i - 1].height);
    });
  });
});

it('names layers that are tall enough', () => {
  expect(layoutColumn(10, 'left', 850, 190).named).toBe(true);
  expect(layoutColumn(64, 'left', 850, 190).named).toBe(false);
});

it('leaves names that can be read and room around them', () => {
  for (let count = 1; count < 30; count++) {
    const {
      named,
      rects: [{ height }],
    } = layoutColumn(count, 'left', 850, 190);
    if (!named) continue;
    expect(nameSize(height)).toBeGreaterThanOrEqual(11);
    expect(height - nameSize(height)).toBeGreaterThanOrEqual(2);
  }
});

it('numbers wires that stand apart', () => {
  expect(wiresHaveRoom([10, 60, 110])).toBe(true);
  expect(wiresHaveRoom([10, 15])).toBe(false);
  expect(wiresHaveRoom([])).toBe(true);
});
