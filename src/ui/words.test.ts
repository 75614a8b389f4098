import { expect, it } from 'vitest';
import type { MappingSpec } from '@/experiment/schema/schema.ts';
import { presetExperiment } from '@/experiment/testing.ts';
import { armFormula } from './explain/armFormula.ts';
import {
  armStatement,
  bytes,
  count,
  duration,
  forkWords,
  interventionWords,
  mappingWords,
  number,
  problemWords,
  scheduleName,
  trainingStatement,
} from './words.ts';

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

it("says an arm's loss in a line", () => {
  const { arms, base } = presetExperiment('wide-fcn');
  expect(arms.map((arm) => armStatement(arm, base))).toEqual([
    'task loss only',
    '+ 4 × Σ (1 − CKA), whole run',
    '+ 4 × Σ (1 − CKA), whole run',
    '½ CE + ½ KL · T 4',
  ]);
  const odd = {
    ...arms[1],
    learningRate: 3e-4,
    terms: [
      {
        kind: 'align' as const,
        guide: 'trained',
        weight: 0.5,
        reduction: 'mean' as const,
        measure: { name: 'cka-debiased' as const },
        course: { kind: 'until' as const, step: 50 },
      },
    ],
  };
  expect(armStatement(odd, base)).toBe('+ ½ × mean (1 − debiased CKA), until step 50 · lr 3e-4');
  const switchedOff = (step: number) => armStatement(odd, base, [{ step, set: { guidance: false } }]);
  expect(switchedOff(3)).toBe('+ ½ × mean (1 − debiased CKA), switched off at step 3 · lr 3e-4');
  expect(switchedOff(50)).toBe(armStatement(odd, base));
});

it('says a warm-up before what follows it', () => {
  const { arms, base } = presetExperiment('wide-fcn');
  const alone = { kind: 'align' as const, guide: 'trained', weight: 4, course: { kind: 'until' as const, step: 0 } };
  const warmup = { steps: 300, inputs: 'smooth-noise' as const, loss: 'align' as const, keepOptimiser: false };
  expect(armStatement({ ...arms[1], terms: [alone], warmup }, base)).toBe('first 300 steps aligned on smooth noise · task loss only');
  expect(armStatement({ ...arms[1], warmup: { ...warmup, loss: 'both', inputs: presetExperiment('shapes').task, keepOptimiser: true } }, base)).toBe(
    'first 300 steps trained and aligned on “Shapes”, moments kept · + 4 × Σ (1 − CKA), whole run',
  );
  expect(armStatement({ ...arms[1], warmup: { ...warmup, steps: 0 } }, base)).toBe(armStatement(arms[1], base));
  expect(armStatement({ ...arms[1], terms: [alone] }, base)).toBe('+ 4 × Σ (1 − CKA), before training only');
  const formula = armFormula({ ...arms[1], terms: [alone], warmup }, base);
  expect(formula).toContain('_{\\text{first 300 steps}}');
  expect(formula).toMatch(/rightarrow\\;\\mathrm\{CE\}$/);
  expect(formula.match(/mathrm\{CE\}/g)).toHaveLength(1);
});

it('says of a fork where it leaves which arm', () => {
  const { arms, base } = presetExperiment('wide-fcn');
  const fork = { ...arms[1], fork: { of: 'guided', step: 40 } };
  expect(forkWords(arms[1], arms)).toBeNull();
  expect(forkWords(fork, arms)).toBe('from step 40 of “Guided”');
  const [term] = fork.terms;
  const brief = { ...fork, terms: [{ ...term, course: { kind: 'until' as const, step: 210 } }] };
  expect(forkWords({ ...brief, fork: { of: 'guided', step: 10 } }, arms)).toBe('from step 10 of “Guided”, and counted from there');
  // What is left of the run is what a course may fill.
  expect(armStatement(brief, base)).toBe('+ 4 × Σ (1 − CKA), to the end');
  expect(armStatement({ ...brief, fork: { of: 'guided', step: 10 } }, base)).toBe('+ 4 × Σ (1 − CKA), until step 210');
  const off = (step: number) => armStatement(fork, base, [{ step, set: { guidance: false } }]);
  expect(off(60)).toBe('+ 4 × Σ (1 − CKA), switched off at step 60');
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
