/**
 * Recording what a program of tfjs operations asks of the GPU. While the program runs as usual, every dispatch is noted
 * with its pipeline and its bind group; issued again in the same order they do the same work on the same buffers. For
 * that to be true
 *
 * - buffers of intermediate results come from an arena of our own: reused inside the program, shared with nothing outside;
 * - constants and uniforms get buffers that nothing else will ever write to;
 * - what depends on tensors from outside is computed on the GPU, however small;
 * - tensors from outside are neither replaced nor disposed by the program: variables are updated in place;
 * - nothing but the returned tensor outlives the program, and nothing is read back inside it.
 *
 * What breaks these rules is found and refused.
 */
import type * as tf from '@tensorflow/tfjs-core';
import { type BufferManager, bufferOf, type DataId, dataOf, runOnGpu, settle, type WebGpuBackend } from './backend.ts';

export interface Dispatch {
  pipeline: GPUComputePipeline;
  bindGroup: GPUBindGroup;
  groups: readonly [x: number, y: number, z: number];
}

/** A program that has run cannot be replayed; `message` says why. */
export class CaptureError extends Error {
  override name = 'CaptureError';
  /** What the program returned; the caller disposes it. */
  readonly output: tf.Tensor | null;
  constructor(message: string, output: tf.Tensor | null) {
    super(message);
    this.output = output;
  }
}

const STORAGE = 0x80;
const UNIFORM = 0x40;

/** Buffers of intermediate results by size, for all recordings that run one after the other. */
export class Arena {
  readonly #free = new Map<number, GPUBuffer[]>();
  readonly #device: GPUDevice;
  /** All that were ever made, in bytes. */
  bytes = 0;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  take(size: number, usage: number): GPUBuffer {
    const buffer = this.#free.get(size)?.pop();
    if (buffer) return buffer;
    this.bytes += size;
    return this.#device.createBuffer({ size, usage });
  }

  give(buffer: GPUBuffer): void {
    const list = this.#free.get(buffer.size);
    if (list) list.push(buffer);
    else this.#free.set(buffer.size, [buffer]);
  }

  dispose(): void {
    for (const list of this.#free.values()) for (const buffer of list) buffer.destroy();
    this.#free.clear();
  }
}

/** Stands in for tfjs's pool while a program is recorded. */
class RecordingBuffers implements BufferManager {
  /** Taken from the arena and not given back. */
  readonly live = new Set<GPUBuffer>();
  /** Constants and uniforms of the recording. */
  readonly own: GPUBuffer[] = [];
  readonly #owned = new Set<GPUBuffer>();
  /** Buffers from before the recording that were released during it. */
  readonly released = new Set<GPUBuffer>();
  readonly #arena: Arena;
  readonly #device: GPUDevice;
  readonly #pool: BufferManager;

  constructor(arena: Arena, device: GPUDevice, pool: BufferManager) {
    this.#arena = arena;
    this.#device = device;
    this.#pool = pool;
  }

  acquireBuffer(size: number, usage: number, mappedAtCreation = false, reuse = true): GPUBuffer {
    if (usage & STORAGE && !mappedAtCreation) {
      const buffer = this.#arena.take(size, usage);
      this.live.add(buffer);
      return buffer;
    }
    if (usage & (STORAGE | UNIFORM)) {
      const buffer = this.#device.createBuffer({ size, usage, mappedAtCreation });
      this.own.push(buffer);
      this.#owned.add(buffer);
      return buffer;
    }
    return this.#pool.acquireBuffer(size, usage, mappedAtCreation, reuse);
  }

  releaseBuffer(buffer: GPUBuffer, reuse = true): void {
    if (this.live.delete(buffer)) this.#arena.give(buffer);
    else if (!this.#owned.has(buffer)) {
      this.released.add(buffer);
      this.#pool.releaseBuffer(buffer, reuse);
    }
  }
}

export class Recording {
  readonly dispatches: readonly Dispatch[];
  /** What the program returned, if anything; every replay writes it anew. */
  readonly output: tf.Tensor | null;
  readonly outputBuffer: GPUBuffer | null;
  readonly #backend: WebGpuBackend;
  readonly #own: readonly GPUBuffer[];
  readonly #outside: ReadonlyMap<DataId, GPUBuffer>;

  constructor(
    backend: WebGpuBackend,
    dispatches: readonly Dispatch[],
    output: tf.Tensor | null,
    own: readonly GPUBuffer[],
    outside: ReadonlyMap<DataId, GPUBuffer>,
  ) {
    this.#backend = backend;
    this.dispatches = dispatches;
    this.output = output;
    this.outputBuffer = output && bufferOf(backend, output);
    this.#own = own;
    this.#outside = outside;
  }

