import { describe, expect, it } from 'vitest';
import { ENDED } from './testing.ts';
import type { Verdict, VerdictInput } from './types.ts';
import { verdict } from './verdict.ts';

const GUIDED = [0.54, 0.5625, 0.518];
const UNGUIDED = [0.332, 0.3375, 0.327];

function input(changes: Partial<VerdictInput> = {}): VerdictInput {
  return {
    ...ENDED,
    arms: [
      { id: 'unguided', name: 'Unguided', scores: UNGUIDED, guided: false, aligned: false },
      { id: 'guided', name: 'Guided', scores: GUIDED, guided: true, aligned: true },
    ],
    seeds: [0, 1, 2],
    ...changes,
  };
}

const arms = (scores: Record<string, (number | null)[]>): VerdictInput['arms'] =>
  Object.entries(scores).map(([name, values]) => ({
    id: name.toLowerCase().replaceAll(/[^a-z]+/g, '-'),
    name,
    scores: values,
    guided: !name.startsWith('Unguided'),
    aligned: name.startsWith('Guided'),
  }));
const text = (parts: Verdict['headline']) => parts.map((part) => part.text).join('');
const say = (v: Verdict) => [text(v.headline), text(v.others)].filter(Boolean).join(' ');

describe('what a reader must not miss', () => {
  it('says of changes made while it ran, in the sentence that is quoted', () => {
    const changes = ['guidance off from step 3', 'learning rate 1e-4 from step 9'];
    const said = ' Changed while it ran: guidance off from step 3 and learning rate 1e-4 from step 9.';
    expect(text(verdict(input({ changes })).headline).endsWith(`by 20.8 points (95 % CI 16.6 to 25.0).${said}`)).toBe(true);
    expect(text(verdict(input({ changes, seeds: [0], arms: arms({ Unguided: [0.3], Guided: [0.5] }) })).headline).endsWith(said)).toBe(true);
    expect(text(verdict(input({ changes, step: 0 })).headline)).toBe('Training has not begun.');
  });

  it('explains an interval that ends at what can be reached', () => {
    const told = (guided: number[]) => verdict(input({ arms: arms({ Unguided: [0.25, 0.26, 0.25], Guided: guided }) })).detail;
    expect(told([0.98, 0.7, 1])).toContain('(95 % CI 21 to 76). An interval that ends at what scores can reach');
    expect(told([0.5, 0.51, 0.5])).not.toContain('can reach');
  });
});

