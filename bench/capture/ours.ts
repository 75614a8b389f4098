/** A run of the product, with a stepper of its own. */
import * as tf from '@tensorflow/tfjs-core';
import type { ArmSpec, Experiment } from '../../src/experiment/schema.ts';
import { createWebGpuKernels } from '../../src/lab/backend/kernels/webgpu/index.ts';
import { Capture } from '../../src/lab/backend/webgpu/capture/capture.ts';
import { Guide } from '../../src/lab/guidance/guide.ts';
import { createTask } from '../../src/lab/tasks/index.ts';
import { Run } from '../../src/lab/training/run.ts';

/** @param experiment its guides have random weights here: what they compute does not matter */
export function ours(experiment: Experiment, replay: boolean): { step(): Promise<void>; read(): Promise<void>; dispatches(): number; dispose(): void } {
  const kernels = createWebGpuKernels();
  const task = createTask(experiment.task);
  const guides = new Map(Object.entries(experiment.guides).flatMap(([id, spec]) => {
    if (!('network' in spec)) return [];
    return [[id, new Guide(id, spec, { task: task.shape, train: task.train, seeds: experiment.seeds, network: spec.network }, kernels)]];
  }));
  const capture = new Capture({ replay });
  const run = new Run(experiment, task, guides, kernels, capture);
  return {
    step: () => run.advance(),
    read: async () => {
      await run.flush();
    },
    dispatches: () => Math.max(0, ...Object.values(capture.dispatches)),
    dispose: () => {
      run.dispose();
      tf.disposeVariables();
    },
  };
}

/**
 * The null device computes nothing, so sizes do not count; but it has 512 MB for all contestants together. Narrower
 * layers and, for 25 convolutions, smaller batches ask for exactly the same dispatches.
 */
const WIDTH: Record<string, number> = { 'wide-fcn': 96 };
const BATCH: Record<string, number> = { 'deep-convnet': 16 };
function fitting(experiment: Experiment): Experiment {
  const { task, target, preset } = experiment;
  const width = WIDTH[preset ?? ''];
  return {
    ...experiment,
    // The guide's activations of the whole training set are there after the first steps, as after a long run's first epoch.
    task: { ...task, val: 64, ...('train' in task && typeof task.train === 'number' && { train: 256 }) } as Experiment['task'],
    target: width && target.family === 'fcn' ? { ...target, width } : target,
  };
}

/** Three arms of a preset: unguided, guided and distilled, the latter two by one guide; or the guided one alone. */
export function threeArms(experiment: Experiment, guide: string, seeds: number, only?: string): Experiment {
  const weight = experiment.arms.find(({ align }) => align)?.align?.weight ?? 1;
  const arms: ArmSpec[] = [
    { id: 'unguided', name: 'Unguided' },
    { id: 'guided', name: 'Guided', align: { guide, weight } },
    { id: 'distilled', name: 'Distilled', distil: { guide, temperature: 4, ceWeight: 0.5, kdWeight: 0.5, direction: 'forward' } },
  ];
  return {
    ...fitting(experiment), guides: { [guide]: experiment.guides[guide] }, arms: arms.filter(({ id }) => !only || id === only),
    seeds: Array.from({ length: seeds }, (_, i) => i),
    base: { ...experiment.base, batchSize: BATCH[experiment.preset ?? ''] ?? experiment.base.batchSize, steps: 100_000, evaluateEvery: 100_000 },
  };
}
