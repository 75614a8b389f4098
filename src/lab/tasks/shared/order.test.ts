import { describe, expect, it } from 'vitest';
import { batchIndices, stepsPerEpoch } from './order.ts';

describe('batchIndices', () => {
  it('shows every example exactly once in an epoch that divides evenly', () => {
    const seen = [0, 1, 2, 3].flatMap((step) => [...batchIndices(0, step, 25, 100)]);
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  it('drops the last short batch: 3000 examples make 23 batches of 128, none repeated', () => {
    expect(stepsPerEpoch(128, 3000)).toBe(23);
    for (const epoch of [0, 5]) {
      const seen = new Set(Array.from({ length: 23 }, (_, i) => [...batchIndices(1, 23 * epoch + i, 128, 3000)]).flat());
      expect(seen.size).toBe(23 * 128);
    }
  });

  it('is stateless in the step, whatever was asked before', () => {
    const ahead = batchIndices(3, 1000, 10, 95);
    for (let step = 0; step < 1000; step++) batchIndices(3, step, 10, 95);
    for (let seed = 0; seed < 200; seed++) batchIndices(seed, 0, 10, 95);
    expect(batchIndices(3, 1000, 10, 95)).toEqual(ahead);
  });

  it('differs between seeds and epochs, and repeats for the same', () => {
    const first = [...batchIndices(0, 0, 50, 50)];
    expect([...batchIndices(0, 0, 50, 50)]).toEqual(first);
    expect([...batchIndices(1, 0, 50, 50)]).not.toEqual(first);
    expect([...batchIndices(0, 1, 50, 50)]).not.toEqual(first);
  });

  it('refuses a batch larger than the data', () => {
    expect(() => batchIndices(0, 0, 11, 10)).toThrow(RangeError);
  });
});
