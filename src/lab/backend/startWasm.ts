import * as tf from '@tensorflow/tfjs-core';
import type { Started } from './started.ts';
import { createWasmKernels } from './kernels/wasm/index.ts';

/** Addresses of tfjs's WASM binaries. */
export interface WasmFiles {
  'tfjs-backend-wasm.wasm': string;
  'tfjs-backend-wasm-simd.wasm': string;
  'tfjs-backend-wasm-threaded-simd.wasm': string;
}

/** The page's own copies, emitted by the build. */
async function pageFiles(): Promise<WasmFiles> {
  const [plain, simd, threaded] = await Promise.all([
    import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url'),
    import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url'),
    import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url'),
  ]);
  return {
    'tfjs-backend-wasm.wasm': plain.default,
    'tfjs-backend-wasm-simd.wasm': simd.default,
    'tfjs-backend-wasm-threaded-simd.wasm': threaded.default,
  };
}

/** @throws {Error} when the browser cannot run it */
export async function startWasm(files?: WasmFiles): Promise<Started> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths({ ...(files ?? (await pageFiles())) });
  // Threads need shared memory. Browsers allow it on isolated pages only, and tfjs's loader cannot use it in Node.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', globalThis.crossOriginIsolated === true);
  // The heavy work is ours and brings its own threads: tfjs's would compete with them for the cores.
  wasm.setThreadsCount(1);
  if (!(await tf.setBackend('wasm'))) throw new Error('this browser cannot run WebAssembly');
  await tf.ready();
  const native = await createWasmKernels();
  if (!native) throw new Error("this browser's WebAssembly has no SIMD");
  const { kernels, threads, relaxed } = native;
  const adapter = `SIMD${relaxed ? ' with fused multiply-add' : ''}, ${threads === 1 ? '1 thread' : `${threads} threads`}`;
  return { kernels, adapter, threads, software: false, lost: new Promise(() => {}), fingerprint: `wasm ${adapter}` };
}
