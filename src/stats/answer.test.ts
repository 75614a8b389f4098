import { describe, expect, it } from 'vitest';
import { ENDED } from './testing.ts';
import type { Verdict, VerdictInput } from './types.ts';
import { verdict } from './verdict.ts';

type Scores = (number | null)[];
const FALLING = { name: 'perplexity', higherIsBetter: false, chance: 47 };

/** Arms by name: "Unguided …" learns from no guide, "Control …" from a control, all others from a guide. The second is asked for. */
function told(scores: Record<string, Scores>, changes: Partial<VerdictInput> = {}): Verdict {
  const arms = Object.entries(scores).map(([name, values]) => ({
    id: name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
    name,
    scores: values,
    guided: !name.startsWith('Unguided'),
    aligned: !name.startsWith('Unguided'),
    control: name.startsWith('Control'),
  }));
  const seeds = arms[0].scores.map((_, i) => i);
  const lead = { arm: arms[1].id, against: arms[0].id };
  return verdict({
    ...ENDED,
    arms,
    lead,
    seeds,
    ...changes,
  });
}
const large = (v: Verdict) => v.headline.map(({ text }) => text).join('');
const small = (v: Verdict) => v.others.map(({ text }) => text).join('');

const LOW = [0.3, 0.31, 0.32, 0.3, 0.29, 0.3];
const up = (by: number, scatter = 0.003) => LOW.map((score, i) => score + by + scatter * [1, -1, 2, 0, -2, 0][i]);
const first = (n: number, scores: Record<string, Scores>): Record<string, Scores> =>
  Object.fromEntries(Object.entries(scores).map(([name, values]) => [name, values.slice(0, n)]));

describe('the answer', () => {
  const pair = (guided: Scores) => ({ Unguided: LOW, Guided: guided });
  const answers = (guided: Scores, changes: Partial<VerdictInput> = {}) =>
    [1, 2, 3, 5, 6].map((n) => told(first(n, pair(guided)), { seeds: LOW.slice(0, n).map((_, i) => i), ...changes }).answer);
  const noise = [0.33, 0.28, 0.36, 0.27, 0.31, 0.28];
  const lottery = [0.95, 0.3, 0.96, 0.3, 0.29, 0.3];

  it('is yes from three seeds on, and no from six', () => {
    expect(answers(up(0.2))).toEqual(['early', 'early', 'yes', 'yes', 'yes']);
    expect(answers(up(-0.2))).toEqual(['early', 'early', 'early', 'early', 'no']);
    expect(answers(noise)).toEqual(['early', 'early', 'noise', 'noise', 'noise']);
    // Inside the margin, and equal in every seed.
    expect(answers(LOW.map((score, i) => score + [0.002, -0.002, 0.001, -0.001, 0.002, -0.002][i]))).toEqual(['early', 'early', 'noise', 'noise', 'no']);
    expect(answers(LOW)).toEqual(['early', 'early', 'noise', 'noise', 'no']);
    expect(answers(lottery)).toEqual(['early', 'early', 'early', 'early', 'noise']);
  });

  it('is the other way round where yes means worse, and has the direction of the metric', () => {
    expect(answers(up(-0.2), { yes: 'worse' })).toEqual(['early', 'early', 'early', 'early', 'yes']);
    expect(answers(up(0.2), { yes: 'worse' })).toEqual(['early', 'early', 'no', 'no', 'no']);
    expect(answers(noise, { yes: 'worse' }).at(-1)).toBe('noise');
    const falling = (by: number) => told({ Unguided: LOW.map((x) => x + 4), Guided: up(by).map((x) => x + 4) }, { metric: FALLING });
    expect([falling(-0.2).answer, falling(0.2).answer]).toEqual(['yes', 'no']);
    expect(large(falling(0.2))).toMatch(
      /^No\. Guided is worse than unguided in 6 of 6 seeds, by 0\.20 of validation perplexity \(95 % CI 0\.\d+ to 0\.\d+; lower is better\)\.$/,
    );
  });

  it('is told first, and while it runs with "so far"', () => {
    const starts = (guided: Scores, n = 6) => [true, false].map((finished) => /^.*?\. /.exec(large(told(first(n, pair(guided)), { finished })))?.[0].trim());
    expect(starts(up(0.2))).toEqual(['Yes.', 'Yes, so far.']);
    expect(starts(up(-0.2))).toEqual(['No.', 'No, so far.']);
    expect(starts(noise)).toEqual(['Not beyond noise.', 'Not beyond noise so far.']);
    expect(starts(up(0.2), 2)).toEqual(['Too early to say.', 'Too early to say.']);
    expect(told(pair(up(0.2))).headline[0]).toEqual({ text: 'Yes.', answer: true });
  });

  it('is none where nothing is compared or measured', () => {
    const gone = LOW.map(() => null);
    expect(told(pair(up(0.2)), { step: 0 }).answer).toBeNull();
    expect(told({ Unguided: gone, Guided: gone }).answer).toBeNull();
    expect(told({ Unguided: LOW, Guided: gone }).answer).toBe('early');
    const { seeds, arms } = { seeds: [0, 1, 2], arms: [{ id: 'a', name: 'A', guided: false, aligned: false, scores: [0.3, 0.3, 0.3] }] };
    expect(told(pair(LOW), { seeds, arms }).answer).toBeNull();
  });

  it('leaves a diverged seed out of what it counts', () => {
    const v = told({ Unguided: [0.3, 0.31, 0.32, 0.3], Guided: [0.5, null, 0.52, 0.51] });
    expect(large(v)).toMatch(/^Yes\. Guided beats unguided in 3 of 3 seeds, by 20\.\d points/);
    expect(told({ Unguided: [0.3, 0.31, 0.32], Guided: [0.5, null, 0.52] }).answer).toBe('early');
  });
});

