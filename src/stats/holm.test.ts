import { expect, it } from 'vitest';
import { holm } from './holm.ts';

it('steps down from the smallest p (the example of Holm’s procedure in its textbook form: .01, .04, .03, .005)', () => {
  // .005 ≤ .0125, .01 ≤ .0167, .03 > .025: stops, and .04 is not looked at.
  const told = holm([0.01, 0.04, 0.03, 0.005]);
  expect(told.map(({ rejected }) => rejected)).toEqual([true, false, false, true]);
  expect(told.map(({ level }) => level)).toEqual([0.05 / 3, 0.025, 0.025, 0.0125]);
});

it('of one hypothesis is no correction, of none nothing', () => {
  expect(holm([0.05])).toEqual([{ rejected: true, level: 0.05 }]);
  expect(holm([0.051])).toEqual([{ rejected: false, level: 0.05 }]);
  expect(holm([])).toEqual([]);
});

it('keeps the order it was given, and rejects no less than Bonferroni', () => {
  expect(holm([0.2, 0.001, 0.02], 0.05).map(({ rejected }) => rejected)).toEqual([false, true, true]);
});
