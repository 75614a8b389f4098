import type { Kernels } from '../types.ts';
import { tfjsHeap } from './heap.ts';
import { compileKernels, simdSupport } from './module.ts';
import { nativeKernels } from './native.ts';
import { PooledRunner } from './pool.ts';
import { SingleRunner } from './runner.ts';

export interface WasmKernelOptions {
  /** Fused multiply-add where the engine has it (default), or the same bits as on an engine without. */
  relaxed?: boolean;
  /**
   * Threads at most. More than one needs tfjs's threaded build (a cross-origin isolated page) and a caller that may
   * block, that is a worker. By default all cores but, where there are many, one for the page.
   */
  threads?: number;
}

export interface WasmKernels {
  kernels: Kernels;
  /** Threads the kernels run on. */
  threads: number;
  /** Whether they use fused multiply-add. */
  relaxed: boolean;
  /** Frees their memory. No kernel may be called afterwards. */
  dispose(): void;
}

const MAX_THREADS = 9;

function defaultThreads(): number {
  const cores = globalThis.navigator?.hardwareConcurrency ?? 1;
  return Math.min(cores <= 4 ? cores : cores - 1, MAX_THREADS);
}

/**
 * Native kernels on the heap of tfjs's WASM backend, or null where they cannot run: another backend is active or the
 * engine has no SIMD. Call it after `tf.setBackend('wasm')` and `tf.ready()`.
 */
export async function createWasmKernels(options: WasmKernelOptions = {}): Promise<WasmKernels | null> {
  const support = simdSupport();
  const heap = tfjsHeap();
  if (!support.simd || !heap) return null;
  const relaxed = support.relaxed && (options.relaxed ?? true);
  const shared = typeof SharedArrayBuffer !== 'undefined' && heap.memory.buffer instanceof SharedArrayBuffer;
  const module = await compileKernels(relaxed, shared);
  const threads = options.threads ?? defaultThreads();
  const runner = (await PooledRunner.start(module, heap, { threads })) ?? new SingleRunner(module, heap);
  const native = nativeKernels(heap, runner);
  return { kernels: native.kernels, threads: runner.threads, relaxed, dispose: native.dispose };
}
