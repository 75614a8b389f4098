import { expect, it } from 'vitest';
import { presetExperiment } from '../testing.ts';
import type { Experiment } from '../schema/schema.ts';
import { cost } from './plan.ts';

const RECALL = presetExperiment('first-token');
const observing = (observe: Experiment['observe'], experiment = RECALL) => cost({ ...experiment, observe }).flops;

it('counts what is only looked at, at every evaluation, by position where sequences are compared so', () => {
  const SVCCA: Experiment['observe'] = [{ what: 'similarity', measure: { name: 'svcca' } }];
  const more = observing(SVCCA) - observing([]);
  expect(more).toBeGreaterThan(observing([]));
  const seldom = { ...RECALL, base: { ...RECALL.base, evaluateEvery: RECALL.base.steps } };
  expect((observing(SVCCA, seldom) - observing([], seldom)) / more).toBeCloseTo(2 / 21, 6);
  const whole = { ...RECALL, base: { ...RECALL.base, tokens: 'flattened' as const } };
  expect(more / (observing(SVCCA, whole) - observing([], whole))).toBeCloseTo(24, 6);
  expect(observing([...SVCCA, ...SVCCA])).toBe(observing(SVCCA));
});
