/** What a test asks of an emulated GPU: `e2e/kernels.webgpu.spec.ts` builds this module and calls its functions in a browser. */
import * as tf from '@tensorflow/tfjs-core';
import { guideNetwork } from '../../../experiment/plan/guides.ts';
import type { Experiment } from '../../../experiment/schema/schema.ts';
import { Guide } from '../../guidance/guide.ts';
import { dropoutMask } from '../../random/dropout.ts';
import { tinyExperiment } from '../../testing/experiments.ts';
import { createTask } from '../../tasks/index.ts';
import { Run } from '../../training/run.ts';
import type { Started } from '../../backend/started.ts';
import type { Kernels } from '../../backend/kernels/types.ts';
import { centringKernels } from '../../backend/kernels/webgpu/centre.ts';
import { comparisonKernels } from '../../backend/kernels/webgpu/comparison.ts';
import { ShaderRunner } from '../../backend/kernels/webgpu/runner.ts';
import { CHECK_CASES } from '../checkCases.ts';
import { compareWithCpu } from '../selfCheck.ts';
import { findAdapter, startWebGpu } from '../../backend/startWebGpu.ts';
import { Capture } from '../../backend/webgpu/capture/capture.ts';
import { REPLAY_CASES } from './replayCases.ts';
import { SHAPE_CASES } from './shapeCases.ts';
import { TERM_CASES } from './termCases.ts';

const device = () => (tf.backend() as unknown as { device: GPUDevice }).device;
let started: Promise<Started> | undefined;
/** Everything on one device: a shader is compiled once. */
async function kernels(): Promise<Kernels> {
  started ??= findAdapter().then(startWebGpu);
  const { kernels: own } = await started;
  device().onuncapturederror = ({ error }) => complaints.add(error.message);
  return own;
}
/** What the device has refused: it then computes nothing, the same nothing for everyone. */
const complaints = new Set<string>();
export const complained = (): string[] => [...complaints];

/**
 * Every kernel at the edges of its shapes, and the terms made of them, one comparison after the other.
 * @returns by name, what gives the errors of its outputs against the CPU; of dropout masks the first place that differs from the reference, plus 1
 */
export async function comparisons(): Promise<Map<string, () => Promise<Record<string, number>>>> {
  const own = await kernels();
  // Few enough bytes that the sets of every case are compared in turns.
  const runner = new ShaderRunner();
  const inTurns = { ...own, ...comparisonKernels(runner, own, centringKernels(runner), 1) };
  const found = new Map<string, () => Promise<Record<string, number>>>();
  for (const [name, run] of Object.entries({ ...SHAPE_CASES, ...TERM_CASES })) {
    found.set(name, () => compareWithCpu(own, { [name]: run }));
    if (name.startsWith('Gram products')) found.set(`${name}, in turns`, () => compareWithCpu(inTurns, { [`${name}, in turns`]: run }));
  }
  return found.set('dropout masks', async () => {
    const masks = tf.tidy(() => own.dropoutMask?.(tf.tensor1d([3, 7, 41], 'int32'), 2, [4, 5, 67], 0.3)) as tf.Tensor;
    const values = await masks.data();
    masks.dispose();
    const expected = [3, 7, 3, 7].flatMap((seed) => [...dropoutMask(seed, 41, 2, 5 * 67, 0.3)]);
    return { 'dropout masks': values.findIndex((value, i) => value !== expected[i]) + 1 };
  });
}

/** All comparisons. @returns the error of each output */
export async function shapes(): Promise<Record<string, number>> {
  const errors: Record<string, number> = {};
  for (const compare of (await comparisons()).values()) Object.assign(errors, await compare());
  return errors;
}

/** The cases of the self-check, each by itself: see `comparisons`. */
export async function selfChecks(): Promise<Map<string, () => Promise<Record<string, number>>>> {
  const own = await kernels();
  return new Map(Object.entries(CHECK_CASES).map(([name, run]) => [name, () => compareWithCpu(own, { [name]: run })]));
}

export interface Replayed {
  /** Steps that were replayed, and why others could not be recorded. */
  replayed: number;
  refused: string[];
  /** Values of losses, evaluations and state that differ from those of the same steps run by tfjs. */
  different: number;
  compared: number;
}

