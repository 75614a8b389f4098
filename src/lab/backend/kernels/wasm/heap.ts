import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

/** The heap of the tfjs WASM backend, on which the native kernels work. */
export interface Heap {
  readonly memory: WebAssembly.Memory;
  malloc(bytes: number): number;
  free(address: number): void;
  /** Where the values of a tensor lie. Valid until the tensor is disposed; growing the heap moves nothing. */
  address(tensor: Tensor): number;
  /** A new tensor, float32 unless said, tracked by tfjs like any other. Its values are undefined. */
  tensor<T extends Tensor>(shape: readonly number[], dtype?: 'float32' | 'int32'): T;
}

/** The part of emscripten's module that the type declarations of tfjs leave out. */
interface EmscriptenModule {
  _malloc(bytes: number): number;
  _free(address: number): void;
  /** Set by the threaded build, which imports its memory. */
  wasmMemory?: WebAssembly.Memory;
  /** The exports of the other builds, among them their memory. */
  asm?: { memory?: WebAssembly.Memory };
}

/** The heap of the current backend, or null where that is not tfjs's WASM backend. */
export function tfjsHeap(): Heap | null {
  if (tf.getBackend() !== 'wasm') return null;
  const backend = tf.backend() as BackendWasm;
  const module = backend.wasm as BackendWasm['wasm'] & EmscriptenModule;
  const memory = module.wasmMemory ?? module.asm?.memory;
  if (!memory) return null;
  return {
    memory,
    malloc(bytes) {
      const address = module._malloc(bytes) >>> 0;
      if (address === 0) throw new Error(`Out of memory: no ${bytes} bytes left for the WASM kernels.`);
      return address;
    },
    free: (address) => module._free(address),
    address: (tensor) => backend.dataIdMap.get(tensor.dataId).memoryOffset,
    tensor<T extends Tensor>(shape: readonly number[], dtype: 'float32' | 'int32' = 'float32'): T {
      const info = backend.makeOutput([...shape], dtype);
      const tensor = tf.engine().makeTensorFromTensorInfo(info, backend) as T;
      if (backend.dataIdMap.get(info.dataId).memoryOffset === 0) {
        tensor.dispose();
        throw new Error(`Out of memory: no room for a tensor of shape [${shape.join(', ')}].`);
      }
      return tensor;
    },
  };
}
