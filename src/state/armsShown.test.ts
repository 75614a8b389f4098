import { beforeEach, expect, test } from 'vitest';
import { findPreset } from '@/experiment/presets/presets.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { highlight, toggleArm, useArmsShown } from './armsShown.ts';
import { useExperiment } from './experiment.ts';
import { beginRun, showRun } from './run.ts';

const preset = (id: string) => findPreset(id)?.experiment as Experiment;
const hidden = () => [...useArmsShown.getState().hidden];

beforeEach(() => {
  useExperiment.getState().replace(preset('wide-fcn'));
  useArmsShown.setState({ hidden: new Set(), highlighted: null });
});

test('an arm is hidden, and shown again', () => {
  toggleArm('guided');
  toggleArm('unguided');
  expect(hidden()).toEqual(['guided', 'unguided']);
  toggleArm('guided');
  expect(hidden()).toEqual(['unguided']);
});

test('an edit and a run keep what is hidden, another experiment and a result out of a file forget it', () => {
  toggleArm('guided');
  useExperiment.getState().set('base.steps', 77);
  beginRun(useExperiment.getState().experiment);
  expect(hidden()).toEqual(['guided']);
  useExperiment.getState().replace(preset('first-token'));
  expect(hidden()).toEqual([]);
  toggleArm('unguided');
  showRun(preset('first-token'), [], { loadedFrom: 'result.json' });
  expect(hidden()).toEqual([]);
});

test('what stands out is told once', () => {
  let told = 0;
  const stop = useArmsShown.subscribe(() => {
    told++;
  });
  highlight('guided');
  highlight('guided');
  expect(useArmsShown.getState().highlighted).toBe('guided');
  highlight(null);
  stop();
  expect(told).toBe(2);
});
