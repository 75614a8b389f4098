import { describe, expect, it } from 'vitest';
import type { Raced } from '../race.ts';
import { atLeast, atMost, costOf, costOfMembers, faster, reached, shareOfPeak, single, spread } from './figures.ts';
import { markdown } from './markdown.ts';

const row = (who: string, members: number, wall: number[], flops?: number): Raced => ({ who, members, wall, flops, cpu: wall, dispatches: 0 });

describe('figures', () => {
  it('takes the middle of the rounds, and their ends', () => {
    expect(spread([3, 1, 9])).toEqual({ median: 3, least: 1, most: 9 });
    expect(spread([4, 2, 1, 3]).median).toBe(2.5);
  });

  it('compares within a round: a slow one slows down both', () => {
    const plain = row('plain', 3, [30, 300, 30]);
    expect(faster('', row('ours', 3, [10, 100, 15]), plain).ratio).toEqual({ median: 3, least: 2, most: 3 });
    expect(faster('', row('ours', 15, [50, 500, 75]), plain).ratio?.median, 'for each member').toBeCloseTo(3);
  });

  it('tells the cost of a member, and of all of them', () => {
    const one = row('ours', 1, [10, 10]);
    expect(costOfMembers('', row('ours', 15, [75, 75]), one, true).ratio?.median).toBe(0.5);
    expect(costOfMembers('', row('ours', 15, [13, 13]), one, false).ratio?.median).toBe(1.3);
  });

  it('tells what a step costs beside another, by the clock and by the processor', () => {
    const [dear, cheap] = [row('dear', 1, [15, 30, 14]), { ...row('cheap', 1, [10, 20, 10]), cpu: [5, 5, 5] }];
    expect(costOf('', dear, cheap, atMost(1.5))).toMatchObject({ ratio: { median: 1.5, least: 1.4, most: 1.5 }, of: '× the time of cheap', unit: 'ms a step' });
    expect(costOf('', dear, cheap, undefined, 'cpu')).toMatchObject({ ratio: { median: 3 }, unit: 'CPU ms a step' });
  });

  it('compares arithmetic per time with the peak', () => {
    expect(shareOfPeak('', row('ours', 3, [20], 1e9), row('peak', 1, [10], 1e9)).ratio?.median).toBe(0.5);
  });

  it('holds the ratio, or the value where there is none, against its target', () => {
    const figure = { what: '', who: '', value: single(100), unit: 'ms' };
    expect(reached(figure)).toBeUndefined();
    expect(reached({ ...figure, target: atMost(50) })).toBe(false);
    expect(reached({ ...figure, ratio: single(4), target: atLeast(4) })).toBe(true);
    expect(reached({ ...figure, ratio: single(3.9), target: atLeast(4) })).toBe(false);
  });

  it('ends with a table of what was aimed at', () => {
    const figure = { what: 'wide-fcn', who: 'ours', value: single(10), unit: 'ms a step', ratio: single(3.9), of: '× as fast as plain', target: atLeast(4) };
    const text = markdown({
      machine: { processor: 'slow' },
      rounds: 5,
      sections: [{ name: 'wasm', title: 'Steps', explained: '', figures: [figure], notes: [], date: '', commit: '', seconds: 1, load: [0, 0] }],
    });
    expect(text.trim().split('\n').at(-1)).toBe('| Steps | wide-fcn | ours | ≥ 4 × as fast as plain | 3.9 | **no** |');
  });
});
