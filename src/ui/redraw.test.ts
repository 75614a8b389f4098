import { expect, test } from 'vitest';
import { findPreset } from '@/experiment/presets/presets.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { FakeLab } from '@/lab/testing/fakeLab.ts';
import { applyEvent, beginRun } from '@/state/run.ts';
import { takeSnapshot } from './redraw.ts';

const experiment = findPreset('wide-fcn')?.experiment as Experiment;

test('a snapshot knows what had been measured when it was taken, though the data go on filling', async () => {
  const lab = new FakeLab({ chunk: 5 });
  lab.subscribe(applyEvent);
  beginRun(experiment);
  await lab.open(experiment, { backend: 'auto' });
  const opened = takeSnapshot();
  await lab.run(5);
  await lab.idle();
  const trained = takeSnapshot();
  await lab.run(5);
  await lab.idle();
  const evaluated = takeSnapshot();
  expect(trained.data).toBe(opened.data);
  expect(trained.version).toBeGreaterThan(opened.version);
  // Five steps without an evaluation: nothing for what only evaluations change.
  expect(trained.measured).toBe(opened.measured);
  expect(evaluated.measured).not.toBe(trained.measured);
});
