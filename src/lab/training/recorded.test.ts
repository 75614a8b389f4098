/**
 * Steps and evaluations of every preset can be recorded, on a device that counts instead of computing. That replays give
 * the same bits is checked on an emulated GPU (e2e).
 */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { guideNetwork } from '../../experiment/plan/guides.ts';
import { armGroups } from '../../experiment/plan/plan.ts';
import { warmupTasks } from '../../experiment/plan/warmup.ts';
import { PRESETS } from '../../experiment/presets/presets.ts';
import { type Experiment, isImageTask, type TaskSpec } from '../../experiment/schema/schema.ts';
import { createWebGpuKernels } from '../backend/kernels/webgpu/index.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import { Capture } from '../backend/webgpu/capture/capture.ts';
import { startFakeDevice } from '../backend/webgpu/capture/fakeDevice.test-helper.ts';
import { Guide } from '../guidance/guide.ts';
import { createTask } from '../tasks/index.ts';
import { tinyExperiment } from '../testing/experiments.ts';
import { Run } from './run.ts';

let device: Awaited<ReturnType<typeof startFakeDevice>>;
let kernels: Kernels;
beforeAll(async () => {
  device = await startFakeDevice();
  kernels = createWebGpuKernels();
});

/** One seed and small batches and sets: a chunk with the probe, a whole one, and a rest. */
const shortened = ({ task, base, ...rest }: Experiment): Experiment => ({
  ...rest,
  seeds: [0],
  base: { ...base, batchSize: 16, steps: 4, evaluateEvery: 2 },
  task: { ...task, ...(isImageTask(task) && { train: 64 }), ...('val' in task && { val: 600 }), ...('valTokens' in task && { valTokens: 40_000 }) } as TaskSpec,
});

function started(experiment: Experiment) {
  const task = createTask(experiment.task);
  const guides = new Map(
    Object.entries(experiment.guides).map(([id, spec]) => [
      id,
      new Guide(id, spec, { task: task.shape, train: task.train, seeds: experiment.seeds, network: guideNetwork(experiment, id) }, kernels),
    ]),
  );
  const capture = new Capture();
  // Of what a warm-up reads, as the lab opens it (`openWarmupTasks`): nothing here is out of a file.
  const opened = new Map(warmupTasks(experiment).map((spec) => [JSON.stringify(spec), createTask(spec)]));
  return { capture, run: new Run(experiment, task, guides, kernels, capture, opened) };
}

const drawn = PRESETS.filter(({ experiment }) => experiment.task.kind !== 'image-files');

it.each(drawn.map(({ id, experiment }) => [id, experiment] as const))('%s: everything is recorded, and nothing asked for anew', async (_, experiment) => {
  const short = shortened(experiment);
  const { run, capture } = started(short);
  await run.evaluate();
  const { replayed } = capture;
  const { bindGroups } = device.counts;
  await run.evaluate();
  // Each group evaluates by itself: arms that are warmed up in other ways are groups of their own.
  const chunks = armGroups(short).length * Math.ceil(run.task.val.examples / 256);
  expect(capture.replayed - replayed).toBe(chunks);
  expect(device.counts.bindGroups).toBe(bindGroups);
  while (!run.finished) await run.advance();
  await run.flush();
  expect([...capture.refused.values()]).toEqual([]);
  expect(capture.replayed - replayed).toBeGreaterThan(chunks);
  run.dispose();
});

test('language models write with all steps taken', async () => {
  const { run, capture } = started(shortened(PRESETS.find(({ id }) => id === 'lm-small')?.experiment as Experiment));
  for (let i = 0; i < 7; i++) await run.advance();
  // Some wait for others to be submitted with them.
  expect(capture.replayed).toBeLessThan(6);
  await run.generate({ temperature: 1, draw: 0 });
  expect(capture.replayed).toBe(6);
  run.dispose();
});

test('what guides show of the training set is recorded from the second batch on, one recording per network', async () => {
  const { run, capture } = started(tinyExperiment({ 'task.train': 64, 'base.steps': 4, 'arms.1.terms.align.guide': 'untrained' }));
  while (!run.finished) await run.advance();
  const fills = Object.keys(capture.dispatches)
    .filter((key) => key.startsWith('fill'))
    .map((key) => key.split(' rows')[0]);
  expect(fills.sort()).toEqual(['fill trained instance 0', 'fill untrained instance 0', 'fill untrained instance 1']);
  expect([...capture.refused]).toEqual([]);
  run.dispose();
});

test('a fork is recorded once more, as what it is from its step on', async () => {
  const experiment = tinyExperiment({ 'base.steps': 9, 'base.evaluateEvery': 9 });
  const fork = { ...experiment.arms[0], id: 'fork', terms: experiment.arms[1].terms, fork: { of: 'guided', step: 4 } };
  const { run, capture } = started({ ...experiment, arms: [...experiment.arms.slice(0, 2), fork] });
  while (!run.finished) await run.advance();
  await run.flush();
  expect([...capture.refused.values()]).toEqual([]);
  const kinds = Object.keys(capture.dispatches).filter((key) => !/^(fill|evaluation)/.test(key));
  expect(kinds.map((key) => key.split(' ')[0])).toEqual(['|a|a|', '|a|4a|']);
  run.dispose();
});

describe('evaluations among steps', () => {
  test('have recordings by the shape of their chunk, and leave the steps their results', async () => {
    const { run, capture } = started(tinyExperiment({ 'task.val': 600 }));
    for (let i = 0; i < 2; i++) {
      await run.advance();
      await run.advance();
      await run.evaluate();
    }
    expect(await run.flush()).toMatchObject({ firstStep: 1, count: 4 });
    expect(await run.flush()).toBeNull();
    const evaluations = Object.keys(capture.dispatches).filter((key) => key.startsWith('evaluation'));
    expect(evaluations.map((key) => key.split(' inputs')[0])).toEqual(['evaluation 0, compared', 'evaluation 0', 'evaluation 0']);
    run.dispose();
  });

  test('are recorded again once the weights are others', async () => {
    const { run, capture } = started(tinyExperiment());
    await run.evaluate();
    await run.evaluate();
    expect(capture.replayed).toBe(1);
    run.restore(await run.checkpoint());
    await run.evaluate();
    expect(capture.replayed).toBe(1);
    await run.evaluate();
    expect(capture.replayed).toBe(2);
    run.dispose();
  });

  test('200 of them leave neither tensors nor buffers behind', async () => {
    const { run } = started(tinyExperiment({ 'task.val': 300, 'base.steps': 1e6 }));
    const state = () => [tf.memory().numTensors, device.counts.buffers];
    const turns = async (count: number) => {
      for (let i = 0; i < count; i++) {
        await run.advance();
        await run.evaluate();
        await run.flush();
      }
    };
    await turns(20);
    const early = state();
    await turns(200);
    expect(state()).toEqual(early);
    run.dispose();
  });
});
