import { expect, it } from 'vitest';
import { moreSeeds } from './moreSeeds.ts';
import { pairedDifference } from './paired.ts';

it('half the width that the interval would have: t(0.975; 5) · sd / √6', () => {
  // 2.570581836 from tables of Student's t.
  expect(moreSeeds({ n: 3, sd: 0.04 }, 3)).toEqual({ seeds: 6, smallest: expect.closeTo((2.570581836 * 0.04) / Math.sqrt(6), 9) });
});

it('is where the interval of seeds that scatter so begins to exclude 0', () => {
  const differences = [0.1, -0.1, 0.05, -0.05, 0.02, -0.02];
  const { sd, interval } = pairedDifference(
    differences,
    differences.map(() => 0),
  );
  expect(moreSeeds({ n: 3, sd }, 3).smallest).toBeCloseTo(interval?.[1] ?? Number.NaN, 12);
});

it('does not guess how one seed scatters', () => {
  expect(moreSeeds({ n: 1, sd: Number.NaN }, 3)).toEqual({ seeds: 4, smallest: null });
});
