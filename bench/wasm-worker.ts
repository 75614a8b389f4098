/** What training steps cost on WASM, one thread: see bench/wasm.mjs. */
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plainUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simdUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threadedUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { guideNetwork } from '../src/experiment/guides.ts';
import { cost } from '../src/experiment/plan.ts';
import { findPreset } from '../src/experiment/presets.ts';
import type { ArmSpec, Experiment } from '../src/experiment/schema.ts';
import type { Kernels } from '../src/lab/backend/kernels/types.ts';
import { createWasmKernels } from '../src/lab/backend/kernels/wasm/index.ts';
import { Guide } from '../src/lab/guidance/guide.ts';
import { createTask } from '../src/lab/tasks/index.ts';
import { Run } from '../src/lab/training/run.ts';
import { plain } from './capture/workloads.ts';
import { registerFilterGradient } from './filterGradient.ts';
import { jaxPerceptron } from './jaxPerceptron.ts';

/** Milliseconds of each round, sorted. */
type Rounds = number[];
export interface Row {
  section: string;
  name: string;
  rounds: Rounds;
  members: number;
  /** Floating-point operations of a step. */
  flops?: number;
}

interface Contestant {
  name: string;
  members: number;
  flops?: number;
  step(): unknown;
  read(): Promise<unknown>;
  dispose(): void;
}

const PRESETS: readonly [preset: string, guide: string][] = [['wide-fcn', 'trained'], ['first-token', 'untrained'], ['deep-convnet', 'trained']];
const ROUNDS = Number(new URL(import.meta.url).searchParams.get('rounds') ?? 5);
const ROUND_MS = 300;

/** Unguided, guided and distilled by one guide; or the unguided one alone. */
function reduced(preset: string, guide: string, seeds: number, only?: string): Experiment {
  const experiment = structuredClone(findPreset(preset)?.experiment) as Experiment;
  const weight = experiment.arms.find(({ align }) => align)?.align?.weight ?? 1;
  const arms: ArmSpec[] = [
    { id: 'unguided', name: 'Unguided' },
    { id: 'guided', name: 'Guided', align: { guide, weight } },
    { id: 'distilled', name: 'Distilled', distil: { guide, temperature: 4, ceWeight: 0.5, kdWeight: 0.5, direction: 'forward' } },
  ];
  return {
    ...experiment, guides: { [guide]: experiment.guides[guide] }, interventions: [], arms: arms.filter(({ id }) => !only || id === only),
    seeds: Array.from({ length: seeds }, (_, i) => i), base: { ...experiment.base, steps: 100_000, evaluateEvery: 100_000 },
  };
}

/** The product's own run. Guides have random weights: what they compute does not matter here. */
function ours(name: string, experiment: Experiment, kernels: Kernels): Contestant {
  const task = createTask(experiment.task);
  const guides = new Map(Object.entries(experiment.guides).map(([id, spec]) => [
    id, new Guide(id, spec, { task: task.shape, train: task.train, seeds: experiment.seeds, network: guideNetwork(experiment, id) }, kernels),
  ]));
  const run = new Run(experiment, task, guides, kernels);
  return {
    name, members: experiment.arms.length * experiment.seeds.length, flops: cost(experiment).flopsPerStep,
    step: () => run.advance(), read: () => run.flush(), dispose: () => run.dispose(),
  };
}

async function steps(contestant: Contestant, count: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < count; i++) await contestant.step();
  await contestant.read();
  return (performance.now() - start) / count;
}

/** In turns, so that other load slows all down alike. */
async function race(section: string, contestants: readonly Contestant[]): Promise<void> {
  const counts: number[] = [];
  for (const contestant of contestants) {
    // Until caches are filled and code is compiled.
    await steps(contestant, 3);
    counts.push(Math.max(1, Math.ceil(ROUND_MS / (await steps(contestant, 2)))));
  }
  const rows: Row[] = contestants.map(({ name, members, flops }) => ({ section, name, members, flops, rounds: [] }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, contestant] of contestants.entries()) rows[i].rounds.push(await steps(contestant, counts[i]));
  }
  for (const contestant of contestants) contestant.dispose();
  for (const row of rows) {
    row.rounds.sort((a, b) => a - b);
    postMessage(row);
  }
}

/** A large product: what the machine can do. */
function peak(kernels: Kernels): Contestant {
  const size = 1024;
  const a = tf.randomNormal([1, size, size]) as tf.Tensor3D;
  return {
    name: 'product of 1024 × 1024 matrices', members: 1, flops: 2 * size ** 3,
    step: () => kernels.matmul(a, a).dispose(), read: async () => undefined, dispose: () => a.dispose(),
  };
}

setWasmPaths({
  'tfjs-backend-wasm.wasm': plainUrl, 'tfjs-backend-wasm-simd.wasm': simdUrl, 'tfjs-backend-wasm-threaded-simd.wasm': threadedUrl,
});
tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
setThreadsCount(1);
await tf.setBackend('wasm');
await tf.ready();
registerFilterGradient();
const native = await createWasmKernels({ threads: 1 });
if (!native) throw new Error('No native kernels.');
const { kernels } = native;

for (const [preset, guide] of PRESETS) {
  if (!findPreset(preset)) continue;
  const contestants = [
    { name: 'plain tfjs', members: 3, ...plain(preset) },
    ours('ours', reduced(preset, guide, 1), kernels),
  ];
  await race(`${preset}: against plain tfjs`, contestants);
}
for (const [preset, guide] of PRESETS.slice(0, 2)) {
  await race(`${preset}: members`, [
    ours('ours', reduced(preset, guide, 1, 'guided'), kernels), ours('ours', reduced(preset, guide, 1), kernels),
    ours('ours', reduced(preset, guide, 5), kernels), peak(kernels),
  ]);
}
const wide = reduced('wide-fcn', 'trained', 1, 'unguided');
await race('wide-fcn: one unguided member', [ours('ours', wide, kernels)]);
await race('first-token: one unguided member', [ours('ours', reduced('first-token', 'untrained', 1, 'unguided'), kernels)]);
const perceptron: Experiment = {
  ...wide, target: { family: 'fcn', depth: 3, width: 384, norm: 'none', dropout: 0, init: 'he', tap: 'pre' } as Experiment['target'],
  base: { ...wide.base, optimiser: { kind: 'sgd', momentum: 0, weightDecay: 0 } },
};
const jax = await jaxPerceptron([768, 384, 384, 384, 8], 128).catch((error: Error) => error);
if (jax instanceof Error) postMessage(`jax-js does not run here: ${jax.message}`);
else await race('perceptron without norm, SGD, one member', [{ name: 'jax-js, jitted', members: 1, ...jax }, ours('ours', perceptron, kernels)]);
postMessage('done');
