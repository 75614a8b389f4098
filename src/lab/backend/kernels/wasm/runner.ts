import type { Heap } from './heap.ts';
import { instantiateKernels, type KernelExports } from './module.ts';

/** Calls native kernels, on one thread or several. */
export interface Runner {
  readonly threads: number;
  /**
   * Runs a kernel to its end. `work` is its number of multiply-adds or element visits: little work is not worth
   * waking other threads for. `scratchBytes` is what each thread needs for itself.
   */
  run(name: string, args: readonly number[], work: number, scratchBytes?: number): void;
  /** The value of a function that only computes. */
  query(name: string, args: readonly number[]): number;
  dispose(): void;
}

export const STACK_BYTES = 16 * 1024;

/** A block of heap memory that grows on demand and is kept between calls. */
export class Block {
  readonly #heap: Heap;
  #address = 0;
  #bytes = 0;

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** Its address once it holds at least `bytes`; the contents are lost when it grows. */
  reserve(bytes: number): number {
    if (bytes > this.#bytes) {
      this.free();
      this.#address = this.#heap.malloc(bytes);
      this.#bytes = bytes;
    }
    return this.#address;
  }

  free(): void {
    if (this.#bytes > 0) this.#heap.free(this.#address);
    this.#address = 0;
    this.#bytes = 0;
  }
}

/** Runs everything on the calling thread. */
export class SingleRunner implements Runner {
  readonly threads = 1;
  readonly #exports: KernelExports;
  readonly #stack: Block;
  readonly #scratch: Block;

  constructor(module: WebAssembly.Module, heap: Heap) {
    this.#stack = new Block(heap);
    this.#scratch = new Block(heap);
    this.#exports = instantiateKernels(module, heap.memory, this.#stack.reserve(STACK_BYTES) + STACK_BYTES);
  }

  run(name: string, args: readonly number[], _work: number, scratchBytes = 0): void {
    this.#exports[name](...args, this.#scratch.reserve(scratchBytes), 0, 1);
  }

  query(name: string, args: readonly number[]): number {
    return this.#exports[name](...args);
  }

  dispose(): void {
    this.#stack.free();
    this.#scratch.free();
  }
}