describe('what stands beside a claim in the same size', () => {
  const claim = { Unguided: LOW, Guided: up(0.2) };

  it('is an arm without a guide that gains more, or is not told from it', () => {
    const more = told({ ...claim, 'Unguided, good start': up(0.4) });
    expect(large(more)).toMatch(
      /^Yes\. Guided beats unguided in 6 of 6 seeds, by 20\.0 points \(.*\)\. But unguided, good start gains more without any guide \(\+40\.0\)\.$/,
    );
    expect(small(more)).toBe('');
    expect(more.rivals).toMatchObject([{ arm: 'unguided-good-start', without: 'guide', ahead: true }]);
    expect(more.detail).toContain('Held against guided: Unguided, good start +20.0 (95 % CI 20.0 to 20.0).');
    const close = told({ ...claim, 'Unguided, good start': up(0.199, -0.01) });
    expect(large(close)).toContain('. But unguided, good start does as well within noise without any guide (+19.9).');
    expect(large(told({ ...claim, 'Unguided, good start': up(0.1) }))).not.toContain('But');
    expect(large(told({ ...claim, 'Unguided, good start': LOW }))).not.toContain('But');
  });

  it('is a control, by its name and as what it is', () => {
    const v = told({ ...claim, 'Control, shuffled': up(0.21), Distilled: up(0.4) });
    expect(large(v)).toContain('. But control, shuffled, a control, gains more (+21.0).');
    expect(small(v)).toBe('Distilled: +40.0.');
    // One control beside another, or beside an arm without a guide, takes nothing away.
    expect(large(told({ Unguided: LOW, 'Control 1': up(0.2), 'Control 2': up(0.3) }))).not.toContain('But');
    expect(large(told({ Unguided: LOW, 'Unguided, low': up(0.2), 'Unguided, good start': up(0.3), Control: up(0.3) }))).not.toContain('But');
  });

  it('is there below six seeds, too, where every seed is ahead', () => {
    const three = (good: Scores) => told(first(3, { ...claim, 'Unguided, good start': good }));
    expect(large(three(up(0.4)))).toContain('But unguided, good start gains more without any guide (+40.2).');
    expect(large(three([0.9, 0.3, 0.9]))).not.toContain('But');
    // Ahead on average is not more.
    expect(large(three([0.5, 0.53, 0.51]))).toContain('But unguided, good start does as well within noise without any guide (+20.3).');
  });

  it('is nothing where nothing is claimed', () => {
    for (const guided of [LOW, up(-0.2), [0.33, 0.28, 0.36, 0.27, 0.31, 0.28]]) {
      expect(told({ Unguided: LOW, Guided: guided, 'Unguided, good start': up(0.4) }).rivals).toEqual([]);
    }
    expect(told({ ...claim, 'Unguided, good start': up(0.4) }, { yes: 'worse' }).rivals).toEqual([]);
  });

  it('names the best of either kind, and counts the rest', () => {
    const v = told({ ...claim, Control: up(0.3), 'Unguided, b': up(0.25), 'Unguided, c': up(0.4), 'Unguided, d': up(0.21) });
    expect(large(v)).toMatch(/But unguided, c gains more without any guide \(\+40\.0\); control, a control, gains more \(\+30\.0\); 2 more do as well\.$/);
  });

  it('has the direction of a falling metric', () => {
    const shifted = (by: number) => up(by).map((x) => x + 4);
    const scores = { Unguided: LOW.map((x) => x + 4), Guided: shifted(-0.2), 'Unguided, good start': shifted(-0.4), 'Unguided, bad start': shifted(0.4) };
    expect(large(told(scores, { metric: FALLING }))).toMatch(/lower is better\)\. But unguided, good start gains more without any guide \(−0\.40\)\.$/);
  });

  it('counts the seeds that learnt where they fall into heaps', () => {
    const low = [0.12, 0.13, 0.125, 0.12, 0.13, 0.9];
    const high = [0.95, 0.96, 0.97, 0.95, 0.96, 0.96];
    const v = told({ Unguided: low, Guided: high, 'Unguided, good start': high.map((x) => x + 0.02) });
    expect(large(v)).toBe(
      'Yes. Guided beats unguided in 6 of 6 seeds: it learnt (passed 55.8 %) in 6 of 6, unguided in 1 of 6. ' +
        'But unguided, good start gains more without any guide.',
    );
  });
});

