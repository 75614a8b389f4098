import { expect, test } from 'vitest';
import { taskShape } from '@/experiment/networks/describe.ts';
import { findPreset } from '@/experiment/presets/presets.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { RunData } from '@/state/runData.ts';
import { FakeLab } from '@/lab/testing/fakeLab.ts';
import { layerNames, matrixPanels, matrixSummary } from './matrices.ts';
import { disagreeing, samplesOf } from './samples.ts';

const experiment = findPreset('wide-fcn')?.experiment as Experiment;

test('predictions are looked up by arm, seed and image', () => {
  const data = new RunData(experiment);
  const val = taskShape(experiment.task).valExamples;
  expect(samplesOf(data, [3, 1], 0)[1]).toEqual({ index: 1, label: 1, predicted: [null, null, null, null] });
  // Member m says m % 8 of every image: with seed 2, arms 0–3 are members 2, 5, 8, 11.
  data.predictions = Uint16Array.from({ length: 12 * val }, (_, i) => Math.floor(i / val) % 8);
  const samples = samplesOf(data, [3, 1], 2);
  expect(samples[0].predicted).toEqual([2, 5, 0, 3]);
  expect(disagreeing(samples)).toHaveLength(2);
  data.predictions.fill(4);
  expect(disagreeing(samplesOf(data, [3, 1], 2))).toHaveLength(0);
});

test('matrices: one start for all arms, framed cells where an arm aligns, words that agree with them', async () => {
  const data = new RunData(experiment);
  const lab = new FakeLab({ chunk: 50 });
  lab.subscribe((event) => data.apply(event));
  await lab.open(experiment, { backend: 'auto' });
  await lab.run(50);
  await lab.idle();
  const panels = matrixPanels(data, 'trained', 'cka');
  expect(panels.map((panel) => panel.title)).toEqual(['start, all arms', 'Unguided', 'Guided', 'Guided, untrained guide', 'Distilled']);
  expect(panels.map((panel) => panel.aligned.size)).toEqual([0, 0, 3, 0, 0]);
  expect(matrixPanels(data, 'untrained', 'cka').map((panel) => panel.aligned.size)).toEqual([0, 0, 0, 3, 0]);
  expect(matrixSummary('trained', panels, layerNames(experiment, 'trained'))).toMatch(
    // As on screen: no "linear1 with block1.conv1".
    /Guided: mean 0\.\d\d, highest 0\.\d\d for linear \d with [a-z\d, ]+\. Its aligned pairs went from/,
  );
  const heInit = {
    ...experiment,
    arms: experiment.arms.map((arm) => (arm.id === 'guided' ? { ...arm, init: 'he' as const } : arm)),
  };
  const other = new RunData(heInit);
  const otherLab = new FakeLab();
  otherLab.subscribe((event) => other.apply(event));
  await otherLab.open(heInit, { backend: 'auto' });
  expect(matrixPanels(other, 'trained', 'cka').filter((panel) => panel.when === 'start')).toHaveLength(2);
});
