import { describe, expect, it } from 'vitest';
import { comparisonsOf } from './claims.ts';
import { pairedTTest } from './paired.ts';
import { ENDED } from './testing.ts';
import type { VerdictInput } from './types.ts';
import { outcomeOf } from './verdict.ts';

const BASE = [0.5, 0.51, 0.49, 0.5, 0.52, 0.48, 0.5];

/** Arms by their differences to the reference, of which the first is asked for. */
function judged(differences: number[][], metric: VerdictInput['metric'] = { name: 'accuracy', higherIsBetter: true, chance: 0.1 }) {
  const n = differences[0].length;
  const arm = (id: string, scores: number[]) => ({ id, name: id, guided: true, aligned: true, scores });
  return outcomeOf({
    ...ENDED,
    metric,
    lead: { arm: '1', against: '0' },
    arms: [
      arm('0', BASE.slice(0, n)),
      ...differences.map((ds, a) =>
        arm(
          String(a + 1),
          ds.map((d, i) => BASE[i] + d),
        ),
      ),
    ],
    seeds: BASE.slice(0, n).map((_, i) => i),
  }).comparisons;
}
const claims = (differences: number[][]) => judged(differences).map(({ claim, withheld }) => withheld ?? claim);

const UP = [0.1, 0.11, 0.09, 0.1, 0.12, 0.1];
const DOWN = UP.map((d) => -d);
const NOISE = [0.02, -0.03, 0.04, -0.02, 0.01, -0.03];

describe('the lead comes first', () => {
  it('below six seeds it alone is claimed, and only as better', () => {
    for (const n of [3, 4, 5]) {
      const first = (ds: number[]) => ds.slice(0, n);
      expect(claims([first(UP), first(UP), first(DOWN), first(NOISE)])).toEqual(['better', 'seeds', 'seeds', 'no difference']);
      expect(claims([first(DOWN), first(UP)])).toEqual(['seeds', 'seeds']);
    }
  });

  it('from six seeds on the others follow, if it holds', () => {
    expect(claims([UP, UP, DOWN, NOISE])).toEqual(['better', 'better', 'worse', 'no difference']);
    expect(claims([DOWN, UP])).toEqual(['worse', 'better']);
    expect(claims([NOISE, UP, DOWN])).toEqual(['no difference', 'lead', 'lead']);
  });

  it('is what the interval at 95 % says, whatever else is compared', () => {
    const [alone] = judged([UP]);
    const [among] = judged([UP, NOISE, DOWN, UP]);
    expect(among).toEqual(alone);
    expect(alone.confidence).toBe(0.95);
  });
});

describe('the exact test', () => {
  it('must confirm a claim from six seeds on, uncorrected', () => {
    // p of the t test and of all 64 sign patterns from scipy 1.17 (ttest_1samp, permutation_test): 0.0251 and 0.0625.
    const unconfirmed = [0.02, 0.03, -0.01, 0.05, 0.04, 0.03];
    const [lead] = judged([unconfirmed]);
    expect(lead).toMatchObject({ claim: 'not claimed', withheld: 'exact', p: 4 / 64 });
    expect(lead.ci?.[0]).toBeGreaterThan(0);
    expect(claims([UP, unconfirmed])).toEqual(['better', 'exact']);
    // Six seeds that agree: 2/64 is below 5 %, though not below a third of it.
    expect(judged([UP, UP, UP, UP]).map(({ p, claim }) => [p, claim])).toEqual(UP.slice(0, 4).map(() => [2 / 64, 'better']));
  });
});

describe('Holm', () => {
  // All positive, so that the exact test confirms each; t-test p about .02 and .04.
  const A = [0.012, 0.03, 0.004, 0.045, 0.02, 0.06];
  const B = [0.009, 0.055, 0.003, 0.045, 0.008, 0.05];

  it('lowers the level with the number of further comparisons, and shows the interval that decided', () => {
    // scipy 1.17.1, `stats.ttest_1samp`.
    expect(pairedTTest(A)).toBeCloseTo(0.021021685235331596, 10);
    expect(pairedTTest(B)).toBeCloseTo(0.03426328625504163, 10);
    // Two: .02 is below 5 %/2, then .04 below 5 %. Three of which none else holds: .02 is above 5 %/3, and all stop there.
    expect(claims([UP, A, B])).toEqual(['better', 'better', 'better']);
    const three = judged([UP, A, B, NOISE]);
    expect(three.map(({ claim }) => claim)).toEqual(['better', 'no difference', 'no difference', 'no difference']);
    for (const { ci, confidence } of three.slice(1)) {
      expect(confidence).toBeCloseTo(1 - 0.05 / 3, 12);
      expect((ci?.[0] ?? 1) <= 0).toBe(true);
    }
    // One that holds at once makes room for the next.
    expect(claims([UP, A, B, DOWN])).toEqual(['better', 'better', 'better', 'worse']);
  });
});

describe('no difference', () => {
  it('is called equivalent only inside the margin, from six seeds on, and where it was tested', () => {
    const small = NOISE.map((d) => d / 5);
    expect(claims([small])).toEqual(['equivalent']);
    expect(claims([small.slice(0, 5)])).toEqual(['no difference']);
    expect(claims([NOISE])).toEqual(['no difference']);
    expect(claims([UP, small])).toEqual(['better', 'equivalent']);
    expect(claims([NOISE, small])).toEqual(['no difference', 'no difference']);
  });

  it('is what the same arm twice shows', () => {
    const same = judged([UP.map(() => 0)])[0];
    expect(same).toMatchObject({ claim: 'no difference', identical: true, wins: 0, losses: 0, p: 1 });
  });
});

it('claims nothing before the first step, of one seed or of two', () => {
  expect(judged([[0.1]])[0].claim).toBe('no claim');
  expect(judged([[0.1, 0.1]])[0].claim).toBe('too few seeds');
  const arm = { id: 'a', name: 'a', guided: false, aligned: false, scores: UP };
  const input = { metric: { name: 'accuracy', higherIsBetter: true, chance: 0.1 }, arms: [arm, { ...arm, id: 'b', scores: DOWN }], seeds: [0, 1, 2, 3, 4, 5] };
  const setting = { input: { ...input, valExamples: 10, finished: false, step: 0, steps: 1, changes: [] }, reference: arm, lead: null, sooner: null };
  expect(comparisonsOf({ ...setting, shares: [], sampling: null })[0].claim).toBe('no claim');
});

it('judges a falling metric by its own direction', () => {
  const metric = { name: 'loss', higherIsBetter: false, chance: 2 };
  const [lead, other] = judged([UP.map((d) => -d), UP], metric);
  expect([lead.claim, other.claim, lead.wins]).toEqual(['better', 'worse', 6]);
});
