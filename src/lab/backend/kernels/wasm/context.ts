import type { Tensor } from '@tensorflow/tfjs-core';
import type { Heap } from './heap.ts';
import type { Block, Runner } from './runner.ts';

/** What the native kernels work with. */
export interface Context {
  heap: Heap;
  runner: Runner;
  /** Memory for float64 partial sums that all threads see; valid until the next kernel. */
  partialSums: Block;
}

export const FLOAT_BYTES = 4;
export const DOUBLE_BYTES = 8;

/** Scratch memory of a product (see multiply.h). */
export const PRODUCT_SCRATCH_BYTES = (96 * 384 + 384 * 512 + 64 + 2 * 512 + 6 * 384) * FLOAT_BYTES;

/** Refuses arguments whose shapes do not fit: in native code they would read foreign memory. */
export function check(condition: boolean, message: () => string): void {
  if (!condition) throw new Error(message());
}

export function shapesOf(...tensors: Tensor[]): string {
  return tensors.map((t) => `[${t.shape.join(', ')}]`).join(' and ');
}

/** Finds the values of tensors on the heap. */
export interface Addresses {
  /** The address of a float32 tensor of `size` elements. */
  at(tensor: Tensor, size: number): number;
  /**
   * The address of a tensor of `size` elements per member, and how many floats it is from one member to the next:
   * 0 where all share one. Address 0 (none) for undefined.
   */
  perMember(tensor: Tensor | undefined, members: number, size: number): [address: number, step: number];
}

export function addressesOn(heap: Heap): Addresses {
  function at(tensor: Tensor, size: number): number {
    check(tensor.dtype === 'float32' && tensor.size === size, () => `Expected ${size} float32 values, got ${tensor.dtype} of shape ${shapesOf(tensor)}.`);
    return heap.address(tensor);
  }
  return {
    at,
    perMember(tensor, members, size) {
      if (!tensor) return [0, 0];
      const shared = tensor.size === size;
      return [at(tensor, shared ? size : members * size), shared ? 0 : size];
    },
  };
}
