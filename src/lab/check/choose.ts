/**
 * Which backend does the work: WebGPU on a real GPU, else WASM, else software WebGPU, else plain JavaScript. Every
 * step of the choice is recorded with its reason, for the person to read.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { BackendChoice, BackendName, BackendStep, Environment } from '../../experiment/contract/environment.ts';
import { composed } from '../backend/kernels/composed/index.ts';
import { DirectSteps, type Stepper } from '../backend/steps.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import { checkKernels, TOLERANCE } from './selfCheck.ts';
import type { Started } from '../backend/started.ts';
import { startWasm, type WasmFiles } from '../backend/startWasm.ts';
import { findAdapter, startWebGpu } from '../backend/startWebGpu.ts';

export interface ChosenBackend {
  environment: Environment;
  kernels: Kernels;
  /** Makes the stepper of one run. @param replay whether it may record and replay steps; only WebGPU can */
  stepper: (replay: boolean) => Stepper;
  lost: Promise<string>;
}

/** No backend works here, or the one that was asked for does not. `remedy` says what to do. */
export class BackendError extends Error {
  override name = 'BackendError';
  readonly remedy: string;
  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

async function startCpu(): Promise<Started> {
  await import('@tensorflow/tfjs-backend-cpu');
  if (!(await tf.setBackend('cpu'))) throw new Error('the JavaScript backend did not start');
  return { kernels: composed, adapter: 'one thread', threads: 1, software: false, lost: new Promise(() => {}), fingerprint: 'cpu' };
}

/**
 * Start and check a backend.
 * @param choice 'auto', or the only one to consider
 * @param files where the WASM binaries are; the page's own by default
 * @throws {BackendError} when nothing (or not the one asked for) works
 */
export async function chooseBackend(choice: BackendChoice, files?: WasmFiles): Promise<ChosenBackend> {
  const steps: BackendStep[] = [];
  const note = (backend: BackendName, outcome: BackendStep['outcome'], reason: string) => {
    steps.push({ backend, outcome, reason });
  };
  const found = choice === 'auto' || choice === 'webgpu' ? await findAdapter() : null;
  const order: BackendName[] = choice === 'auto' ? ['webgpu', 'wasm', 'cpu'] : [choice];
  if (choice === 'auto' && found?.software) {
    note('webgpu', 'skipped', `${found.name} emulates a GPU in software, which is slower than WASM`);
    order.splice(0, 3, 'wasm', 'webgpu', 'cpu');
  }

  for (const backend of order) {
    if (backend === 'webgpu' && !found?.adapter) {
      note('webgpu', 'skipped', found?.reason ?? 'this browser has no WebGPU');
      continue;
    }
    try {
      const started = backend === 'wasm' ? await startWasm(files) : backend === 'cpu' ? await startCpu() : await startWebGpu(found);
      const selfCheck = await checkKernels(backend, started);
      if (!(selfCheck.worstError <= TOLERANCE)) {
        note(
          backend,
          'failed',
          `the self-check of "${selfCheck.worstKernel}" was off by ${selfCheck.worstError.toPrecision(2)}: this device computes wrong results`,
        );
        continue;
      }
      note(backend, 'chosen', choice === 'auto' ? `fastest that works here: ${started.adapter}` : `you asked for it: ${started.adapter}`);
      const environment: Environment = {
        backend,
        adapter: started.adapter,
        threads: started.threads,
        software: started.software,
        steps,
        selfCheck: { ...selfCheck, passed: true },
      };
      return { environment, kernels: started.kernels, stepper: started.stepper ?? (() => new DirectSteps()), lost: started.lost };
    } catch (error) {
      note(backend, 'failed', error instanceof Error ? error.message : String(error));
    }
  }
  throw new BackendError(
    `No backend could be started: ${steps.map((s) => `${s.backend}: ${s.reason}`).join('; ')}.`,
    choice === 'auto' ? 'Update the browser, or try a current Chrome, Edge, Firefox or Safari.' : 'Choose "Auto" in the backend menu.',
  );
}
