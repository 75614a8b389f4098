/** A run in a page, on the WASM kernels and one thread: see bench/profile.mjs. */
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plainUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simdUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threadedUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import * as tf from '@tensorflow/tfjs-core';
import { guideNetwork } from '../src/experiment/guides.ts';
import { findPreset } from '../src/experiment/presets.ts';
import type { ArmSpec, Experiment } from '../src/experiment/schema.ts';
import { createWasmKernels } from '../src/lab/backend/kernels/wasm/index.ts';
import { Guide } from '../src/lab/guidance/guide.ts';
import { createTask } from '../src/lab/tasks/index.ts';
import { Run } from '../src/lab/training/run.ts';

/** Of a preset: all arms, or `members` of them as bench/wasm.mjs has them. `perceptron`: without norm, SGD. */
function experimentOf(preset: string, members: string): Experiment {
  const plain = preset === 'perceptron';
  const experiment = structuredClone(findPreset(plain ? 'wide-fcn' : preset)?.experiment) as Experiment;
  if (plain) {
    experiment.target = { family: 'fcn', depth: 3, width: 384, norm: 'none', dropout: 0, init: 'he', tap: 'pre' };
    experiment.base.optimiser = { kind: 'sgd', momentum: 0, weightDecay: 0 };
  }
  const [guide] = preset === 'first-token' ? ['untrained'] : ['trained'];
  const weight = experiment.arms.find(({ align }) => align)?.align?.weight ?? 1;
  const unguided: ArmSpec = { id: 'unguided', name: 'Unguided' };
  const guided: ArmSpec = { id: 'guided', name: 'Guided', align: { guide, weight } };
  const distilled: ArmSpec = { id: 'distilled', name: 'Distilled', distil: { guide, temperature: 4, ceWeight: 0.5, kdWeight: 0.5, direction: 'forward' } };
  if (members !== 'all') {
    experiment.arms = members === '1' ? [plain ? unguided : guided] : [unguided, guided, distilled];
    experiment.guides = { [guide]: experiment.guides[guide] };
    experiment.seeds = Array.from({ length: members === '15' ? 5 : 1 }, (_, i) => i);
  }
  experiment.base.steps = 100_000;
  return experiment;
}

export interface Profiled {
  step(times: number): Promise<void>;
  evaluation(times: number): Promise<void>;
  members: number;
}

export async function prepare(preset: string, members: string): Promise<Profiled> {
  setWasmPaths({ 'tfjs-backend-wasm.wasm': plainUrl, 'tfjs-backend-wasm-simd.wasm': simdUrl, 'tfjs-backend-wasm-threaded-simd.wasm': threadedUrl });
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  setThreadsCount(1);
  await tf.setBackend('wasm');
  await tf.ready();
  const native = await createWasmKernels({ threads: 1 });
  if (!native) throw new Error('No native kernels.');
  const { kernels } = native;
  if (preset === 'product') {
    const a = tf.randomNormal([1, 1024, 1024]) as tf.Tensor3D;
    return { members: 1, step: async (times) => { for (let i = 0; i < times; i++) kernels.matmul(a, a).dispose(); }, evaluation: async () => undefined };
  }
  const experiment = experimentOf(preset, members);
  const task = createTask(experiment.task);
  const guides = new Map(Object.entries(experiment.guides).map(([id, spec]) => [
    id, new Guide(id, spec, { task: task.shape, train: task.train, seeds: experiment.seeds, network: guideNetwork(experiment, id) }, kernels),
  ]));
  const run = new Run(experiment, task, guides, kernels);
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
