import * as tf from '@tensorflow/tfjs-core';
import type { Started } from './started.ts';
import { createWebGpuKernels } from './kernels/webgpu/index.ts';
import { Capture } from './webgpu/capture/capture.ts';

export interface FoundAdapter {
  adapter: GPUAdapter | null;
  name: string;
  software: boolean;
  /** Why there is no adapter; empty if there is one. */
  reason: string;
}

/** Ask for a GPU. tfjs crashes on a null adapter, so this must come first. Never throws. */
export async function findAdapter(): Promise<FoundAdapter> {
  const none = (reason: string): FoundAdapter => ({ adapter: null, name: '', software: false, reason });
  const gpu = globalThis.navigator?.gpu;
  if (!gpu) {
    return none(globalThis.isSecureContext === false ? 'the page was opened over plain http, where browsers switch WebGPU off' : 'this browser has no WebGPU');
  }
  try {
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (!adapter) return none('this browser offers no WebGPU adapter');
    const { info } = adapter;
    const name = info?.description || [info?.vendor, info?.architecture].filter(Boolean).join(' ') || 'GPU';
    const software = Boolean(info?.isFallbackAdapter) || /swiftshader|llvmpipe|software|basic render/i.test(`${name} ${info?.device}`);
    return { adapter, name, software, reason: '' };
  } catch (error) {
    return none(`the browser refused a GPU: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** tfjs's `MatMulProgramType.MatMulPackedProgram`, which it does not export. */
const PACKED_MATMUL = 3;

/** @throws {Error} when the device cannot be created */
export async function startWebGpu(found: FoundAdapter | null): Promise<Started> {
  await import('@tensorflow/tfjs-backend-webgpu');
  // A split-K matmul adds atomically, in an order that changes from run to run.
  tf.env().set('WEBGPU_MATMUL_PROGRAM_TYPE', PACKED_MATMUL);
  if (!(await tf.setBackend('webgpu'))) throw new Error('the GPU device could not be created');
  await tf.ready();
  const { device } = tf.backend() as unknown as { device: GPUDevice };
  const name = found?.name ?? 'GPU';
  return {
    kernels: createWebGpuKernels(),
    stepper: (replay) => new Capture({ replay }),
    adapter: name,
    threads: 1,
    software: found?.software ?? false,
    lost: Promise.race([
      device.lost.then((info) => info.message || info.reason),
      // After a validation error the GPU silently computes nothing any more, which counts as a lost device.
      new Promise<string>((resolve) => device.addEventListener('uncapturederror', ({ error }) => resolve(error.message))),
    ]),
    fingerprint: `webgpu ${name}`,
  };
}