describe('three seeds and more', () => {
  it('claims what the interval supports, in words that match the numbers', () => {
    const v = verdict(input());
    expect(v.comparisons[0]).toMatchObject({ arm: 'guided', n: 3, wins: 3, losses: 0, claim: 'better', p: null, excluded: [] });
    expect(v.comparisons[0].meanDifference).toBeCloseTo(0.208, 3);
    expect(say(v)).toBe('Yes. Guided beats unguided in 3 of 3 seeds, by 20.8 points (95 % CI 16.6 to 25.0).');
    expect(v.detail).toContain('800 validation examples');
    expect(v.detail).toContain('±1.7 points');
  });

  it('colours the names: their segments carry the arm', () => {
    expect(verdict(input()).headline.filter((part) => part.arm !== undefined)).toEqual([
      { text: 'Guided', arm: 'guided' },
      { text: 'unguided', arm: 'unguided' },
    ]);
  });

  it('leads with the arm named first and tells the rest by weight', () => {
    const v = verdict(
      input({
        arms: arms({
          Unguided: [0.33, 0.34, 0.32],
          Guided: [0.54, 0.59, 0.48],
          'Guided, untrained guide': [0.31, 0.35, 0.3],
          Distilled: [0.41, 0.41, 0.4],
        }),
      }),
    );
    expect(say(v)).toBe(
      'Yes. Guided beats unguided in 3 of 3 seeds, by 20.7 points (95 % CI 9 to 32). ' +
        'Distilled: +7.7, higher in all 3 seeds. Guided, untrained: no difference beyond noise (−1.0).',
    );
    expect(v.comparisons.map((c) => c.arm)).toEqual(['guided', 'guided-untrained-guide', 'distilled']);
    expect(v.detail).toContain('Below six seeds only what was asked, Guided against unguided, can be claimed');
  });

  it('calls an interval that holds 0 noise, with its numbers', () => {
    const v = verdict(input({ arms: arms({ Unguided: [0.8, 0.82, 0.81], Guided: [0.84, 0.8, 0.83] }) }));
    expect(v.comparisons[0].claim).toBe('no difference');
    expect(say(v)).toBe('Not beyond noise. Guided against unguided: +1.3 points (95 % CI −6 to 9) in 3 seeds.');
  });

  it('reads "no difference" for the same arm twice', () => {
    const v = verdict(input({ arms: arms({ Unguided: UNGUIDED, Again: [...UNGUIDED], Copy: [...UNGUIDED] }) }));
    expect(v.comparisons.every((c) => c.claim === 'no difference' && c.identical && c.wins === 0)).toBe(true);
    expect(say(v)).toBe('Not beyond noise. Again against unguided: no difference in any of 3 seeds. Copy: no difference.');
  });

  it('says lower, not worse, below six seeds', () => {
    const v = verdict(input({ arms: arms({ Unguided: GUIDED, Guided: UNGUIDED, Distilled: UNGUIDED }) }));
    expect(say(v)).toBe(
      'Too early to say. Guided is lower than unguided in all 3 seeds, by 20.8 points (95 % CI 16.6 to 25.0); ' +
        'below six seeds nothing is called worse. Distilled: −20.8, lower in all 3 seeds.',
    );
  });

  it('says once what holds of three and more', () => {
    const v = verdict(input({ arms: arms({ Unguided: UNGUIDED, Guided: GUIDED, Odd: [0.3, 0.3, 0.3], Even: [0.29, 0.29, 0.29], Low: [0.28, 0.28, 0.28] }) }));
    expect(say(v)).toMatch(/ Low: −[\d.]+, Even: −[\d.]+, Odd: −[\d.]+, each lower in all 3 seeds\.$/);
  });

  it('qualifies a difference below the sampling error of the validation set', () => {
    const v = verdict(input({ arms: arms({ Unguided: [0.33, 0.34, 0.32], Guided: [0.335, 0.345, 0.326] }) }));
    expect(v.comparisons[0]).toMatchObject({ claim: 'better', withinSamplingError: true });
    expect(say(v)).toContain('(95 % CI 0.4 to 0.7), less than the validation set’s own sampling error (±1.7 points).');
  });

  it('never writes an end of an interval as 0 that is not 0', () => {
    const v = verdict(input({ arms: arms({ Unguided: [0.3, 0.3, 0.3], Guided: [0.35, 0.37, 0.332] }), valExamples: 1e6 }));
    expect(v.comparisons[0].claim).toBe('better');
    expect(say(v)).toMatch(/95 % CI 0\.\d*[1-9]\d* to/);
  });

  it('handles metrics where lower is better, in their own unit', () => {
    const v = verdict(
      input({
        metric: { name: 'loss', higherIsBetter: false, chance: 2.08 },
        arms: arms({ Unguided: [2.7, 2.8, 2.75], Guided: [1.5, 1.53, 1.56], Distilled: [1.8, 1.9, 1.85], Odd: [3.4, 3.5, 3.45] }),
      }),
    );
    expect(say(v)).toBe(
      'Yes. Guided beats unguided in 3 of 3 seeds, by 1.22 of validation loss (95 % CI 1.11 to 1.33; lower is better). ' +
        'Distilled: −0.90, lower in all 3 seeds. Odd: +0.70, higher in all 3 seeds.',
    );
    expect(v.sampling).toBeNull();
  });
});