async function trained(experiment: Experiment, own: Kernels, replay: boolean) {
  const task = createTask(experiment.task);
  const guides = new Map(
    Object.entries(experiment.guides).map(([id, spec]) => [
      id,
      new Guide(id, spec, { task: task.shape, train: task.train, seeds: experiment.seeds, network: guideNetwork(experiment, id) }, own),
    ]),
  );
  const capture = new Capture({ replay });
  const run = new Run(experiment, task, guides, own, capture);
  const scores: number[] = [];
  const evaluated = async () => {
    const { series, predictions, matrices } = await run.evaluate();
    for (const values of [...Object.values(series), predictions, ...Object.values(matrices)]) scores.push(...values);
  };
  await evaluated();
  while (!run.finished) {
    await run.advance();
    if (run.evaluationDue) await evaluated();
  }
  const losses: number[] = [];
  // Those of a warm-up first, then those of training.
  for (let records = await run.flush(); records; records = await run.flush()) for (const values of Object.values(records.series)) losses.push(...values);
  const state = await run.save();
  const { replayed, refused } = capture;
  run.dispose();
  return {
    values: [...losses, ...scores, ...Object.values(state).flatMap(({ data }) => [...data])],
    replayed,
    refused: [...refused.values()],
  };
}

/** Steps of a case, replayed and run by tfjs. */
export async function replay(name: string): Promise<Replayed> {
  const own = await kernels();
  const [recorded, direct] = [await trained(REPLAY_CASES[name], own, true), await trained(REPLAY_CASES[name], own, false)];
  const different = recorded.values.filter((value, i) => !Object.is(value, direct.values[i])).length + Math.abs(recorded.values.length - direct.values.length);
  return { replayed: recorded.replayed, refused: recorded.refused, different, compared: direct.values.length };
}

export const replayCases = (): string[] => Object.keys(REPLAY_CASES);

/** Tensors and buffers that so many more replayed steps leave behind. */
export async function leak(steps: number): Promise<{ tensors: number; buffers: number }> {
  const own = await kernels();
  let buffers = 0;
  const [{ createBuffer }, { destroy }] = [GPUDevice.prototype, GPUBuffer.prototype];
  GPUDevice.prototype.createBuffer = function (descriptor) {
    buffers++;
    return createBuffer.call(this, descriptor);
  };
  GPUBuffer.prototype.destroy = function () {
    buffers--;
    return destroy.call(this);
  };
  try {
    const experiment = tinyExperiment({
      'base.steps': 1e6,
      'target.width': 4,
      'base.batchSize': 8,
      seeds: [0],
      guides: {},
      arms: [{ id: 'unguided', name: 'Unguided', terms: [] }],
    });
    const run = new Run(experiment, createTask(experiment.task), new Map(), own, new Capture());
    const advance = async (count: number) => {
      for (let i = 1; i <= count; i++) {
        await run.advance();
        // As the lab does: results that nobody reads wait on the device.
        if (i % 50 === 0) await run.flush();
      }
    };
    await advance(200);
    const before = [tf.memory().numTensors, buffers];
    await advance(steps);
    const result = { tensors: tf.memory().numTensors - before[0], buffers: buffers - before[1] };
    run.dispose();
    return result;
  } finally {
    GPUDevice.prototype.createBuffer = createBuffer;
    GPUBuffer.prototype.destroy = destroy;
  }
}

/** Sizes that one dimension of workgroups does not cover, and such that no dispatch does. @returns the largest error, and what was said */
export async function limits(): Promise<{ error: number; refused: string[] }> {
  const own = await kernels();
  const wrong: tf.Tensor[] = tf.tidy(() => {
    // One element, and one row, more than 65,535 workgroups.
    const many = tf.fill([1, 65_535 * 256 + 1], -2);
    const rows = tf.concat3d([tf.zeros([1, 65_535, 2]), tf.tensor3d([[[1, 3]]])], 1);
    const y = own.layerNorm(rows, tf.ones([1, 2]), tf.zeros([1, 2]), 0).y;
    return [tf.max(tf.abs(own.relu(many))), tf.sub(tf.slice(y, [0, 65_535, 0], [1, 1, 2]), tf.tensor3d([[[-1, 1]]]))];
  });
  const errors = (await Promise.all(wrong.map((tensor) => tensor.data()))).flatMap((values) => [...values].map(Math.abs));
  tf.dispose(wrong);
  const refused = [
    () => own.matmul(tf.zeros([65_536, 1, 1]), tf.zeros([65_536, 1, 1])),
    () => own.relu(tf.fill([Math.floor(device().limits.maxStorageBufferBindingSize / 4) + 64], 0)),
  ].map((work) => {
    try {
      tf.tidy(work);
      return '';
    } catch (error) {
      return `${(error as Error).name}: ${(error as Error).message}`;
    }
  });
  return { error: Math.max(...errors), refused };
}
