import { describe, expect, it } from 'vitest';
import type { MemberResult, RunResult } from '../../src/experiment/contract/result.ts';
import { findPreset } from '../../src/experiment/presets/presets.ts';
import { rewritten, typed } from './documents.ts';
import { filled, measuredWith, quantity } from './quantities.ts';
import type { EvidenceFile } from './store.ts';
import { thinned } from '../../src/experiment/contract/thin.ts';
import { bearsOut } from './view.ts';

const member = (arm: string, seed: number, valMetric: number, valLoss: number): MemberResult => ({
  arm,
  seed,
  diverged: false,
  divergedAt: null,
  initial: { valLoss: 2.1, valMetric: 0.125 },
  final: { trainLoss: 1, trainMetric: 0.75, valLoss, valMetric, valMetricRecalibrated: valMetric },
  best: { step: 100, valLoss, valMetric: valMetric + 0.01 },
  pairs: [
    { guide: 'trained', guideTap: 'a', targetTap: 'b', start: 0.123456, end: 0.6, startDebiased: -0.02, endDebiased: 0.5, chance: 0.1 },
    { guide: 'trained', guideTap: 'c', targetTap: 'd', start: 0.5, end: 0.4, startDebiased: 0, endDebiased: 0.3, chance: 0.1 },
  ],
  history: {
    step: [1, 2],
    trainLoss: [1, 1],
    trainMetric: [0.5, 0.5],
    valStep: [0, 100, 250],
    valLoss: [2.1, 1.23456789, valLoss],
    valMetric: [0.125, valMetric + 0.01, valMetric],
    similarity: [[0.1], [0.2], [0.3]],
    similarityDebiased: [[0.1], [0.2], [0.3]],
  },
  predictions: [1, 2, 3],
});

const preset = findPreset('wide-fcn');
if (!preset) throw new Error('no preset wide-fcn');
const result: RunResult = {
  schema: 2,
  finishedAt: '2026-11-30T12:00:00.000Z',
  experiment: { ...preset.experiment, arms: preset.experiment.arms.slice(0, 2), seeds: [0, 1, 2] },
  environment: { backend: 'wasm', adapter: '2 threads', browser: 'Mozilla/5.0 (X11) AppleWebKit/537.36 HeadlessChrome/156.0.0.0 Safari/537.36', version: '1' },
  metric: { name: 'accuracy', chance: 0.125, higherIsBetter: true },
  timing: { seconds: 80, stepsPerSecond: 3 },
  guides: [{ id: 'trained', state: 'trained', seed: 0, score: 0.93, valLoss: 0.2, source: 'shipped' }],
  members: [
    ...[0.3, 0.32, 0.34].map((score, seed) => member('unguided', seed, score, 2.5)),
    ...[0.5, 0.53, 0.53].map((score, seed) => member('guided', seed, score, 1.5)),
  ],
  events: [],
  summary: [],
};
const file: EvidenceFile = { run: 'wide', words: ['wide-fcn'], machine: 'a machine', result: thinned(result) };
const evidence = new Map([['wide', file]]);

describe('a quantity', () => {
  // Differences .20, .21, .19: mean .2, sd .01, t(.975; 2) = 4.302653, half width .0248.
  it.each([
    ['unguided', '32.0 %'],
    ['unguided ±', '32.0 ± 2.0 %'],
    ['guided seeds', '50.0, 53.0 and 53.0 %'],
    ['guided best', '53.0 %'],
    ['guided loss ±', '1.500 ± 0.000'],
    ['guided lowest', '1.235'],
    ['guided vs unguided', '+20.0'],
    ['guided vs unguided ci', '17.5 to 22.5'],
    ['guided vs unguided wins', '3 of 3'],
    ['unguided vs guided wins', '0 of 3'],
    ['guided vs unguided in', 'in all three seeds'],
    ['unguided vs guided in', 'in none of three seeds'],
    ['guided learnt', 'in all three seeds'],
    ['unguided learnt', 'in one of three seeds'],
    ['guided vs unguided p', 'too few seeds for an exact test'],
    ['guided cka trained', '.50'],
    ['guided cka trained start', '.31'],
    ['guided cka trained start debiased', '−.01'],
    ['guided risen trained', '3 of 6'],
    ['guide trained', '93.0 %'],
    ['chance', '12.5 %'],
    ['seeds', 'three seeds'],
  ])('%s is %s', (name, text) => {
    expect(quantity(evidence, name, 'wide')).toBe(text);
    expect(quantity(evidence, `wide: ${name}`)).toBe(text);
  });

  it('is filled in where it stands in braces', () => expect(filled(evidence, 'from {unguided} to {wide: guided}', 'wide')).toBe('from 32.0 % to 52.0 %'));

  it.each([
    ['distilled', /no arm "distilled", only unguided, guided/],
    ['guided quickly', /names no quantity/],
    ['guided vs unguided maybe', /"maybe" is nothing that a comparison has/],
    ['guide untrained', /no score of a guide "untrained"/],
    ['guided cka untrained', /no CKA of "guided" with "untrained"/],
    ['deep: guided', /no result of a run "deep".*npm run evidence -- run deep/],
  ])('%s is refused', (name, message) => expect(() => quantity(evidence, name, 'wide')).toThrow(message));
});

