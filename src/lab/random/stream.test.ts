import { describe, expect, it } from 'vitest';
import { stream } from './stream.ts';
import { fingerprint } from './testing.ts';

const draws = (s: { bits(): number }, count = 8) => Array.from({ length: count }, () => s.bits());
const mean = (xs: ArrayLike<number>) => Array.from(xs).reduce((a, b) => a + b, 0) / xs.length;

describe('naming', () => {
  it('repeats exactly for the same seed and name', () => {
    expect(draws(stream(7, 'order', 3))).toEqual(draws(stream(7, 'order', 3)));
  });

  it('differs between any two seeds and names, also look-alikes', () => {
    const names: [number, ...(string | number)[]][] = [
      [0],
      [1],
      [2 ** 31 - 1],
      [2 ** 32],
      [2 ** 32 + 1],
      [0.5],
      [-1],
      [0, 'a'],
      [0, 'b'],
      [0, 'ab'],
      [0, 'a', 'b'],
      [0, 'b', 'a'],
      [0, ''],
      [0, '', ''],
      [0, 1],
      [0, '1'],
      [0, 0],
      [0, 0, 0],
      [1, 0],
    ];
    const firsts = names.map(([seed, ...rest]) => draws(stream(seed, ...rest)).join());
    expect(new Set(firsts).size).toBe(names.length);
  });

  it('takes seed 0 as a seed like any other, and −0 as 0', () => {
    expect(draws(stream(0, 'x'))).toEqual(draws(stream(-0, 'x')));
    expect(new Set(draws(stream(0), 100)).size).toBe(100);
    expect(() => stream(NaN)).toThrow(RangeError);
  });

  it('lets every bit of the seed change about half of the bits that come out', () => {
    const flips = (a: number, b: number) => {
      let difference = a ^ b;
      let count = 0;
      for (; difference !== 0; difference &= difference - 1) count++;
      return count;
    };
    for (let bit = 0; bit < 40; bit++) {
      const a = draws(stream(12345, 'bits'), 64);
      const b = draws(stream(12345 + 2 ** bit, 'bits'), 64);
      expect(mean(a.map((x, i) => flips(x, b[i])))).toBeGreaterThan(14);
      expect(mean(a.map((x, i) => flips(x, b[i])))).toBeLessThan(18);
    }
  });

  it('gives neighbouring names uncorrelated draws', () => {
    const firsts = Array.from({ length: 4000 }, (_, i) => stream(0, 'image', i).uniform() - 0.5);
    const correlation = mean(firsts.slice(1).map((x, i) => x * firsts[i])) * 12;
    expect(Math.abs(correlation)).toBeLessThan(0.06);
    expect(Math.abs(mean(firsts))).toBeLessThan(0.02);
  });
});

describe('distributions', () => {
  it('uniform values fill [0, 1) evenly', () => {
    const s = stream(3, 'uniform');
    const counts = new Array<number>(16).fill(0);
    for (let i = 0; i < 64_000; i++) counts[Math.floor(s.uniform() * 16)]++;
    const chiSquare = counts.reduce((sum, count) => sum + (count - 4000) ** 2 / 4000, 0);
    expect(chiSquare).toBeLessThan(37.7); // 99.9 % quantile at 15 degrees of freedom
  });

  it('normal values have the moments of a standard normal', () => {
    const values = stream(4, 'normal').normals(200_000);
    expect(Math.abs(mean(values))).toBeLessThan(0.01);
    expect(mean(values.map((x) => x * x))).toBeCloseTo(1, 1.5);
    expect(Math.abs(mean(values.map((x) => x ** 3)))).toBeLessThan(0.05);
    expect(mean(values.map((x) => x ** 4))).toBeCloseTo(3, 1);
    expect(values.every(Number.isFinite)).toBe(true);
    expect(mean(values.map((x) => (Math.abs(x) > 1.96 ? 1 : 0)))).toBeCloseTo(0.05, 2.3);
  });

  it('bulk normals are the single ones', () => {
    const one = stream(9);
    expect([...stream(9).normals(5)]).toEqual(Array.from({ length: 5 }, () => Math.fround(one.normal())));
  });

  it('bulk whole numbers are the single ones, and leave the stream where those do', () => {
    for (const n of [1, 2, 10, 1000, 2 ** 31 + 1, 2 ** 32]) {
      const [one, bulk] = [stream(9), stream(9)];
      const values = new Int32Array(42).fill(-1);
      bulk.fillIntegers(n, values, 1, 41);
      expect([...values.subarray(1, 41)], `${n}`).toEqual(Array.from({ length: 40 }, () => one.integer(n) | 0));
      expect([values[0], values[41]]).toEqual([-1, -1]);
      expect(bulk.bits()).toBe(one.bits());
    }
    expect(() => stream(9).fillIntegers(0, new Int32Array(1), 0, 1)).toThrow(RangeError);
  });

  it('bulk uniforms stay in their range', () => {
    const values = stream(5).uniforms(50_000, -3, 2);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-3);
    expect(Math.max(...values)).toBeLessThanOrEqual(2);
    expect(mean(values)).toBeCloseTo(-0.5, 1);
  });

  it('whole numbers are unbiased and inside', () => {
    const s = stream(6, 'integer');
    const counts = [0, 0, 0];
    for (let i = 0; i < 30_000; i++) counts[s.integer(3)]++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(300);
    expect(s.integer(1)).toBe(0);
    expect(s.integer(2 ** 32)).toBeGreaterThanOrEqual(0);
    for (const n of [0, -1, 1.5, 2 ** 32 + 1, NaN]) expect(() => s.integer(n)).toThrow(RangeError);
  });

  it('signs are even', () => {
    const s = stream(8);
    expect(Math.abs(mean(Array.from({ length: 10_000 }, () => s.sign())))).toBeLessThan(0.04);
  });

  it('permutations hold every number once, and every order is as likely', () => {
    expect([...stream(1).permutation(100)].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(stream(1).permutation(0)).toHaveLength(0);
    const seen = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = stream(i, 'permutation').permutation(3).join();
      seen.set(order, (seen.get(order) ?? 0) + 1);
    }
    expect(seen.size).toBe(6);
    for (const count of seen.values()) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });
});

it('gives the same bits everywhere', () => {
  const s = stream(0, 'golden', 1);
  const values = [s.uniform(), s.normal(), s.normal(), s.between(-2, 5), s.integer(1000), s.sign(), s.bits()];
  expect(fingerprint(Float64Array.from([...values, ...s.normals(500), ...s.uniforms(500, -1, 1), ...s.permutation(50)]))).toBe('ccde81e2f0816095');
});
