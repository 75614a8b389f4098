import { expect, it } from 'vitest';
import type { MemberResult, RunResult } from '../../src/experiment/contract/result.ts';
import { findPreset } from '../../src/experiment/presets/presets.ts';
import { leavesChance, noTest } from './chance.ts';

/** A result of a preset's experiment in which the arms have these scores, seed by seed (of the returning name where `names`). */
function resultOf(preset: string, metric: RunResult['metric'], arms: Record<string, number[]>, names = false): RunResult {
  const experiment = findPreset(preset)?.experiment;
  if (!experiment) throw new Error(`no preset ${preset}`);
  const members = Object.entries(arms).flatMap(([arm, scores]) =>
    scores.map((score, seed) => ({ arm, seed, final: { valMetric: names ? 5 : score }, ...(names && { groups: [{ accuracy: score }] }) })),
  );
  const ids = Object.keys(arms);
  const specs = ids.map((id) => ({ id, name: id, terms: [] }));
  return { experiment: { ...experiment, arms: specs, seeds: [0, 1, 2] }, metric, members: members as unknown as MemberResult[] } as unknown as RunResult;
}
const ACCURACY = { name: 'accuracy', chance: 0.5, higherIsBetter: true } as const;
const PERPLEXITY = { name: 'perplexity', chance: 47, higherIsBetter: false } as const;

it('is left where the interval of the mean lies beyond it, and the mean by more than two points', () => {
  const result = resultOf('parity', ACCURACY, {
    scattered: [0.47, 0.66, 0.6],
    steady: [0.54, 0.541, 0.542],
    little: [0.51, 0.511, 0.512],
    below: [0.4, 0.41, 0.4],
    lone: [0.9],
  });
  expect(['scattered', 'steady', 'little', 'below', 'lone'].filter((arm) => leavesChance(result, arm))).toEqual(['steady']);
  expect(noTest(result, ['little', 'steady'])).toBeNull();
  expect(noTest(result, ['little', 'below'])).toBe('No arm leaves chance: no test of the claim.');
  expect(noTest(result, [])).not.toBeNull();
});

it('is left downwards by a perplexity', () => {
  const file = resultOf('wide-fcn', PERPLEXITY, { learnt: [5.7, 5.8, 5.7], guessing: [47.5, 46.9, 46.5] });
  expect(['learnt', 'guessing'].filter((arm) => leavesChance(file, arm))).toEqual(['learnt']);
});

it('is one name in eight in the small language, whatever the perplexity', () => {
  const result = resultOf('lm-small', PERPLEXITY, { guesses: [0.12, 0.13, 0.135], recalls: [0.8, 0.85, 0.9] }, true);
  expect(noTest(result, ['guesses'])).toContain('the returning name');
  expect(noTest(result, ['guesses', 'recalls'])).toBeNull();
});
