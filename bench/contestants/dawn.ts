/**
 * A contestant in a process of its own on Dawn for Node: on its null device, which takes every command and computes nothing, so that
 * what is left is the work of asking (every process has its 512 MB to itself), or on a GPU.
 */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-webgpu';
import { findAdapter, startWebGpu } from '../../src/lab/backend/startWebGpu.ts';
import type { Stepping, Turn } from './entry.ts';
import { make, take } from './make.ts';
import type { Call } from './worker.ts';

/** Dispatches that have been asked for. */
let dispatches = 0;

/** What a device has complained of: what a contestant takes from then on says nothing. */
let complaint: string | undefined;

/** Counts on the encoders and hears the complaints of the whole process, whoever asks. */
async function watchDevices(): Promise<void> {
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) throw new Error('Dawn offers no device');
  const adapters = Object.getPrototypeOf(adapter) as GPUAdapter;
  const { requestDevice } = adapters;
  adapters.requestDevice = async function (this: GPUAdapter, ...wishes) {
    const made = await requestDevice.apply(this, wishes);
    made.addEventListener('uncapturederror', ({ error }) => {
      complaint ??= error.message;
    });
    return made;
  };
  const device = await adapter.requestDevice();
  const pass = Object.getPrototypeOf(device.createCommandEncoder().beginComputePass()) as GPUComputePassEncoder;
  const { dispatchWorkgroups } = pass;
  pass.dispatchWorkgroups = function (this: GPUComputePassEncoder, ...groups) {
    dispatches++;
    dispatchWorkgroups.apply(this, groups);
  };
}

/** CPU milliseconds of this process, all threads. */
const cpu = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

let contestant: Stepping | undefined;

async function answer(call: Call): Promise<unknown> {
  if (call.call === 'take') {
    const [from, before] = [cpu(), dispatches];
    const turn = contestant && (await take(contestant, call.steps));
    if (complaint) throw new Error(`the device refuses: ${complaint}`);
    // jax-js has none.
    const tensors = tf.engine().backendName ? tf.memory().numTensors : 0;
    return { ...turn, cpuMs: cpu() - from, dispatches: dispatches - before, tensors, bytes: process.memoryUsage().rss } as Turn;
  }
  await watchDevices();
  contestant = await make(call.entry, call.stage, {
    ours: async () => startWebGpu(await findAdapter()),
    plain: async () => {
      await tf.setBackend('webgpu');
      await tf.ready();
    },
  });
  return contestant.flops;
}

/** Answers the process that forked this one for as long as it asks. `navigator.gpu` must be there. */
export async function serve(): Promise<void> {
  process.on('message', (call: Call) => {
    answer(call).then(
      (value) => process.send?.({ value }),
      (error: Error) => process.send?.({ error: `${error.message}\n${error.stack}` }),
    );
  });
  process.send?.('ready');
  await new Promise((resolve) => process.on('disconnect', resolve));
  process.exit(0);
}