it('is measured with as many seeds as told, and the page runs as many as its preset has', () => {
  expect(measuredWith(result)).toBe('three seeds');
  expect(measuredWith({ ...result, experiment: { ...result.experiment, seeds: [0, 1, 2, 3, 4, 5] } })).toBe('six seeds by the runner (the page runs three)');
});

describe('sooner', () => {
  const firstToken = findPreset('first-token');
  const crossing = (steps: number): MemberResult['history']['valMetric'] => [0.25, steps > 100 ? 0.3 : 0.9, 0.9];
  const members = ['guided-untrained', 'unguided-best'].flatMap((arm) =>
    [0, 1, 2].map((seed) => {
      const own = member(arm, seed, 0.9, 1);
      return { ...own, history: { ...own.history, valMetric: crossing(arm === 'unguided-best' && seed > 0 ? 250 : 100) } };
    }),
  );

  it('counts the seeds in which an arm first passes the threshold that the preset asks for', () => {
    if (!firstToken) throw new Error('no preset first-token');
    const asked = new Map([['first', { ...file, result: { ...result, experiment: { ...firstToken.experiment, seeds: [0, 1, 2] }, members } }]]);
    expect(quantity(asked, 'first: guided-untrained vs unguided-best sooner')).toBe('in two of three seeds');
    expect(quantity(asked, 'first: unguided-best vs guided-untrained sooner')).toBe('in none of three seeds');
    expect(() => quantity(evidence, 'wide: guided vs unguided sooner')).toThrow('asks for no threshold');
  });
});

describe('a document', () => {
  const text = 'A\n<!-- run: wide -->\nold\n<!-- /run -->\nB <!--= wide: guided -->old<!--/--> C `1.5`';

  it('has its marked passages written anew, and the rest left alone', () => {
    const made = rewritten(text, evidence);
    expect(made).toContain('B <!--= wide: guided -->52.0 %<!--/--> C `1.5`');
    expect(made).toContain('npm run experiment -- wide-fcn --backend wasm');
    expect(made).toContain('*30 November 2026; a machine; WASM (2 threads); Chromium 156; 250 steps, seeds 0–2; 80 s.*');
    expect(made).toContain('| Guided | 52.0 ± 1.7 % | 53.0 % | 1.500 ± 0.000 (1.235) | 75.0 ± 0.0 % |');
    expect(made).toContain('| Guided | +20.0 | 17.5 to 22.5 | 3 of 3 | better |');
    expect(made).toContain('Verdict, as printed: “');
    expect(rewritten(made, evidence)).toBe(made);
    expect(typed(made)).toBe('A\n\nB  C ');
  });

  it('has a sweep told by its arms alone', () => {
    const made = rewritten('<!-- arms: wide --><!-- /arms -->', evidence);
    expect(made).toContain('| Guided | 52.0 ± 1.7 % |');
    expect(made).not.toContain('Verdict');
  });

  it('cannot tell a run that is not there', () => expect(() => rewritten('<!-- run: none --><!-- /run -->', evidence)).toThrow(/npm run evidence -- run none/));
});

it('is thinned to what is told of it', () => {
  const [first] = file.result.members;
  expect(first.predictions).toBeUndefined();
  expect(first.history).toMatchObject({ step: [], similarity: [], valStep: [0, 100, 250], valMetric: [0.125, 0.31, 0.3], valLoss: [2.1, 1.23457, 2.5] });
  expect(first.pairs[0].start).toBe(0.123);
});

it('bears out what its interval says, and losses the other way round', () => {
  const borne = (expected: 'better' | 'worse' | 'level', of?: 'loss', arm = 'guided', against = 'unguided') =>
    bearsOut(file.result, { arm, against, expected, of });
  expect([borne('better'), borne('worse'), borne('level')]).toEqual([true, false, false]);
  expect([borne('better', 'loss'), borne('worse', 'loss')]).toEqual([true, false]);
  expect([borne('better', undefined, 'unguided', 'guided'), borne('worse', undefined, 'unguided', 'guided')]).toEqual([false, true]);
});
