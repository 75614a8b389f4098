/**
 * Reverse-mode differentiation over tfjs tensors. Small on purpose: every operation states its own gradient (see
 * `ops.ts`), members of a group stay separate along the leading axis, and gradients can be injected at any value
 * (a loss that knows its own gradient needs no node).
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Kernels } from '../backend/kernels/types.ts';

/** A tensor on the tape. */
export interface Value<T extends tf.Tensor = tf.Tensor> {
  readonly tensor: T;
  /** Whether a parameter lies below it; gradients of other values are never formed. */
  readonly tracked: boolean;
}

type Backward = (dy: tf.Tensor) => (tf.Tensor | null)[];

interface Node {
  output: Value;
  inputs: readonly Value[];
  backward: Backward;
}

export class Tape {
  readonly kernels: Kernels;
  readonly #nodes: Node[] = [];
  readonly #recording: boolean;

  /** @param recording false for evaluation: nothing is kept for a backward pass */
  constructor(kernels: Kernels, recording: boolean) {
    this.kernels = kernels;
    this.#recording = recording;
  }

  /** A value without gradient: data, frozen weights. */
  constant<T extends tf.Tensor>(tensor: T): Value<T> {
    return { tensor, tracked: false };
  }

  /** A value whose gradient is wanted. */
  parameter<T extends tf.Tensor>(tensor: T): Value<T> {
    return { tensor, tracked: this.#recording };
  }

  /**
   * Record an operation. `backward` receives the gradient of the output and returns one gradient per input,
   * null for inputs that are not tracked.
   */
  push<T extends tf.Tensor>(tensor: T, inputs: readonly Value[], backward: (dy: T) => (tf.Tensor | null)[]): Value<T> {
    const tracked = this.#recording && inputs.some((input) => input.tracked);
    const output: Value<T> = { tensor, tracked };
    if (tracked) this.#nodes.push({ output, inputs, backward: backward as Backward });
    return output;
  }

  /**
   * Gradients of Σ ⟨root, seed⟩ with respect to `of`.
   * @param roots values with the gradient that is injected at each
   * @returns one tensor per value of `of`; null where no root depends on it
   */
  gradients(roots: readonly (readonly [Value, tf.Tensor])[], of: readonly Value[]): (tf.Tensor | null)[] {
    const gradients = new Map<Value, tf.Tensor>();
    const accumulate = (value: Value, gradient: tf.Tensor) => {
      const sum = gradients.get(value);
      gradients.set(value, sum ? tf.add(sum, gradient) : gradient);
    };
    for (const [value, seed] of roots) if (value.tracked) accumulate(value, seed);
    for (let i = this.#nodes.length - 1; i >= 0; i--) {
      const { output, inputs, backward } = this.#nodes[i];
      const dy = gradients.get(output);
      if (!dy) continue;
      gradients.delete(output);
      backward(dy).forEach((gradient, j) => {
        if (gradient && inputs[j].tracked) accumulate(inputs[j], gradient);
      });
    }
    return of.map((value) => gradients.get(value) ?? null);
  }
}
