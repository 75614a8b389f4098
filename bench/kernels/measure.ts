import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plainUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simdUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threadedUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import * as tf from '@tensorflow/tfjs-core';
import type { Kernels } from '../../src/lab/backend/kernels/types.ts';
import { createWasmKernels } from '../../src/lab/backend/kernels/wasm/index.ts';

const ROUNDS = 7;
const MIN_MS = 40;

/** Milliseconds a call, the best of several rounds in which the contestants take turns. */
export function race(contestants: Array<() => void>): number[] {
  const repeats = contestants.map((run) => {
    run();
    const start = performance.now();
    run();
    return Math.max(1, Math.ceil(MIN_MS / Math.max(performance.now() - start, 0.05)));
  });
  const best = contestants.map(() => Infinity);
  for (let round = 0; round < ROUNDS; round++) {
    contestants.forEach((run, i) => {
      const start = performance.now();
      for (let n = 0; n < repeats[i]; n++) run();
      best[i] = Math.min(best[i], (performance.now() - start) / repeats[i]);
    });
  }
  return best;
}

export function random<T extends tf.Tensor>(...shape: number[]): T {
  return tf.randomNormal(shape) as tf.Tensor as T;
}

/** In a tidy of its own. */
export function inTidy(run: () => unknown): () => void {
  return () => {
    tf.engine().startScope();
    run();
    tf.engine().endScope();
  };
}

/** Runs a benchmark on the native kernels, with fused multiply-add and without. */
export async function onNativeKernels(threads: number, run: (native: Kernels) => void): Promise<void> {
  setWasmPaths({
    'tfjs-backend-wasm.wasm': plainUrl,
    'tfjs-backend-wasm-simd.wasm': simdUrl,
    'tfjs-backend-wasm-threaded-simd.wasm': threadedUrl,
  });
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', threads > 1);
  setThreadsCount(threads);
  await tf.setBackend('wasm');
  for (const relaxed of [true, false]) {
    const wasm = await createWasmKernels({ relaxed, threads });
    if (!wasm) throw new Error('No native kernels.');
    postMessage(`\nnative (threads ${wasm.threads}, fused multiply-add ${wasm.relaxed}), plain tfjs, ratio`);
    run(wasm.kernels);
    wasm.dispose();
  }
}