describe('six seeds and more', () => {
  const six = { seeds: [0, 1, 2, 3, 4, 5] };

  it('adds the exact test', () => {
    const v = verdict(input({ ...six, arms: arms({ Unguided: [0.3, 0.31, 0.32, 0.3, 0.29, 0.3], Guided: [0.4, 0.42, 0.41, 0.43, 0.4, 0.39] }) }));
    expect(v.comparisons[0].p).toBe(2 / 64);
    expect(say(v)).not.toContain('p =');
    expect(v.detail).toContain(', p = 0.031)');
    expect(v.detail).toContain('exact sign-flip test');
  });

  it('counts the seeds that agree, and says when the exact test does not confirm', () => {
    const v = verdict(input({ ...six, arms: arms({ Unguided: [0.3, 0.3, 0.3, 0.3, 0.3, 0.3], Guided: [0.4, 0.38, 0.38, 0.38, 0.37, 0.29] }) }));
    expect(say(v)).toBe(
      'Not beyond noise. Guided is higher than unguided in 5 of 6 seeds, by 6.7 points (95 % CI 2.6 to 10.7), ' + 'which the exact test does not confirm.',
    );
    expect(v.comparisons[0]).toMatchObject({ wins: 5, losses: 1, claim: 'not claimed', withheld: 'exact' });
    expect(v.comparisons[0].p).toBe(4 / 64);
  });

  it('says worse where it is worse, in both places', () => {
    const [low, high] = [
      [0.3, 0.31, 0.32, 0.3, 0.29, 0.3],
      [0.4, 0.42, 0.41, 0.43, 0.4, 0.39],
    ];
    const v = verdict(input({ ...six, arms: arms({ Unguided: high, Guided: low, Distilled: low }) }));
    expect(say(v)).toMatch(/^No\. Guided is worse than unguided in 6 of 6 seeds, by 10\.5 points \(95 % CI 8\.9 to 12\.1\)\. Distilled: −10\.5, worse\.$/);
    expect(v.detail).toContain('Holm');
  });

  it('says of no difference how large it is at most, where the whole interval is small', () => {
    const unguided = [0.3, 0.31, 0.32, 0.3, 0.29, 0.3];
    const shifted = (by: number[]) => unguided.map((score, i) => score + by[i]);
    const told = (by: number[]) => say(verdict(input({ ...six, arms: arms({ Unguided: unguided, Guided: shifted(by) }) })));
    expect(told([0.01, -0.01, 0.005, -0.005, 0.01, -0.01])).toMatch(
      /^No\. Guided against unguided: no difference larger than 2 points in 6 seeds, 0\.0 points/,
    );
    expect(told([0.05, -0.05, 0.02, -0.02, 0.05, -0.05])).toMatch(/^Not beyond noise\. Guided against unguided: .* in 6 seeds\.$/);
  });
});

describe('seeds that fall into two heaps', () => {
  const chance = [0.12, 0.13, 0.125];

  it('are counted, with what the counts do not rule out, and nothing is claimed below six', () => {
    const v = verdict(input({ arms: arms({ Unguided: chance, Guided: [0.99, 0.98, 0.13], Distilled: [0.12, 0.99, 0.12] }) }));
    expect(say(v)).toBe(
      'Too early to say. Guided learnt (passed 55.8 %) in 2 of 3 seeds, unguided in 0 of 3: ' +
        'three seeds cannot tell such shares apart. Distilled: learnt in 1 of 3 seeds.',
    );
    expect(v.detail).toContain('Learnt means to pass 55.8 %, half way from chance (12.5 %) to the best score of any seed (99.0 %)');
    expect(v.detail).toContain('Guided in 2 of 3 seeds (9 to 99 %)');
    expect(v.detail).not.toContain('+');
  });

  it('are claimed by the rules of six seeds, still as counts', () => {
    const low = [0.12, 0.13, 0.125, 0.12, 0.13, 0.9];
    const high = [0.95, 0.96, 0.97, 0.95, 0.96, 0.96];
    const v = verdict(input({ seeds: [0, 1, 2, 3, 4, 5], arms: arms({ Unguided: low, Guided: high }) }));
    expect(say(v)).toBe('Yes. Guided beats unguided in 6 of 6 seeds: it learnt (passed 54.8 %) in 6 of 6, unguided in 1 of 6.');
    const level = verdict(input({ seeds: [0, 1, 2, 3, 4, 5], arms: arms({ Unguided: low, Guided: [...low].reverse() }) }));
    expect(say(level)).toBe('Not beyond noise. Guided learnt (passed 51.2 %) in 1 of 6 seeds, unguided in 1 of 6.');
  });

  it('are not those of a bunch that the threshold passes through', () => {
    const v = verdict(input({ arms: arms({ Unguided: [0.34, 0.35, 0.34], Guided: [0.54, 0.5625, 0.518] }) }));
    expect(v.shares.map(({ arm, passed, split }) => [arm, passed, split])).toEqual([
      ['unguided', 1, false],
      ['guided', 3, false],
    ]);
    expect(v.detail).toContain('0 of 3 seeds of Guided failed to pass 34.4 %');
    expect(v.detail).toContain('up to 71 % of all seeds might');
  });
});

