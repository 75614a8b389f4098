/** The steps of a warm-up: what both networks read, and that they can be recorded. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { describe, expect, it } from 'vitest';
import { guideNetwork } from '../../experiment/plan/guides.ts';
import type { ArmSpec, Experiment, GuideSpec, WarmupSpec } from '../../experiment/schema/schema.ts';
import { composed } from '../backend/kernels/composed/index.ts';
import { createWebGpuKernels } from '../backend/kernels/webgpu/index.ts';
import { Capture } from '../backend/webgpu/capture/capture.ts';
import { startFakeDevice } from '../backend/webgpu/capture/fakeDevice.test-helper.ts';
import { Guide } from '../guidance/guide.ts';
import { Model } from '../networks/model.ts';
import { createTask } from '../tasks/index.ts';
import { tinyExperiment } from '../testing/experiments.ts';
import { Run } from './run.ts';
import { taskOf } from './warmupTasks.ts';

const INPUTS = ['white-noise', 'smooth-noise', 'pink-noise', 'training'] as const;
const warmup = (inputs: WarmupSpec['inputs'], steps = 3): WarmupSpec => ({ steps, inputs, loss: 'align', keepOptimiser: false });

function experimentWith(guide: Partial<GuideSpec>, ...warmups: WarmupSpec[]): Experiment {
  const tiny = tinyExperiment({ 'target.norm': 'none', 'target.dropout': 0 });
  const network = tiny.target;
  return {
    ...tiny,
    guides: { untrained: { state: 'untrained', network, ...guide } as GuideSpec },
    arms: warmups.map((own, i): ArmSpec => ({ id: `a${i}`, name: 'A', terms: [{ kind: 'align', guide: 'untrained', weight: 1 }], warmup: own })),
  };
}

describe('what a warm-up reads', () => {
  it.each(INPUTS)('%s is the same for both networks', async (inputs) => {
    await tf.setBackend('cpu');
    const first = async (guide: Partial<GuideSpec>) => {
      const experiment = experimentWith(guide, warmup(inputs));
      const task = createTask(experiment.task);
      const { seeds, target } = experiment;
      // The target itself as the guide: on the same inputs all layers are alike, on others none is.
      const models = seeds.map((seed) => new Model({ network: target, task: task.shape, seeds: [seed], streamName: 'init' }, composed));
      const options = { task: task.shape, train: task.train, seeds, network: target, models };
      const run = new Run(experiment, task, new Map([['untrained', new Guide('untrained', experiment.guides.untrained, options, composed)]]), composed);
      await run.advance();
      const records = await run.flush();
      run.dispose();
      return [...(records?.series.alignmentLoss ?? [])];
    };
    for (const loss of await first({})) expect(Math.abs(loss)).toBeLessThan(1e-5);
    for (const loss of await first({ control: 'white-noise' } as Partial<GuideSpec>)) expect(loss).toBeGreaterThan(0.01);
  });

  it('is a function of seed, kind and step', () => {
    const task = createTask(tinyExperiment().task);
    const noise = (inputs: WarmupSpec['inputs'], seed: number, step: number) => taskOf(warmup(inputs), task, new Map()).batch(seed, step, 4).inputs;
    const one = noise('smooth-noise', 1, 5);
    expect(noise('smooth-noise', 1, 5)).toEqual(one);
    for (const other of [noise('smooth-noise', 2, 5), noise('smooth-noise', 1, 6), noise('pink-noise', 1, 5)]) expect(other).not.toEqual(one);
    expect(one).toHaveLength(4 * 8 * 8 * 3);
  });
});

it('is recorded step by step on a GPU, and leaves no tensors behind', async () => {
  await startFakeDevice();
  const kernels = createWebGpuKernels();
  const experiment = experimentWith({}, warmup('smooth-noise', 12), warmup('training', 9));
  const task = createTask(experiment.task);
  const { seeds } = experiment;
  const options = { task: task.shape, train: task.train, seeds, network: guideNetwork(experiment, 'untrained') };
  const capture = new Capture();
  const run = new Run(experiment, task, new Map([['untrained', new Guide('untrained', experiment.guides.untrained, options, kernels)]]), kernels, capture);
  const tensors: number[] = [];
  while (run.step < 0) {
    await run.advance();
    tensors.push(tf.memory().numTensors);
  }
  expect((await run.flush())?.count).toBe(12);
  expect([...capture.refused]).toEqual([]);
  expect(Object.keys(capture.dispatches).map((key) => key.split(' a')[0])).toEqual(['warm-up 0', 'warm-up 1']);
  // One recording of each; all steps but the first of each are replays.
  expect(capture.replayed).toBe(12 - 1 + 9 - 1);
  expect(new Set(tensors.slice(5, -1)).size).toBe(1);
  while (!run.finished) await run.advance();
  expect((await run.flush())?.firstStep).toBe(1);
  run.dispose();
});
