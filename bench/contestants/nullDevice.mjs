// @ts-check
/** Starts nullDevice.ts: Node does not run TypeScript, and the device must be there before tfjs looks for it. */
import { runnerImport } from 'vite';
import { create, globals } from 'webgpu';

Object.assign(globalThis, globals);
Object.defineProperty(globalThis, 'navigator', { value: { gpu: create(['backend=null']), userAgent: 'Node', hardwareConcurrency: 1 }, configurable: true });
await runnerImport('./bench/contestants/nullDevice.ts', { configFile: false, logLevel: 'warn', define: { __APP_VERSION__: '"bench"' } });