  /** Whether the tensors from outside are still where they were. */
  get valid(): boolean {
    for (const [dataId, buffer] of this.#outside) {
      if (!this.#backend.tensorMap.has(dataId) || this.#backend.tensorMap.get(dataId).resource !== buffer) return false;
    }
    return true;
  }

  /** Add the dispatches to a command encoder. */
  encode(encoder: GPUCommandEncoder): void {
    const pass = encoder.beginComputePass();
    let current: GPUComputePipeline | null = null;
    for (const { pipeline, bindGroup, groups } of this.dispatches) {
      if (pipeline !== current) pass.setPipeline(pipeline);
      current = pipeline;
      pass.setBindGroup(0, bindGroup);
      pass.dispatchWorkgroups(groups[0], groups[1], groups[2]);
    }
    pass.end();
  }

  /** tfjs keeps what it has read back of a tensor: after a replay that is out of date. */
  forgetValues(): void {
    for (const dataId of this.#outside.keys()) this.#backend.tensorMap.get(dataId).values = null;
  }

  dispose(): void {
    this.output?.dispose();
    this.outputBuffer?.destroy();
    for (const buffer of this.#own) buffer.destroy();
  }
}

/** A command encoder that passes everything on and notes dispatches. */
function noting(encoder: GPUCommandEncoder, dispatches: Dispatch[], mayCopy: () => boolean): GPUCommandEncoder {
  const pass = (real: GPUComputePassEncoder) => {
    let pipeline: GPUComputePipeline;
    let bindGroup: GPUBindGroup;
    return {
      setPipeline(p: GPUComputePipeline) {
        pipeline = p;
        real.setPipeline(p);
      },
      setBindGroup(index: number, group: GPUBindGroup) {
        bindGroup = group;
        real.setBindGroup(index, group);
      },
      dispatchWorkgroups(x: number, y = 1, z = 1) {
        dispatches.push({ pipeline, bindGroup, groups: [x, y, z] });
        real.dispatchWorkgroups(x, y, z);
      },
      end: () => real.end(),
    };
  };
  return {
    beginComputePass: (descriptor?: GPUComputePassDescriptor) => pass(encoder.beginComputePass(descriptor)),
    copyBufferToBuffer(...copy: [GPUBuffer, number, GPUBuffer, number, number]) {
      if (!mayCopy()) throw new Error('a recorded program must neither copy buffers nor read tensors');
      encoder.copyBufferToBuffer(...copy);
    },
    finish: () => encoder.finish(),
  } as unknown as GPUCommandEncoder;
}

/**
 * Run a program and record it.
 * @param program gets its inputs from tensors that exist already, and returns one new tensor, or null
 * @throws {CaptureError} when it cannot be replayed
 */
export function record(backend: WebGpuBackend, arena: Arena, program: () => tf.Tensor | null): Recording {
  settle(backend);
  const pool = backend.bufferManager;
  const buffers = new RecordingBuffers(arena, backend.device, pool);
  const dispatches: Dispatch[] = [];
  const outside = new Map<DataId, GPUBuffer>();
  /** Tensors made by the program, by their buffers. */
  const made = new Map<GPUBuffer, DataId>();
  const first = backend.nextDataId();
  let uploading = false;
  const { uploadToGPU, tensorToBinding, ensureCommandEncoderReady } = backend;

  backend.bufferManager = buffers;
  backend.uploadToGPU = (dataId) => {
    if (dataId.id < first) {
      // A variable that has not been on the GPU yet: its buffer is its own, not one of the program's constants.
      backend.bufferManager = pool;
      uploading = true;
      uploadToGPU.call(backend, dataId);
      uploading = false;
      backend.bufferManager = buffers;
      return;
    }
    uploadToGPU.call(backend, dataId);
    made.set(backend.tensorMap.get(dataId).resource as GPUBuffer, dataId);
  };
  backend.tensorToBinding = (tensor) => {
    const dataId = dataOf(tensor);
    if (dataId.id < first) outside.set(dataId, backend.tensorMap.get(dataId).resource as GPUBuffer);
    return tensorToBinding.call(backend, tensor);
  };
  backend.ensureCommandEncoderReady = () => {
    if (backend.commandEncoder) return;
    ensureCommandEncoderReady.call(backend);
    backend.commandEncoder = noting(backend.commandEncoder as unknown as GPUCommandEncoder, dispatches, () => uploading);
  };
  let output: tf.Tensor | null;
  try {
    output = runOnGpu(backend, program);
    settle(backend);
  } finally {
    backend.bufferManager = pool;
    Object.assign(backend, { uploadToGPU, tensorToBinding, ensureCommandEncoderReady });
    // Whatever the program has left belongs to the recording, not to tfjs's pool.
    for (const buffer of [...buffers.live, ...buffers.own]) {
      const dataId = made.get(buffer);
      if (dataId && backend.tensorMap.has(dataId) && backend.tensorMap.get(dataId).resource === buffer) backend.tensorMap.get(dataId).external = true;
    }
  }
  const refuse = (why: string): never => {
    throw new CaptureError(why, output);
  };
  if (output && !buffers.live.has(bufferOf(backend, output))) refuse('the program returns a tensor from outside, or a constant');
  if ([...outside.values()].some((buffer) => buffers.released.has(buffer)))
    refuse('the program disposes a tensor from outside instead of updating it in place');
  const kept = buffers.live.size - (output ? 1 : 0);
  if (kept > 0) refuse(`the program keeps ${kept} tensors besides the one it returns`);
  return new Recording(backend, dispatches, output, buffers.own, outside);
}
