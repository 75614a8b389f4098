/** A run in a page, on the WASM kernels and one thread: see bench/profile.mjs. */
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plainUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simdUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threadedUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import * as tf from '@tensorflow/tfjs-core';
import { guideNetwork } from '../src/experiment/plan/guides.ts';
import { findPreset } from '../src/experiment/presets/presets.ts';
import { MEASURE_NAMES } from '../src/experiment/schema/measures.ts';
import type { Experiment } from '../src/experiment/schema/schema.ts';
import type { Kernels } from '../src/lab/backend/kernels/types.ts';
import { createWasmKernels } from '../src/lab/backend/kernels/wasm/index.ts';
import { Guide } from '../src/lab/guidance/guide.ts';
import { createTask } from '../src/lab/tasks/index.ts';
import { Run } from '../src/lab/training/run.ts';
import type { Workload } from './contestants/entry.ts';
import { stepsOf } from './contestants/experiments.ts';

/** A preset as it is, or the members that the benchmark has of it: of a measure's name the arm that is guided by it. */
function experimentOf(workload: string, members: string): Experiment {
  if (members === 'all') return structuredClone(findPreset(workload)?.experiment) as Experiment;
  const name = MEASURE_NAMES.find((measure) => measure === members);
  if (name) return stepsOf(workload as Workload, 'guided', 1, false, { name });
  const arms = ({ unguided: 'unguided', 1: 'guided' } as const)[members] ?? 'all';
  return stepsOf(workload as Workload, arms, members === '15' ? 5 : 1, false);
}

export interface Profiled {
  members: number;
  step(times: number): Promise<void>;
  evaluation(times: number): Promise<void>;
}

function product(kernels: Kernels): Profiled {
  const a = tf.randomNormal([1, 1024, 1024]) as tf.Tensor3D;
  const step = async (times: number) => {
    for (let i = 0; i < times; i++) kernels.matmul(a, a).dispose();
  };
  return { members: 1, step, evaluation: step };
}

/** @param workload a preset, `perceptron`, or `product`: of two large matrices */
export async function prepare(workload: string, members: string): Promise<Profiled> {
  setWasmPaths({ 'tfjs-backend-wasm.wasm': plainUrl, 'tfjs-backend-wasm-simd.wasm': simdUrl, 'tfjs-backend-wasm-threaded-simd.wasm': threadedUrl });
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  setThreadsCount(1);
  await tf.setBackend('wasm');
  await tf.ready();
  const native = await createWasmKernels({ threads: 1 });
  if (!native) throw new Error('No native kernels.');
  const { kernels } = native;
  if (workload === 'product') return product(kernels);
  const experiment = experimentOf(workload, members);
  const task = createTask(experiment.task);
  const guides = new Map(
    Object.entries(experiment.guides).map(([id, spec]) => [
      id,
      new Guide(id, spec, { task: task.shape, train: task.train, seeds: experiment.seeds, network: guideNetwork(experiment, id) }, kernels),
    ]),
  );
  const run = new Run({ ...experiment, base: { ...experiment.base, steps: 100_000 } }, task, guides, kernels);
  return {
    members: experiment.arms.length * experiment.seeds.length,
    step: async (times) => {
      for (let i = 0; i < times; i++) await run.advance();
      await run.flush();
    },
    evaluation: async (times) => {
      for (let i = 0; i < times; i++) await run.evaluate();
    },
  };
}
