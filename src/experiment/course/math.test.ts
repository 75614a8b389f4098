import { describe, expect, it } from 'vitest';
import { atan2, cos, exp, log, MAX_ANGLE, pow, sin, tanh } from './math.ts';
import { stream } from '../../lab/random/stream.ts';
import { fingerprint } from '../../lab/random/testing.ts';

const words = new BigInt64Array(2);
const doubles = new Float64Array(words.buffer);

/** How many float64 numbers lie between a and b (same sign). */
function ulps(a: number, b: number): number {
  if (Object.is(a, b)) return 0;
  doubles[0] = a;
  doubles[1] = b;
  const distance = words[0] - words[1];
  return Number(distance < 0n ? -distance : distance);
}

/** Largest distance between ours and the engine's, which is itself up to one unit off. */
function worst(ours: (x: number) => number, theirs: (x: number) => number, draw: (i: number) => number): number {
  let most = 0;
  for (let i = 0; i < 20_000; i++) {
    const x = draw(i);
    most = Math.max(most, ulps(ours(x), theirs(x)));
  }
  return most;
}

describe('accuracy against Math', () => {
  const s = stream(1, 'math test');
  const spread = (low: number, high: number) => () => s.sign() * Math.exp(s.between(low, high));

  it('sine and cosine stay within 2 units, from tiny to a million radians', () => {
    for (const draw of [spread(-40, 1), () => s.between(-10, 10), () => s.between(-1.6e6, 1.6e6)]) {
      expect(worst(sin, Math.sin, draw)).toBeLessThanOrEqual(2);
      expect(worst(cos, Math.cos, draw)).toBeLessThanOrEqual(2);
    }
  });

  it('sine keeps its relative accuracy next to multiples of π', () => {
    expect(sin(Math.PI)).toBe(1.2246467991473532e-16);
    expect(ulps(sin(355), -3.014435335948845e-5)).toBeLessThanOrEqual(1);
    expect(cos(Math.PI / 2)).toBe(6.123233995736766e-17);
  });

  it('exponential and logarithm stay within 2 units over their whole range', () => {
    expect(worst(exp, Math.exp, () => s.between(-745, 709.7))).toBeLessThanOrEqual(2);
    expect(worst(exp, Math.exp, () => s.between(-1, 1))).toBeLessThanOrEqual(2);
    expect(worst(log, Math.log, () => Math.exp(s.between(-744, 709)))).toBeLessThanOrEqual(2);
    expect(worst(log, Math.log, () => s.between(0.5, 2))).toBeLessThanOrEqual(2);
  });

  it('tanh and atan2 stay within 3 units', () => {
    expect(worst(tanh, Math.tanh, spread(-40, 3.2))).toBeLessThanOrEqual(3);
    const xs = Array.from({ length: 20_000 }, spread(-5, 5));
    expect(
      worst(
        (y) => atan2(y, xs[0]),
        (y) => Math.atan2(y, xs[0]),
        spread(-5, 5),
      ),
    ).toBeLessThanOrEqual(3);
    expect(
      worst(
        (x) => atan2(xs[1], x),
        (x) => Math.atan2(xs[1], x),
        spread(-5, 5),
      ),
    ).toBeLessThanOrEqual(3);
  });

  it('powers: whole exponents by squaring, others by logarithm', () => {
    expect(pow(2, 10)).toBe(1024);
    expect(pow(2, -3)).toBe(0.125);
    expect(pow(0, 0)).toBe(1);
    expect(pow(0, 0.5)).toBe(0);
    expect(pow(0.999, 1000) / 0.999 ** 1000).toBeCloseTo(1, 12);
    expect(pow(10, 0.3) / 10 ** 0.3).toBeCloseTo(1, 14);
  });
});

describe('special values', () => {
  it('handles zeros, infinities and NaN as Math does', () => {
    const special = [0, -0, 1, -1, Infinity, -Infinity, NaN, 5e-324, 1e308];
    for (const x of special) {
      for (const [ours, theirs] of [
        [exp, Math.exp],
        [log, Math.log],
        [tanh, Math.tanh],
      ] as const) {
        expect(ulps(ours(x), theirs(x)), `${ours.name}(${x})`).toBeLessThanOrEqual(1);
      }
      for (const y of special) expect(ulps(atan2(y, x), Math.atan2(y, x)), `atan2(${y}, ${x})`).toBeLessThanOrEqual(1);
    }
    expect(sin(-0)).toBe(-0);
    expect(sin(Infinity)).toBeNaN();
    expect(cos(NaN)).toBeNaN();
  });

  it('refuses angles that its reduction cannot handle exactly', () => {
    expect(() => sin(2 * MAX_ANGLE)).toThrow(RangeError);
  });
});

it('gives the same bits everywhere', () => {
  const values: number[] = [];
  for (let i = 0; i < 4000; i++) {
    const x = (i - 2000) / 97;
    values.push(sin(x), cos(1000 * x), exp(x), log(i + 0.1), tanh(x), atan2(x, 3), pow(1.01, x));
  }
  expect(fingerprint(Float64Array.from(values))).toBe('42b046d7a5aed736');
});