describe('what was asked', () => {
  const scores = { Unguided: [0.3, 0.31, 0.3], 'Unguided, own rate': [0.5, 0.51, 0.5], Guided: [0.6, 0.62, 0.61] };

  it('names both sides, and all arms are compared with the second', () => {
    const v = verdict(input({ arms: arms(scores), lead: { arm: 'guided', against: 'unguided-own-rate' } }));
    expect(say(v)).toMatch(/^Yes\. Guided beats unguided, own rate in 3 of 3 seeds, by 10\.7 points/);
    expect(v.reference).toBe('unguided-own-rate');
  });

  it('falls back to the first aligned arm against unguided', () => {
    const of = (lead?: VerdictInput['lead'], names = { Unguided: UNGUIDED, Distilled: GUIDED, Guided: GUIDED }) =>
      verdict(input({ lead, arms: arms(names) })).lead;
    expect(of()).toEqual({ arm: 'guided', against: 'unguided' });
    expect(of({ arm: 'guided', against: 'gone' })).toEqual({ arm: 'guided', against: 'unguided' });
    expect(of({ arm: 'guided', against: 'guided' })).toEqual({ arm: 'guided', against: 'unguided' });
  });

  it('can be what is sooner', () => {
    const curve = (at: number) => ({ steps: [0, 50, 100, 150, 200, 250], values: [0.1, 0.1, 0.1, 0.1, 0.1, 0.1].map((v, i) => (50 * i >= at ? 0.9 : v)) });
    const seeds = [0, 1, 2, 3, 4, 5];
    const told = (guided: number[], unguided: number[]) => {
      const made = arms({ Unguided: unguided.map(() => 0.9), Guided: guided.map(() => 0.9) });
      const [first, second] = made;
      return verdict(
        input({
          seeds: seeds.slice(0, guided.length),
          lead: { arm: 'guided', against: 'unguided', by: { crossing: 0.6 } },
          arms: [
            { ...first, curves: unguided.map(curve) },
            { ...second, curves: guided.map(curve) },
          ],
        }),
      );
    };
    const never = 999;
    expect(text(told([50, 50, 100, 50, 50, 100], [200, 150, 150, 200, never, 150]).headline)).toBe(
      'Yes. Guided passes 60 % sooner than unguided in all 6 seeds: after 67 steps, not 183 or more.',
    );
    expect(text(told([50, 50, 100], [200, 150, 150]).headline)).toMatch(
      /^Too early to say\. .*sooner than unguided in all 3 seeds: .*; a claim of this needs six seeds\.$/,
    );
    expect(text(told([50, 200, 100, 150, 50, 100], [200, 50, 150, 100, 100, 50]).headline)).toMatch(
      /^Not beyond noise\. Guided passes 60 % no sooner or later than unguided in 6 seeds: /,
    );
    expect(text(told([never, never, never], [never, never, never]).headline)).toBe('Not beyond noise. Guided and unguided pass 60 % in none of 3 seeds.');
    // The scores, equal in every seed, are one of the other comparisons then.
    expect(text(told([50, 50, 100], [200, 150, 150]).others)).toBe('By final score, Guided: no difference.');
  });
});

describe('too few seeds', () => {
  it('one seed: no claim', () => {
    const v = verdict(input({ seeds: [0], arms: arms({ Unguided: [0.332], Guided: [0.54] }) }));
    expect(say(v)).toBe('Too early to say. One seed so far shows Guided 54.0 % against unguided 33.2 %: run three or more seeds.');
    expect(v.comparisons[0]).toMatchObject({ n: 1, ci: null, p: null, claim: 'no claim' });
  });

  it('names a metric that its numbers do not', () => {
    const metric = { name: 'perplexity' as const, higherIsBetter: false, chance: 47 };
    expect(say(verdict(input({ metric, seeds: [0], arms: arms({ Unguided: [4.9], Guided: [4.7] }) })))).toBe(
      'Too early to say. In validation perplexity, one seed so far shows Guided 4.70 against unguided 4.90: run three or more seeds.',
    );
    expect(say(verdict(input({ metric, seeds: [0], arms: arms({ Unguided: [4.9] }) })))).toMatch(/^Unguided reaches validation perplexity 4.90 /);
  });

  it('two seeds: too few to say', () => {
    const v = verdict(input({ seeds: [0, 1], arms: arms({ Unguided: [0.33, 0.34], Guided: [0.54, 0.53], Distilled: [0.4, 0.42] }) }));
    expect(say(v)).toBe(
      'Too early to say. Two seeds so far show Guided 53.5 % against unguided 33.5 %, better in 2 of 2: run three or more seeds. Distilled 41.0 %.',
    );
    expect(v.comparisons[0]).toMatchObject({ ci: null, claim: 'too few seeds' });
  });
});

