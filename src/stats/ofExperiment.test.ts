import { describe, expect, it } from 'vitest';
import { classNames } from '../experiment/networks/describe.ts';
import { askedBy } from '../experiment/plan/lead.ts';
import { findPreset } from '../experiment/presets/presets.ts';
import { metricToBeat, needsCurves, verdictInput } from './ofExperiment.ts';
import type { Lead, VerdictArm } from './types.ts';
import { verdict } from './verdict.ts';

const experiment = structuredClone(findPreset('wide-fcn')?.experiment);
if (!experiment) throw new Error('no preset wide-fcn');
const { steps } = experiment.base;
const PROGRESS = { step: steps, finished: true, interventions: [] };

/** Three seeds of every arm: accuracies at steps 0, 100 and the end; guided ones peak in between and end lower. */
const CURVES: Record<string, number[][]> = {
  guided: [
    [0.1, 0.8, 0.5],
    [0.1, 0.82, 0.51],
    [0.1, 0.81, 0.49],
  ],
  unguided: [
    [0.1, 0.3, 0.6],
    [0.1, 0.31, 0.62],
    [0.1, 0.3, 0.61],
  ],
};

function measured(arm: string): Pick<VerdictArm, 'scores' | 'curves'> {
  const own = CURVES[arm] ?? CURVES.unguided;
  return { scores: own.map((values) => values[2]), curves: own.map((values) => ({ steps: [0, 100, steps], values })) };
}

const told = (by: Lead['by'], of = measured) => verdict(verdictInput(experiment, of, PROGRESS, { arm: 'guided', against: 'unguided', by }));
const said = (by: Lead['by'], of = measured) =>
  told(by, of)
    .headline.map(({ text }) => text)
    .join('');

it('asks what the experiment asks, else for the first aligned arm against the one called unguided', () => {
  const asks = { arm: 'distilled', against: 'guided', by: { crossing: 0.4 } };
  expect(askedBy({ ...experiment, asks })).toEqual(asks);
  expect(askedBy({ ...experiment, asks: undefined })).toEqual({ arm: 'guided', against: 'unguided' });
  expect(verdictInput(experiment, measured, PROGRESS).lead).toEqual(askedBy(experiment));
  expect(askedBy({ ...experiment, arms: experiment.arms.slice(0, 1) })).toBeNull();
  expect(experiment.arms.map(({ id }) => id).filter((id) => id in CURVES)).toHaveLength(2);
});

describe('one run, asked in three ways', () => {
  it('by the score at the end', () => {
    expect(said(undefined)).toBe(said('final'));
    expect(said('final')).toMatch(/^Too early to say\. Guided is lower than unguided in all 3 seeds, by 11\.0 points \(/);
  });

  it('by the best score of the run, which flatters and says so', () => {
    expect(said('best')).toMatch(/^Yes\. Guided beats unguided in 3 of 3 seeds, by 20\.0 points of best validation accuracy/);
    expect(told('best').detail).toContain('they flatter every arm');
    expect(told('final').detail).not.toContain('flatter');
  });

  it('by how soon it crosses a score', () => {
    expect(said({ crossing: 0.45 })).toBe(
      `Too early to say. Guided passes 45 % sooner than unguided in all 3 seeds: after 100 steps, not ${steps}; a claim of this needs six seeds.`,
    );
    expect(said({ crossing: 0.7 })).toContain('after 100 steps, not in any; a claim');
  });

  it('needs the curves for the latter two alone', () => {
    const lead = { arm: 'guided', against: 'unguided' };
    expect([null, lead, { ...lead, by: 'final' as const }].map(needsCurves)).toEqual([false, false, false]);
    expect(
      [
        { ...lead, by: 'best' as const },
        { ...lead, by: { crossing: 0.5 } },
      ].map(needsCurves),
    ).toEqual([true, true]);
  });
});

describe('the line to beat', () => {
  const { task } = experiment;
  const guessing = 0.125;

  /** Of 200 validation labels so many are of class 2, the others spread over all eight classes but that one. */
  const labels = (often: number) => Array.from({ length: 200 }, (_, i) => (i < often ? 2 : [0, 1, 3, 4, 5, 6, 7][i % 7]));
  const name = classNames(task)[2];

  it('is the most frequent class where that is clearly more than guessing gets, and only for accuracies', () => {
    const plain = { metric: { name: 'accuracy', higherIsBetter: true, chance: guessing } };
    expect(metricToBeat(task, null)).toEqual(plain);
    // 27 of 200 are 13.5 %, one point above one in eight; all others are 12.5 % or less.
    expect(metricToBeat(task, labels(27))).toEqual(plain);
    expect(metricToBeat(task, labels(110))).toEqual({ metric: { ...plain.metric, chance: 0.55 }, prevailing: name });
    const text = findPreset('lm-short')?.experiment.task ?? task;
    expect(metricToBeat(text, labels(110)).prevailing).toBeUndefined();
  });

  const said = (often: number) => {
    const { headline, threshold } = verdict(verdictInput(experiment, measured, { ...PROGRESS, labels: labels(often) }));
    return { text: headline.map(({ text }) => text).join(''), threshold: threshold?.value };
  };

  it('is said of every arm that does not beat it, and moves the threshold', () => {
    // Guided ends at 50 %, all others at 61 %.
    expect(said(80).text).not.toContain('always answering');
    expect(said(110).text).toContain(`. Guided does not beat always answering “${name}” (55.0 %).`);
    expect(said(180).text).toMatch(new RegExp(`\\. No arm beats always answering “${name}” \\(90\\.0 %\\)\\.$`));
    expect(said(80).threshold).toBeCloseTo((0.4 + 0.62) / 2, 12);
    expect(said(20).threshold).toBeCloseTo((guessing + 0.62) / 2, 12);
  });
});

it('takes the lowest for the best where lower is better, skips gaps, and gives a diverged member none', () => {
  const lm = structuredClone(findPreset('lm-short')?.experiment);
  if (!lm) throw new Error('no preset lm-short');
  const [first, second] = lm.arms.map(({ id }) => id);
  const of = () => ({
    scores: [5, 6, null],
    curves: [
      [48, Number.NaN, 4, 5],
      [48, null, 6],
      [48, 3],
    ].map((values) => ({ steps: values.map((_, i) => i), values })),
  });
  const input = verdictInput(lm, of, { ...PROGRESS, step: lm.base.steps }, { arm: second, against: first, by: 'best' });
  expect(input.arms[0].scores).toEqual([4, 6, null]);
});
