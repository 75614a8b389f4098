import { describe, expect, it } from 'vitest';
import { dropoutMask, maskKeys } from './dropout.ts';
import { fingerprint } from './testing.ts';

const droppedShare = (mask: Float32Array) => mask.filter((x) => x === 0).length / mask.length;
const agreement = (a: Float32Array, b: Float32Array) => a.filter((x, i) => x === b[i]).length / a.length;

describe('dropoutMask', () => {
  it('holds only 0 and 1/(1 − rate), in the stated share', () => {
    for (const rate of [0.1, 0.5, 0.9]) {
      const mask = dropoutMask(1, 2, 3, 100_000, rate);
      expect(new Set(mask)).toEqual(new Set([0, Math.fround(1 / (1 - rate))]));
      expect(Math.abs(droppedShare(mask) - rate)).toBeLessThan(0.006);
    }
    expect(new Set(dropoutMask(1, 2, 3, 1000, 0))).toEqual(new Set([1]));
  });

  it('is stateless: a longer mask begins like a shorter one, and a buffer can be reused', () => {
    const long = dropoutMask(5, 6, 7, 1000, 0.3);
    expect(dropoutMask(5, 6, 7, 100, 0.3)).toEqual(long.slice(0, 100));
    const reused = dropoutMask(0, 0, 0, 1000, 0.5);
    expect(dropoutMask(5, 6, 7, 1000, 0.3, reused)).toBe(reused);
    expect(reused).toEqual(long);
  });

  it('differs between seeds, steps and layers as independent masks do', () => {
    const first = dropoutMask(0, 0, 0, 50_000, 0.5);
    for (const key of [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
      [2 ** 31 - 1, 0, 0],
      [1, 1, 0],
      [0, 1, 1],
    ] as const) {
      const [seed, step, layer] = key;
      expect(Math.abs(agreement(first, dropoutMask(seed, step, layer, 50_000, 0.5)) - 0.5)).toBeLessThan(0.01);
    }
    const keys = new Set<string>();
    for (let step = 0; step < 100; step++) for (let layer = 0; layer < 10; layer++) keys.add(maskKeys(0, step, layer).join());
    expect(keys.size).toBe(1000);
  });

  it('has no pattern between neighbours or rows', () => {
    const mask = dropoutMask(3, 1, 4, 128 * 384, 0.5);
    for (const lag of [1, 2, 3, 64, 128, 384, 768]) {
      const same = mask.subarray(lag).filter((x, i) => x === mask[i]).length / (mask.length - lag);
      expect(Math.abs(same - 0.5), `lag ${lag}`).toBeLessThan(0.012);
    }
  });

  it('refuses a rate that keeps nothing', () => {
    for (const rate of [1, -0.1, NaN]) expect(() => dropoutMask(0, 0, 0, 1, rate)).toThrow(RangeError);
  });

  it('is the documented hash, to the bit', () => {
    const [k0, k1] = maskKeys(11, 12, 13).map((k) => BigInt(k >>> 0));
    const u32 = (x: bigint) => BigInt.asUintN(32, x);
    const expected = Array.from({ length: 64 }, (_, i) => {
      let x = u32(BigInt(i)) ^ k0;
      x = u32((x ^ (x >> 16n)) * 0x21f0aaadn);
      x = u32((x ^ (x >> 15n)) + k1);
      x = u32(x * 0x735a2d97n);
      return x >> 1n < BigInt(Math.floor(0.4 * 2 ** 31)) ? 0 : Math.fround(1 / 0.6);
    });
    expect([...dropoutMask(11, 12, 13, 64, 0.4)]).toEqual(expected);
    expect(fingerprint(dropoutMask(0, 0, 0, 4096, 0.1))).toBe('62cb9f09f3add38e');
  });
});
