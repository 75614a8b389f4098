import { expect, it } from 'vitest';
import { scaleToFit } from './fit.ts';

/** A part whose content, unscaled, needs so many lines' height in a place of fixed height on the screen. */
function part(needed: number, place: number) {
  let scale = 1;
  return {
    style: {
      setProperty: (_: string, value: string | null) => {
        scale = Number(value);
      },
      removeProperty: () => {
        scale = 1;
        return '';
      },
    },
    // What is scaled down has more room in its own pixels, and lines break later.
    get scrollHeight() {
      return Math.max(needed * (0.3 + 0.7 * scale), place / scale);
    },
    get clientHeight() {
      return place / scale;
    },
    shown: () => scale,
  };
}

it('leaves alone what fits', () => {
  const small = part(200, 300);
  expect(scaleToFit(small)).toBe(1);
  expect(small.shown()).toBe(1);
});

it('makes what is too high smaller until it fits, and no smaller than that', () => {
  for (const needed of [310, 400, 600]) {
    const large = part(needed, 300);
    const scale = scaleToFit(large);
    expect(large.scrollHeight).toBeLessThanOrEqual(large.clientHeight + 1);
    expect(scale).toBeGreaterThan(0.4);
    expect(scale).toBeLessThan(1);
  }
});

it('starts anew every time: more room is used again', () => {
  let needed = 600;
  const once = part(600, 300);
  const changing = {
    style: once.style,
    get scrollHeight() {
      return needed === 600 ? once.scrollHeight : needed;
    },
    get clientHeight() {
      return once.clientHeight;
    },
  };
  expect(scaleToFit(changing)).toBeLessThan(1);
  needed = 250;
  expect(scaleToFit(changing)).toBe(1);
  expect(once.shown()).toBe(1);
});
