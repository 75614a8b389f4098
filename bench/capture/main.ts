/** See bench/capture.mjs. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-webgpu';
import { findPreset } from '../../src/experiment/presets.ts';
import type { Experiment } from '../../src/experiment/schema.ts';
import { ours, threeArms } from './ours.ts';
import { plain } from './workloads.ts';

const ROUNDS = 3;
/** CPU milliseconds of a round, about. */
const ROUND_MS = 100;
const PRESETS: [string, string][] = [['wide-fcn', 'trained'], ['first-token', 'untrained'], ['deep-convnet', 'trained']];

interface Contestant {
  name: string;
  members: number;
  step(): Promise<void>;
  read(): Promise<void>;
  dispose(): void;
}

/** Dispatches that have been asked for, counted on the device. */
let dispatches = 0;

/** CPU milliseconds of this process, all threads. */
const cpu = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const steps = async (contestant: Contestant, count: number) => {
  for (let i = 0; i < count; i++) await contestant.step();
  await contestant.read();
};

interface Figure {
  name: string;
  members: number;
  dispatches: number;
  /** CPU milliseconds a step, sorted. */
  rounds: number[];
}
const median = (sorted: readonly number[]) => sorted[Math.floor(sorted.length / 2)];

/** In turns, so that other load slows all down alike. */
async function race(contestants: readonly Contestant[]): Promise<Figure[]> {
  const counts: number[] = [];
  const figures: Figure[] = [];
  for (const contestant of contestants) {
    // The first steps compile, record and fill caches; code gets fast in the next ones.
    await steps(contestant, 12);
    const [before, start] = [dispatches, cpu()];
    await steps(contestant, 5);
    figures.push({ name: contestant.name, members: contestant.members, dispatches: (dispatches - before) / 5, rounds: [] });
    counts.push(Math.max(5, Math.ceil(ROUND_MS / ((cpu() - start) / 5))));
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, contestant] of contestants.entries()) {
      const start = cpu();
      await steps(contestant, counts[i]);
      figures[i].rounds.push((cpu() - start) / counts[i]);
    }
  }
  for (const { rounds } of figures) rounds.sort((a, b) => a - b);
  for (const contestant of contestants) contestant.dispose();
  return figures;
}

async function measure(preset: string, guide: string): Promise<Figure[]> {
  const experiment = structuredClone(findPreset(preset)?.experiment) as Experiment;
  const make = (replay: boolean, members: number): Contestant => ({
    name: replay ? 'ours, replayed' : 'ours, run by tfjs', members,
    ...ours(threeArms(experiment, guide, Math.ceil(members / 3), members === 1 ? 'guided' : undefined), replay),
  });
  return race([
    { name: 'plain tfjs', members: 3, ...plain(preset, true) },
    make(false, 3), make(true, 1), make(true, 3), make(true, 15),
  ]);
}

/** Tensors and bytes that 2,000 more steps leave behind. */
async function leak(): Promise<{ tensors: number; megabytes: number }> {
  const contestant: Contestant = { name: '', members: 3, ...ours(threeArms(findPreset('first-token')?.experiment as Experiment, 'untrained', 1), true) };
  const rounds = async (count: number) => {
    for (let i = 0; i < count; i++) await steps(contestant, 50);
  };
  await rounds(10);
  const [tensors, bytes] = [tf.memory().numTensors, process.memoryUsage().rss];
  await rounds(40);
  const result = { tensors: tf.memory().numTensors - tensors, megabytes: (process.memoryUsage().rss - bytes) / 2 ** 20 };
  contestant.dispose();
  return result;
}

tf.env().set('WEBGPU_MATMUL_PROGRAM_TYPE', 3);
await tf.setBackend('webgpu');
await tf.ready();
const pass = Object.getPrototypeOf((tf.backend() as unknown as { device: GPUDevice }).device.createCommandEncoder().beginComputePass()) as GPUComputePassEncoder;
const { dispatchWorkgroups } = pass;
pass.dispatchWorkgroups = function (this: GPUComputePassEncoder, ...groups) {
  dispatches++;
  dispatchWorkgroups.apply(this, groups);
};

/** Presets named on the command line, or all. */
const asked = process.argv.slice(2);
const all: Record<string, Figure[]> = {};
console.log(`${cpus()[0].model}, Node ${process.version}, Dawn's null device: CPU ms a step, median of ${ROUNDS} (least to most)\n`);
console.log('| preset | | members | dispatches | CPU ms a step | against plain |');
console.log('|---|---|---:|---:|---:|---:|');
for (const [preset, guide] of PRESETS) {
  if (!findPreset(preset) || (asked.length > 0 && !asked.includes(preset))) continue;
  const figures = await measure(preset, guide);
  all[preset] = figures;
  for (const { name, members, dispatches: count, rounds } of figures) {
    const ratio = (median(figures[0].rounds) * members) / figures[0].members / median(rounds);
    console.log(`| ${preset} | ${name} | ${members} | ${count.toFixed(0)} | ${median(rounds).toFixed(2)} (${rounds[0].toFixed(2)}–${rounds[ROUNDS - 1].toFixed(2)}) | ${ratio.toFixed(1)}× less |`);
  }
}
const { tensors, megabytes } = await leak();
console.log(`\n2,000 more replayed steps of first-token: ${tensors} tensors, ${megabytes.toFixed(1)} MB of memory more.`);
mkdirSync('bench/results', { recursive: true });
writeFileSync('bench/results/capture.json', `${JSON.stringify({ machine: cpus()[0].model, node: process.version, presets: all, leak: { tensors, megabytes } }, null, 1)}\n`);
