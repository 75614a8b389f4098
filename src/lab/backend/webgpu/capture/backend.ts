/** What recording needs of tfjs's WebGPU backend (4.22), which exports no types for it. */
import * as tf from '@tensorflow/tfjs-core';

/** tfjs numbers its data in the order of creation. */
export interface DataId {
  id: number;
}

export interface TensorData {
  /** Values on the CPU: not uploaded yet, or read back. */
  values: unknown;
  resource: GPUBuffer | null;
  /** tfjs never releases the buffer of such a tensor. */
  external?: boolean;
}

export interface BufferManager {
  acquireBuffer(size: number, usage: number, mappedAtCreation?: boolean, reuse?: boolean): GPUBuffer;
  releaseBuffer(buffer: GPUBuffer, reuse?: boolean): void;
}

export interface WebGpuBackend {
  device: GPUDevice;
  bufferManager: BufferManager;
  tensorMap: { has(dataId: DataId): boolean; get(dataId: DataId): TensorData };
  commandEncoder: GPUCommandEncoder | null;
  computePassEncoder: GPUComputePassEncoder | null;
  nextDataId(): number;
  uploadToGPU(dataId: DataId): void;
  tensorToBinding(tensor: tf.TensorInfo): GPUBindingResource;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  /** Whether tfjs computes a small result on the CPU, as all of it is there. */
  shouldExecuteOnCPU(inputs: tf.TensorInfo[], sizeThreshold?: number): boolean;
}

/** @throws {Error} when another backend is the current one */
export function webGpuBackend(): WebGpuBackend {
  if (tf.getBackend() !== 'webgpu') throw new Error(`steps can be recorded on WebGPU only, not on "${tf.getBackend()}"`);
  return tf.backend() as unknown as WebGpuBackend;
}

/** Hand over the commands that tfjs holds back, so that others can follow them. */
export function settle(backend: WebGpuBackend): void {
  backend.endComputePassEncoder();
  if (backend.commandEncoder) backend.submitQueue();
}

export const dataOf = (tensor: tf.TensorInfo): DataId => tensor.dataId as DataId;

/** The buffer of a tensor that is on the GPU. */
export const bufferOf = (backend: WebGpuBackend, tensor: tf.TensorInfo): GPUBuffer => backend.tensorMap.get(dataOf(tensor)).resource as GPUBuffer;

/** `onGpu` for the program of a step. @returns what it returned, kept, on the GPU */
export function runOnGpu(backend: WebGpuBackend, program: () => tf.Tensor | null): tf.Tensor | null {
  let output: tf.Tensor | null = null;
  onGpu(backend, () =>
    tf.tidy(() => {
      const returned = program();
      output = returned && tf.keep(returned);
    }),
  );
  if (output) backend.uploadToGPU(dataOf(output));
  return output;
}

/**
 * Run a program with everything that comes from outside on the GPU. tfjs computes on the CPU what depends on small tensors
 * that were never uploaded (new variables, say): in a recording that result would be a constant.
 */
export function onGpu<T>(backend: WebGpuBackend, work: () => T): T {
  const first = backend.nextDataId();
  const { shouldExecuteOnCPU } = backend;
  backend.shouldExecuteOnCPU = (inputs, sizeThreshold) =>
    inputs.every((input) => dataOf(input).id > first) && shouldExecuteOnCPU.call(backend, inputs, sizeThreshold);
  try {
    return work();
  } finally {
    backend.shouldExecuteOnCPU = shouldExecuteOnCPU;
  }
}
