/** Where a run happens, and where the weights of its guides come from. */

export type BackendName = 'webgpu' | 'wasm' | 'cpu';
export type BackendChoice = 'auto' | BackendName;

/** One step of the choice of a backend, for the person to read. */
export interface BackendStep {
  backend: BackendName;
  outcome: 'chosen' | 'skipped' | 'failed';
  /** One sentence, e.g. "this browser offers no WebGPU adapter". */
  reason: string;
}

export interface Environment {
  backend: BackendName;
  /** GPU name, or "SIMD, 2 threads". */
  adapter: string;
  threads: number;
  /** Software emulation of a GPU. */
  software: boolean;
  steps: BackendStep[];
  /** Largest error of values and gradients against the CPU reference, and how long the check took. */
  selfCheck: { passed: boolean; worstError: number; worstKernel: string; seconds: number; cached: boolean };
}

export type GuideSource = 'shipped' | 'kept' | 'trained-now' | 'untrained' | 'imported';
