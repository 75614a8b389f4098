import { afterEach, expect, test } from 'vitest';
import { useExperiment } from '@/state/experiment.ts';
import { holdRefused } from '@/state/refused.ts';
import { clearRun, useRun } from '@/state/run.ts';
import { heldUp, heldUpNow } from './heldUp.ts';

afterEach(clearRun);

test('names the fields and the files that Run waits for, fields first', () => {
  expect(heldUp([], [])).toBeNull();
  expect(heldUp(['birds.zip'], [])).toMatchObject({ by: 'files', note: 'Run needs birds.zip.' });
  expect(heldUp(['birds.zip'], ['Steps'])).toMatchObject({
    by: 'entry',
    hint: '“Steps” holds an entry that cannot be used: correct it or press Escape.',
  });
  expect(heldUp([], ['Steps', 'Batch size'])?.note).toBe('“Steps” and “Batch size” hold entries that cannot be used: correct them or press Escape in each.');
});

test('a refused entry is in the way of a new run, not of going on with the one on screen', () => {
  const release = holdRefused('Steps');
  expect(heldUpNow()).toMatchObject({ by: 'entry' });
  const { experiment } = useExperiment.getState();
  useRun.setState({ phase: 'paused', opened: experiment, experiment });
  expect(heldUpNow()).toBeNull();
  useRun.setState({ phase: 'finished' });
  expect(heldUpNow()).toMatchObject({ by: 'entry' });
  release();
  expect(heldUpNow()).toBeNull();
});
