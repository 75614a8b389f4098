import { expect, test } from 'vitest';
import { holdRefused, useRefused } from './refused.ts';

test('names every field for as long as its entry is refused, two of the same name as two', () => {
  const fields = () => useRefused.getState().fields;
  const [steps, learning, again] = ['Steps', 'Learning rate', 'Steps'].map((name) => holdRefused(name));
  expect(fields()).toEqual(['Steps', 'Learning rate', 'Steps']);
  steps();
  expect(fields()).toEqual(['Learning rate', 'Steps']);
  learning();
  expect(fields()).toEqual(['Steps']);
  again();
  expect(fields()).toEqual([]);
});
