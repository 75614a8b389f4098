import { createRequire } from 'node:module';
import type { WasmFiles } from './startWasm.ts';

const at = (file: string) => createRequire(import.meta.url).resolve(`@tensorflow/tfjs-backend-wasm/dist/${file}`);

/** Paths of tfjs's WASM binaries in Node, where there is no page to fetch them from. */
export const nodeWasmFiles: WasmFiles = {
  'tfjs-backend-wasm.wasm': at('tfjs-backend-wasm.wasm'),
  'tfjs-backend-wasm-simd.wasm': at('tfjs-backend-wasm-simd.wasm'),
  'tfjs-backend-wasm-threaded-simd.wasm': at('tfjs-backend-wasm-threaded-simd.wasm'),
};
