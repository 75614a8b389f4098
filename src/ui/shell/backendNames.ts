import type { BackendName } from '@/experiment/contract/environment.ts';

export const BACKEND_NAMES: Readonly<Record<BackendName, string>> = { webgpu: 'WebGPU', wasm: 'WebAssembly', cpu: 'JavaScript' };
