import { describe, expect, it } from 'vitest';
import { ratioInterval } from './matched.ts';
import { ENDED } from './testing.ts';
import type { Verdict, VerdictArm, VerdictInput } from './types.ts';
import { verdict } from './verdict.ts';

describe('the interval of a ratio of paired means', () => {
  const whole = [0.2, 0.22, 0.18, 0.21, 0.19, 0.2];

  it('is the one of Fieller: its ends are the shares that a paired t test just tells apart', () => {
    const part = [0.1, 0.13, 0.08, 0.11, 0.1, 0.09];
    const [low, high] = ratioInterval(part, whole) as [number, number];
    // |t| of part − share × whole is the 0.975 quantile with 5 degrees of freedom at either end.
    for (const share of [low, high]) {
      const rest = part.map((value, i) => value - share * whole[i]);
      const centre = rest.reduce((a, b) => a + b) / 6;
      const error = Math.sqrt(rest.reduce((sum, value) => sum + (value - centre) ** 2, 0) / 5 / 6);
      expect(Math.abs(centre) / error).toBeCloseTo(2.570582, 5);
    }
    expect(low).toBeLessThan(0.508);
    expect(high).toBeGreaterThan(0.508);
  });

  it('is a point where the part is a fixed share, and none where the whole may be 0', () => {
    const [low, high] = ratioInterval(
      whole.map((value) => 0.75 * value),
      whole,
    ) as [number, number];
    expect([low, high].map((end) => Number(end.toFixed(6)))).toEqual([0.75, 0.75]);
    expect(ratioInterval(whole, [0.1, -0.1, 0.2, -0.2, 0.1, -0.1])).toBeNull();
  });
});

describe('what is told of a gain that others have, too', () => {
  const LOW = [0.3, 0.31, 0.32, 0.3, 0.29, 0.3];
  const above = (by: number) => LOW.map((score, i) => score + by + 0.003 * [1, -1, 2, 0, -2, 0][i]);
  /** Unguided, guided by 20 points, a control, and one without a guide. */
  function told(control: number, bare: number, seeds = 6, changes: Partial<VerdictInput> = {}): Verdict {
    const arm = (id: string, scores: number[], more: Partial<VerdictArm>): VerdictArm => ({
      id,
      name: `${id[0].toUpperCase()}${id.slice(1)}`,
      scores: scores.slice(0, seeds),
      guided: true,
      aligned: true,
      ...more,
    });
    return verdict({
      ...ENDED,
      arms: [
        arm('unguided', LOW, { guided: false, aligned: false }),
        arm('guided', above(0.2), {}),
        arm('identity', above(control).toReversed(), { control: true }),
        arm('he', above(bare).toReversed(), { guided: false, aligned: false }),
      ],
      lead: { arm: 'guided', against: 'unguided' },
      seeds: LOW.slice(0, seeds).map((_, i) => i),
      ...changes,
    });
  }
  const large = (v: Verdict) => v.headline.map(({ text }) => text).join('');

  it('says most of it where more than half is certain, with the share and its interval', () => {
    const result = told(0.16, 0.04);
    expect(result.matched.map(({ arm, without, share }) => [arm, without, Number(share.toFixed(2))])).toEqual([
      ['identity', 'sense', 0.8],
      ['he', 'guide', 0.2],
    ]);
    expect(result.rivals).toEqual([]);
    expect(large(result)).toMatch(/ But identity, a control, matches most of the gain: 80 % \(95 % CI \d+ to \d+ %\)\.$/);
    expect(result.detail).toMatch(
      /Of the gain of guided others have: Identity 80 % \(95 % CI \d+ to \d+ %\); He 20 % \(95 % CI \d+ to \d+ %\), by Fieller’s interval/,
    );
    expect(large(told(0.06, 0.16))).toMatch(/ But he matches most of the gain without any guide: 80 %/i);
  });

  it('says nothing of half that may be less, and leaves what does as well to its own words', () => {
    expect(large(told(0.1, 0.04))).not.toContain('matches');
    expect(large(told(0.2, 0.04))).toContain('does as well within noise');
    expect(large(told(0.2, 0.04))).not.toContain('matches');
  });

  it('keeps to the rules: six seeds, a claim to take from, scores at the end', () => {
    expect(told(0.16, 0.04, 5).matched).toEqual([]);
    expect(told(0.16, 0.04, 6, { yes: 'worse' }).matched).toEqual([]);
    expect(told(0.16, 0.04, 6, { lead: { arm: 'guided', against: 'identity' } }).matched.map(({ arm }) => arm)).toEqual(['unguided', 'he']);
  });
});
