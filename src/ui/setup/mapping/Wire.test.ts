import { expect, test } from 'vitest';
import { wireWidth } from './Wire.tsx';

test('a wire is the thicker the more alike its layers are, and never invisible', () => {
  for (const thin of [false, true]) {
    const widths = [0, 0.25, 0.5, 0.75, 1].map((similarity) => wireWidth(similarity, thin));
    expect([...widths].sort((a, b) => a - b)).toEqual(widths);
    expect(new Set(widths).size).toBe(5);
    expect(widths[0]).toBeGreaterThan(0.5);
    expect(wireWidth(7, thin)).toBe(widths[4]);
    expect(wireWidth(null, thin)).toBeGreaterThan(0);
  }
  expect(wireWidth(1, true)).toBeLessThan(wireWidth(1, false));
});
