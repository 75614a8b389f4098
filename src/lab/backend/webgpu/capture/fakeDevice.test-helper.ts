/** A GPU that computes nothing but counts: enough to run tfjs's WebGPU backend, and with it recordings, anywhere. */
import * as tf from '@tensorflow/tfjs-core';

class FakeBuffer {
  readonly size: number;
  readonly usage: number;
  mapState: 'mapped' | 'unmapped';
  readonly #counts: Counts;

  constructor(counts: Counts, { size, usage, mappedAtCreation }: GPUBufferDescriptor) {
    this.size = size;
    this.usage = usage;
    this.mapState = mappedAtCreation ? 'mapped' : 'unmapped';
    this.#counts = counts;
    counts.buffers++;
  }
  getMappedRange(offset = 0, size = this.size - offset) {
    return new ArrayBuffer(size);
  }
  async mapAsync() {
    this.mapState = 'mapped';
  }
  unmap() {
    this.mapState = 'unmapped';
  }
  destroy() {
    this.#counts.buffers--;
  }
}

interface Counts {
  /** Buffers made and not destroyed. */
  buffers: number;
  dispatches: number;
  bindGroups: number;
  submissions: number;
}

/** Make tfjs's WebGPU backend the current one, on a fake device. */
export async function startFakeDevice(): Promise<{ counts: Counts; lose(message: string): void }> {
  const counts: Counts = { buffers: 0, dispatches: 0, bindGroups: 0, submissions: 0 };
  let lose: (info: { message: string; reason: string }) => void = () => {};
  const pass = { setPipeline() {}, setBindGroup() {}, dispatchWorkgroups: () => counts.dispatches++, end() {} };
  const device = {
    features: new Set(),
    limits: { maxComputeWorkgroupsPerDimension: 65_535, maxStorageBufferBindingSize: 2 ** 27, maxBufferSize: 2 ** 28 },
    lost: new Promise((resolve) => {
      lose = resolve;
    }),
    queue: { submit: () => counts.submissions++, writeBuffer() {}, onSubmittedWorkDone: () => Promise.resolve() },
    createBuffer: (descriptor: GPUBufferDescriptor) => new FakeBuffer(counts, descriptor),
    createShaderModule: () => ({}),
    createComputePipeline: () => ({ getBindGroupLayout: () => ({}) }),
    createBindGroup: () => counts.bindGroups++,
    createCommandEncoder: () => ({ beginComputePass: () => pass, copyBufferToBuffer() {}, finish: () => ({}) }),
  };
  const adapter = { features: new Set(), limits: {}, info: {}, requestDevice: async () => device };
  const usage = { MAP_READ: 1, MAP_WRITE: 2, COPY_SRC: 4, COPY_DST: 8, UNIFORM: 64, STORAGE: 128 };
  Object.assign(globalThis, { GPUBufferUsage: usage, GPUMapMode: { READ: 1, WRITE: 2 }, GPUBuffer: FakeBuffer, GPUTexture: class {} });
  Object.defineProperty(globalThis, 'navigator', { value: { gpu: { requestAdapter: async () => adapter } }, configurable: true });
  await import('@tensorflow/tfjs-backend-webgpu');
  if (!(await tf.setBackend('webgpu'))) throw new Error('the fake device did not start');
  return { counts, lose: (message) => lose({ message, reason: 'unknown' }) };
}
