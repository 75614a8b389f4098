import '@tensorflow/tfjs-backend-cpu';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Heap } from './heap.ts';
import { compileKernels } from './module.ts';
import { nativeKernels } from './native.ts';
import { type Helper, PooledRunner, type StartHelper } from './pool.ts';
import { type Runner, SingleRunner } from './runner.ts';
import { everyKernel, randomTensor } from './testing.ts';

setFlagsFromString('--experimental-wasm-relaxed-simd');

/** Node's workers with the events of the web's. */
const startNodeWorker: StartHelper = (start) => {
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads');
     globalThis.postMessage = (message) => parentPort.postMessage(message);
     globalThis.addEventListener = (type, listener) => parentPort.on(type, (data) => listener({ data }));
     import(${JSON.stringify(new URL('./thread.js', import.meta.url).href)});`,
    { eval: true },
  );
  const ready = new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', reject);
  });
  worker.postMessage(start);
  return { ready, terminate: () => void worker.terminate() };
};

interface SharedHeap extends Heap {
  values(tensor: Tensor): Float32Array;
  /** Blocks handed out and not freed. */
  blocks: number;
}

/** Shared memory with an allocator that never reuses; tensors of the CPU backend are copied to it on first use. */
function sharedHeap(): SharedHeap {
  const memory = new WebAssembly.Memory({ initial: 1024, maximum: 1024, shared: true });
  const addresses = new WeakMap<object, number>();
  let end = 1024;
  const heap: SharedHeap = {
    memory,
    blocks: 0,
    malloc(bytes) {
      heap.blocks++;
      const address = end;
      end += Math.ceil(bytes / 16) * 16;
      return address;
    },
    free() {
      heap.blocks--;
    },
    address(tensor) {
      let address = addresses.get(tensor.dataId);
      if (address === undefined) {
        const values = tensor.dataSync();
        address = heap.malloc(values.byteLength);
        new Uint8Array(memory.buffer).set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), address);
        addresses.set(tensor.dataId, address);
      }
      return address;
    },
    tensor: <T extends Tensor>(shape: readonly number[]) => tf.zeros([...shape]) as T,
    values: (tensor) => new Float32Array(memory.buffer, heap.address(tensor), tensor.size).slice(),
  };
  return heap;
}

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** The results of every kernel by one runner. */
function results(start: (heap: Heap) => Runner, heap = sharedHeap()): Float32Array[] {
  const native = nativeKernels(heap, start(heap));
  const values = tf.tidy(() => everyKernel(native.kernels, (t) => t).map((t) => heap.values(t)));
  native.dispose();
  return values;
}

describe.each([false, true])('threads, relaxed %s', (relaxed) => {
  test.each([2, 3, 7])('%i threads give the bits that one gives', async (threads) => {
    const module = await compileKernels(relaxed, true);
    const single = results((heap) => new SingleRunner(module, heap));
    const heap = sharedHeap();
    const pool = await PooledRunner.start(module, heap, { threads, startHelper: startNodeWorker, minSharedWork: 0 });
    expect(pool?.threads).toBe(threads);
    if (!pool) return;
    results(() => pool, heap).forEach((values, i) => {
      expect(values, `result ${i}`).toEqual(single[i]);
    });
  });

  test('thousands of small kernels in a row are all complete', async () => {
    const module = await compileKernels(relaxed, true);
    const heap = sharedHeap();
    const pool = await PooledRunner.start(module, heap, { threads: 3, startHelper: startNodeWorker, minSharedWork: 0 });
    if (!pool) throw new Error('No pool.');
    const x = randomTensor<Tensor3D>([3, 16, 16], 1);
    const single = new SingleRunner(module, heap);
    const [expected, actual] = [heap.malloc(x.size * 4), heap.malloc(x.size * 4)];
    const args = (out: number) => [heap.address(x), heap.address(x), out, 3, 16, 16, 16, 256, 256, 0, 0, 0];
    single.run('gemm', args(expected), 0, 1 << 20);
    const values = (at: number) => new Float32Array(heap.memory.buffer, at, x.size);
    for (let i = 0; i < 5000; i++) {
      values(actual).fill(0);
      pool.run('gemm', args(actual), 1, 1 << 20);
      if (!values(actual).every((value, j) => value === values(expected)[j])) throw new Error(`Round ${i} differs.`);
    }
    pool.dispose();
    single.dispose();
  });
});

describe('a pool that cannot start', () => {
  const silent: Helper = { ready: new Promise(() => {}), terminate: () => {} };
  const failing: Helper = { ready: Promise.reject(new Error('no')), terminate: () => {} };
  failing.ready.catch(() => {});

  test('does without the helpers that fail', async () => {
    const module = await compileKernels(false, true);
    const heap = sharedHeap();
    const startHelper: StartHelper = (start) => {
      if (start.thread === 1) return failing;
      if (start.thread === 2) throw new Error('not even that');
      return startNodeWorker(start);
    };
    const pool = await PooledRunner.start(module, heap, { threads: 4, startHelper, minSharedWork: 0 });
    expect(pool?.threads).toBe(2);
    if (!pool) return;
    const single = results((own) => new SingleRunner(module, own));
    expect(results(() => pool, heap)).toEqual(single);
  });

  test('is none, and leaves no memory behind', async () => {
    const module = await compileKernels(false, true);
    const heap = sharedHeap();
    const startHelper = () => silent;
    expect(await PooledRunner.start(module, heap, { threads: 2, startHelper })).toBeNull();
    expect(heap.blocks).toBe(0);
    expect(await PooledRunner.start(module, heap, { threads: 1 })).toBeNull();
  });

  test('is none on memory that is not shared', async () => {
    const module = await compileKernels(false, false);
    const heap = { ...sharedHeap(), memory: new WebAssembly.Memory({ initial: 10 }) };
    expect(await PooledRunner.start(module, heap, { threads: 4 })).toBeNull();
  });
});