describe('while it runs', () => {
  it('says so, and leaves the step to the bar that counts them', () => {
    expect(say(verdict(input({ finished: false, step: 120 })))).toMatch(/^Yes, so far\. Guided beats unguided in 3 of 3/);
    expect(say(verdict(input({ finished: false, step: 120, seeds: [0], arms: arms({ Unguided: [0.332], Guided: [0.54] }) })))).toBe(
      'Too early to say. One seed so far shows Guided 54.0 % against unguided 33.2 %: run three or more seeds.',
    );
  });

  it('claims nothing before the first step or the first score', () => {
    const v = verdict(input({ finished: false, step: 0 }));
    expect(say(v)).toBe('Training has not begun.');
    expect(v.comparisons[0].claim).toBe('no claim');
    expect(say(verdict(input({ finished: false, step: 5, arms: arms({ Unguided: [null, null, null], Guided: [null, null, null] }) })))).toBe(
      'Nothing measured yet.',
    );
  });
});

describe('diverged members', () => {
  it('are left out pairwise and named', () => {
    const v = verdict(input({ seeds: [0, 1, 2, 7], arms: arms({ Unguided: [...UNGUIDED, 0.3], Guided: [...GUIDED, null] }) }));
    expect(v.comparisons[0]).toMatchObject({ n: 3, claim: 'better', excluded: [7] });
    expect(v.detail).toContain('Guided diverged in seed 7, which its comparison leaves out.');
    expect(verdict(input({ arms: arms({ Unguided: UNGUIDED, Guided: [NaN, ...GUIDED.slice(1)] }) })).comparisons[0].excluded).toEqual([0]);
  });

  it('can leave too few seeds for a claim', () => {
    const v = verdict(input({ arms: arms({ Unguided: UNGUIDED, Guided: [null, null, 0.5] }) }));
    expect(v.comparisons[0].claim).toBe('no claim');
    expect(say(v)).toBe('Too early to say. One seed without divergence shows Guided 50.0 % against unguided 32.7 %: run three or more seeds.');
  });

  it('do not hide the arms that are whole', () => {
    const v = verdict(input({ arms: arms({ Unguided: UNGUIDED, Guided: [null, null, null], Distilled: GUIDED }) }));
    expect(say(v)).toBe('Too early to say. Guided has no score in any seed: members diverged. Distilled: +20.8, higher in all 3 seeds.');
    expect(v.detail).toContain('Guided diverged in every seed.');
    expect(say(verdict(input({ arms: arms({ Unguided: [null, null, null], Guided: GUIDED }) })))).toBe(
      'Too early to say. Unguided has no score in any seed: nothing to compare with.',
    );
    expect(say(verdict(input({ arms: arms({ Unguided: [0.3, null, null], Guided: [null, 0.4, 0.4] }) })))).toContain(
      'Guided has no seed in which it can be compared',
    );
    expect(say(verdict(input({ arms: arms({ Unguided: [null, null, null], Guided: [null, null, null] }) })))).toBe(
      'Every member diverged: nothing to compare.',
    );
  });
});

describe('without a reference', () => {
  it('compares with the first arm', () => {
    const v = verdict(input({ lead: { arm: 'guided', against: 'nobody' }, arms: arms({ Distilled: UNGUIDED, Guided: GUIDED }) }));
    expect(v.reference).toBe('distilled');
    expect(say(v)).toContain('Guided beats distilled in 3 of 3');
  });

  it('reports one arm alone, and none', () => {
    expect(say(verdict(input({ arms: arms({ Unguided: UNGUIDED }) })))).toBe('Unguided reaches 33.2 % (three seeds). Add a second arm to compare.');
    expect(say(verdict(input({ arms: [] })))).toBe('No arms to compare.');
  });
});