describe('a question that asks for the guide', () => {
  const claim = { Unguided: LOW, Guided: up(0.2) };
  const yes = 'needs the guide' as const;

  it('is denied by a control that does as well, and not by an arm without a guide', () => {
    expect(told(claim, { yes }).answer).toBe('yes');
    expect(told({ ...claim, Control: up(0.1) }, { yes }).answer).toBe('yes');
    expect(told({ ...claim, 'Unguided, good start': up(0.4) }, { yes }).answer).toBe('yes');
    expect(told({ ...claim, Control: up(0.199, -0.01) }, { yes }).answer).toBe('noise');
    expect(told({ ...claim, Control: up(0.3) }, { yes }).answer).toBe('no');
    expect(told(first(3, { ...claim, Control: up(0.3) }), { yes }).answer).toBe('noise');
    expect(told({ ...claim, Control: up(0.3) }).answer).toBe('yes');
  });
});

describe('what is sooner', () => {
  const STEPS = Array.from({ length: 21 }, (_, i) => 10 * i);
  /** Curves that cross half at a step; 999: never. */
  const crossing = (at: number[]) => at.map((step) => ({ steps: STEPS, values: STEPS.map((s) => (s >= step ? 0.9 : 0.1)) }));
  const asked = (steps: Record<string, number[]>, changes: Partial<VerdictInput> = {}, before = 0) => {
    const scores = Object.fromEntries(Object.entries(steps).map(([name, at]) => [name, at.map(() => 0.9)]));
    const [against, arm] = Object.keys(steps).map((name) => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'));
    const arms = Object.entries(steps).map(([name, at]) => ({
      id: name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
      name,
      scores: scores[name],
      curves: crossing(at),
      guided: !name.startsWith('Unguided'),
      aligned: !name.startsWith('Unguided'),
      control: name.startsWith('Control'),
      before: name.startsWith('Unguided') ? 0 : before,
    }));
    return told(scores, { arms, lead: { arm, against, by: { crossing: 0.5 } }, step: 200, steps: 200, ...changes });
  };
  const EARLY = [50, 60, 50, 60, 50, 60];
  const LATE = [150, 160, 150, 160, 999, 160];

  it('is answered from six seeds on', () => {
    expect(asked({ Unguided: LATE, Guided: EARLY }).answer).toBe('yes');
    expect(asked({ Unguided: EARLY, Guided: LATE }).answer).toBe('no');
    expect(asked({ Unguided: EARLY, Guided: [...EARLY].reverse() }).answer).toBe('noise');
    expect(asked({ Unguided: EARLY, Guided: EARLY }).answer).toBe('no');
    expect(large(asked({ Unguided: EARLY, Guided: EARLY }))).toBe('No. Guided and unguided pass 50 % at the same step in all 6 seeds.');
    expect(asked({ Unguided: LATE.slice(0, 3), Guided: EARLY.slice(0, 3) }).answer).toBe('early');
    expect(asked({ Unguided: LATE, Guided: EARLY }, { finished: false }).headline[0].text).toBe('Yes, so far.');
    const begun = asked({ Unguided: EARLY.map(() => 999), Guided: [200, 999, 999, 999, 999, 999] }, { finished: false });
    expect(begun.answer).toBe('early');
    expect(large(begun)).toMatch(/ pass 50 % in 1 and in 0 of 6 seeds so far\.$/);
  });

  it('is said with steps, and of those that never were in the text behind', () => {
    const v = asked({ Unguided: LATE, Guided: EARLY });
    expect(large(v)).toBe('Yes. Guided passes 50 % sooner than unguided in all 6 seeds: after 55 steps, not 163 or more.');
    expect(v.detail).toContain('50 % was never passed by Unguided in 1 of 6 seeds, which count with all steps so far.');
    expect(v.detail).toContain('the exact sign-flip test says p = 0.031.');
    expect(large(asked({ Unguided: EARLY.map(() => 999), Guided: EARLY }))).toMatch(/: after 55 steps, not in any\.$/);
    expect(large(asked({ Unguided: EARLY, Guided: EARLY.map(() => 999) }))).toMatch(/later than unguided in all 6 seeds: in no seed, not after 55\.$/);
  });

  it('counts the steps of a warm-up, too: with too many of them it is not sooner', () => {
    const warmed = (before: number) => asked({ Unguided: [150, 160, 150, 160, 150, 160], Guided: EARLY }, {}, before);
    expect(large(warmed(40))).toMatch(/ sooner than unguided in all 6 seeds: after 95 steps, not 155, 40 of warm-up counted\.$/);
    expect(warmed(170).answer).toBe('no');
    expect(large(warmed(170))).toMatch(/: in no seed, not after 155, 170 of warm-up counted\.$/);
  });

  it('is qualified by what is as soon without a guide', () => {
    const at = (good: number[]) => asked({ Unguided: LATE, Guided: EARLY, 'Unguided, good start': good });
    expect(large(at([20, 20, 30, 20, 20, 30]))).toMatch(/ or more\. But unguided, good start takes 23 steps without any guide\.$/);
    expect(large(at([60, 50, 60, 50, 60, 60]))).toMatch(/ But unguided, good start does so as soon within noise without any guide\.$/);
    expect(at([100, 110, 100, 110, 100, 110]).rivals).toEqual([]);
    expect(at(LATE).rivals).toEqual([]);
    expect(small(at([20, 20, 30, 20, 20, 30]))).toMatch(/^By final score, Guided: no difference\.$/);
  });
});

it('stays short with twelve arms', () => {
  const arms = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`Unguided at rate ${i}`, up(0.3 + 0.01 * i)]));
  const v = told({ Unguided: LOW, Guided: up(0.2), ...arms });
  expect(large(v).length).toBeLessThan(170);
  expect(large(v)).toMatch(/; 9 more do as well\.$/);
  const two = told(first(2, { Unguided: LOW, Guided: up(0.2), ...arms }));
  expect(large(two).length).toBeLessThan(140);
  expect(small(two)).toMatch(/^Unguided at rate 0 60\.5 %, .* Unguided at rate 9 69\.5 %\.$/);
  const prevailing = { metric: { name: 'accuracy', higherIsBetter: true, chance: 0.45 }, prevailing: 'cat' };
  expect(large(told({ Unguided: LOW, Guided: up(0.2), ...arms }, prevailing))).toMatch(/ Unguided does not beat always answering “cat” \(45\.0 %\)\.$/);
  const chance = (level: number) => ({ ...prevailing, metric: { ...prevailing.metric, chance: level } });
  expect(large(told({ Unguided: LOW, Guided: up(0.2), ...arms }, chance(0.682)))).toMatch(
    / Only Unguided at rate 8 and Unguided at rate 9 beat always answering/,
  );
  expect(large(told({ Unguided: LOW, Guided: up(0.2), ...arms }, chance(0.645)))).toMatch(/ Seven of twelve arms do not beat always answering/);
  expect(large(told({ Unguided: LOW, Guided: up(0.2), ...arms }, chance(0.9)))).toMatch(/ No arm beats always answering/);
});
