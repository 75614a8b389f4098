// @ts-check
/**
 * What a training step costs on the CPU on WebGPU: node bench/capture.mjs
 *
 * On Dawn's null device, which takes every command and computes nothing, so that what is left is the work of asking:
 * ours (replayed, and run by tfjs) against a plain tfjs loop, in turns.
 */
import { runnerImport } from 'vite';
import { create, globals } from 'webgpu';

Object.assign(globalThis, globals);
Object.defineProperty(globalThis, 'navigator', { value: { gpu: create(['backend=null']), userAgent: 'Node', hardwareConcurrency: 1 }, configurable: true });
await runnerImport('./bench/capture/main.ts', { configFile: false, logLevel: 'warn', define: { __APP_VERSION__: '"bench"' } });
// Dawn's object would keep the process alive.
process.exit(0);
