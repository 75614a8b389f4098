import { expect, it } from 'vitest';
import type { MappingSpec } from '@/experiment/schema/schema.ts';
import { presetExperiment } from '@/experiment/testing.ts';
import { bytes, count, duration, interventionWords, mappingWords, number, problemWords, scheduleName, trainingStatement } from './words.ts';

it.each([
  [250, '250'],
  [3000, '3,000'],
  [0.15, '0.15'],
  [1e-3, '1e-3'],
  [0.0025, '2.5e-3'],
  [0, '0'],
  [1e-8, '1e-8'],
  [-0.5, '-0.5'],
])('writes %d as %s', (value, text) => {
  expect(number(value)).toBe(text);
});

it('writes what can be typed back', () => {
  for (const value of [1e-3, 2.5e-4, 0.3, 12]) expect(Number(number(value))).toBe(value);
});

it('shortens counts, bytes and times', () => {
  expect([count(596_000), count(77_900), count(12), count(1.23e10)]).toEqual(['596 k', '77.9 k', '12', '12.3 G']);
  expect([bytes(5e8), bytes(1), bytes(3 * 2 ** 30)]).toEqual(['477 MB', '1 MB', '3.0 GB']);
  expect([duration(0.2), duration(42), duration(300), duration(7200), duration(1e6)]).toEqual(['under 1 s', '42 s', '5 min', '2.0 h', '12 days']);
});

it('says the training in a line', () => {
  expect(trainingStatement(presetExperiment('wide-fcn').base)).toBe(
    'Adam · learning rate 1e-3, constant · batch 128 · 250 steps · evaluated every 10 · no clipping',
  );
});

it('says how long a warm-up is, where there is one', () => {
  expect(scheduleName({ kind: 'constant' })).toBe('constant');
  expect(scheduleName({ kind: 'cosine', warmup: 0 })).toBe('cosine');
  expect(scheduleName({ kind: 'cosine', warmup: 100 })).toBe('warm-up of 100 steps and cosine');
  expect(scheduleName({ kind: 'tail', warmup: 20, decay: 0.3 })).toBe('warm-up of 20 steps and tail');
});

it('says which batch size is meant, and where it is set', () => {
  const message = 'must be at most the 64 training examples, not 128';
  expect(problemWords({ path: 'base.batchSize', message })).toBe(`the batch size (under Training) ${message}`);
  expect(problemWords({ path: 'guides.trained.training.batchSize', message })).toBe(`the batch size that the guide “trained” is trained with ${message}`);
});

it('calls the arm of a problem by its name', () => {
  const problem = { path: 'arms.4.init', message: 'must be one of default, he for custom, not "good"' };
  expect(problemWords({ ...problem, arm: 'Unguided' })).toBe(`the initialisation of the arm “Unguided” ${problem.message}`);
  expect(problemWords({ path: 'arms.4', message: 'is missing', arm: 'Unguided' })).toBe('the arm “Unguided” is missing');
  expect(problemWords(problem)).toBe(`arms.4.init ${problem.message}`);
});

it('says changes while a run goes on', () => {
  expect(interventionWords({ step: 1200, set: { guidance: false } })).toBe('guidance off from step 1,200');
  expect(interventionWords({ step: 5, set: { guidance: true, learningRate: 3e-4 } })).toBe('learning rate 3e-4, guidance on from step 5');
});

it.each<[MappingSpec, string]>([
  [{ rule: 'even' }, 'even'],
  [{ rule: 'even', perTarget: 1 }, 'even'],
  [{ rule: 'even', perTarget: 4 }, 'even, up to 4 a layer'],
  [{ rule: 'first', count: 1 }, 'first'],
  [{ rule: 'last', count: 5 }, 'last 5'],
  [{ rule: 'random', seed: 3 }, 'random (seed 3)'],
  [[{ guide: 'a', target: 'b' }], 'drawn by hand'],
])('the mapping %j is said in a few words', (mapping, words) => {
  expect(mappingWords(mapping)).toBe(words);
});
