/**
 * What the rules of `claims.ts` come to: experiments whose truth is known are drawn and judged as the page judges them.
 * Every cell of the table has random numbers of its own, named after it.
 */
import type { Claim, Comparison } from '../types.ts';
import { outcomeOf } from '../verdict.ts';
import { Random } from './random.ts';
import { type Draw, gaussian, lottery, NULLS, nearCeiling, steady } from './worlds.ts';

/** Numbers of seeds: one column each. */
export const SEEDS = [3, 4, 5, 6, 7, 8, 9, 10] as const;

/** One row of a table: a share of experiments by the number of seeds. */
export interface Row {
  table: string;
  name: string;
  /** The reference first, then the lead, then the others. */
  arms: readonly Draw[];
  /** Whether an experiment counts, by its comparisons and by the interval of each arm's share of seeds that learn. */
  counts(comparisons: readonly Comparison[], shares: readonly [low: number, high: number][]): boolean;
  /** Fewest seeds that the row applies to. */
  from?: number;
}

const isDifference = (claim: Claim): boolean => claim === 'better' || claim === 'worse';
const CHANCE = 0.125;
const EXAMPLES = 800;

/** @returns the share of experiments that count, 0 to 1 */
export function cell({ table, name, arms, counts }: Row, seeds: number, experiments: number): number {
  const random = new Random(`${table}: ${name}, ${seeds} seeds`);
  let counted = 0;
  for (let i = 0; i < experiments; i++) {
    const drawn = arms.map(({ of }, a) => ({
      id: String(a),
      name: String(a),
      guided: a > 0,
      aligned: a > 0,
      scores: Array.from({ length: seeds }, () => of(random)),
    }));
    const { comparisons, shares } = outcomeOf({
      metric: { name: 'accuracy', higherIsBetter: true, chance: CHANCE },
      lead: { arm: '1', against: '0' },
      arms: drawn,
      seeds: drawn[0].scores.map((_, seed) => seed),
      valExamples: EXAMPLES,
      finished: true,
      step: 1,
      steps: 1,
      changes: [],
    });
    if (
      counts(
        comparisons,
        shares.map(({ interval }) => interval),
      )
    )
      counted++;
  }
  return counted / experiments;
}

const anyClaim = (comparisons: readonly Comparison[]) => comparisons.some(({ claim }) => isDifference(claim));

/** Both arms, or all five, alike. */
const nulls: Row[] = [1, 4].flatMap((count) =>
  NULLS.map((draw) => ({
    table: 'A difference is claimed where there is none',
    name: `${count === 1 ? 'one comparison' : 'any of four'}: ${draw.name}`,
    arms: Array.from({ length: count + 1 }, () => draw),
    counts: anyClaim,
  })),
);

/** The lead is truly better, and the three others are like the reference: a false claim is one of them. */
const families: Row[] = [gaussian(0.5, 0.05), lottery(0.25, 0.99, 0.5), nearCeiling(0.05)].map((draw) => ({
  table: 'The lead is truly better, and one of three others that are not is claimed',
  name: draw.name,
  arms: [draw, { ...gaussian(draw.mean + 0.4, 0.01), name: 'better' }, draw, draw, draw],
  counts: (comparisons) => anyClaim(comparisons.slice(1)),
}));

const BETTER_ON_AVERAGE = lottery(0.25, 0.99, 0.67);
const STEADY = steady(0.4);
const wrongSigns: Row[] = (['worse', 'better'] as const).map((claim) => ({
  table: `An arm that is better on average by nine points (${BETTER_ON_AVERAGE.name}) against one ${STEADY.name}`,
  name: `called ${claim}`,
  arms: [STEADY, BETTER_ON_AVERAGE],
  counts: ([lead]) => lead.claim === claim,
}));

const covers = (interval: readonly [number, number] | null, truth: number): boolean => interval !== null && interval[0] <= truth && truth <= interval[1];

const coverages: Row[] = (
  [
    [gaussian(0.5, 0.05), gaussian(0.6, 0.05)],
    [gaussian(0.5, 0.02), gaussian(0.9, 0.02)],
    [steady(0.5), nearCeiling(0.05)],
    [steady(0.4), lottery(0.25, 0.99, 0.5)],
    [steady(0.4), lottery(0.25, 0.99, 0.3)],
    [steady(0.4), lottery(0.25, 0.99, 0.1)],
  ] as const
).map((arms) => ({
  table: 'The 95 % interval of the mean difference holds the true one',
  name: `${arms[1].name} against ${arms[0].name}`,
  arms,
  counts: ([lead]) => covers(lead.ci, arms[1].mean - arms[0].mean),
}));

const shares: Row[] = [0.5, 0.3, 0.1].map((fails) => ({
  table: 'The Clopper–Pearson interval of the share of seeds that learn holds the true one',
  name: lottery(0.25, 0.99, fails).name,
  // The steady arm at the top keeps the threshold where it is when every seed of the other fails.
  arms: [steady(0.99), lottery(0.25, 0.99, fails)],
  counts: (_, [, share]) => covers(share, 1 - fails),
}));

/** sd of the paired differences, of which the effects are multiples. */
const SCATTER = 0.02;
const powers: Row[] = [1, 2, 3, 5].flatMap((k): Row[] => {
  const reference = gaussian(0.5, SCATTER / Math.SQRT2);
  const better = gaussian(0.5 + k * SCATTER, SCATTER / Math.SQRT2);
  const name = `Gaussian, a difference of ${k} sd of the paired differences`;
  return [
    { table: 'A true difference is claimed', name: `the lead: ${name}`, arms: [reference, better], counts: ([lead]) => lead.claim === 'better' },
    {
      table: 'A true difference is claimed',
      name: `one of three others, all as good as the lead: ${name}`,
      arms: [reference, better, better, better, better],
      counts: (comparisons) => comparisons[1].claim === 'better',
      from: 6,
    },
  ];
});

export const ROWS: readonly Row[] = [...nulls, ...families, ...wrongSigns, ...coverages, ...shares, ...powers];
