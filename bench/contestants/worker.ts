/** A contestant in a web worker; the page that started it passes on what the benchmark asks for. */
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plainUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simdUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threadedUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-webgpu';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { startWasm } from '../../src/lab/backend/startWasm.ts';
import { findAdapter, startWebGpu } from '../../src/lab/backend/startWebGpu.ts';
import type { Entry, Stage, Stepping } from './entry.ts';
import { type Backends, make, take } from './make.ts';

/** `make` answers with the floating-point operations of a step, `take` with a turn. */
export type Call = { call: 'make'; entry: Entry; stage: Stage } | { call: 'take'; steps: number };

/** All engines start as many threads as there are cores, or tfjs half of them: here they are all told how many there are. */
function pretendCores(count: number): void {
  Object.defineProperty(navigator, 'hardwareConcurrency', { value: count, configurable: true });
}

const backends = ({ backend, threads }: Stage): Backends => ({
  ours: async () => (backend === 'wasm' ? startWasm() : startWebGpu(await findAdapter())),
  plain: async () => {
    if (backend === 'wasm') {
      setWasmPaths({ 'tfjs-backend-wasm.wasm': plainUrl, 'tfjs-backend-wasm-simd.wasm': simdUrl, 'tfjs-backend-wasm-threaded-simd.wasm': threadedUrl });
      tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', threads > 1);
      setThreadsCount(threads);
    }
    await tf.setBackend(backend);
    await tf.ready();
  },
});

let contestant: Stepping | undefined;

async function answer(call: Call): Promise<unknown> {
  if (call.call === 'take') return contestant && take(contestant, call.steps);
  pretendCores(call.stage.threads);
  contestant = await make(call.entry, call.stage, backends(call.stage));
  return contestant.flops;
}

addEventListener('message', ({ data }: MessageEvent<Call>) => {
  answer(data).then(
    (value) => postMessage({ value }),
    (error: Error) => postMessage({ error: `${error.message}\n${error.stack}` }),
  );
});
