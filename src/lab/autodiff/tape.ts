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
  /** Where it is another value's numbers in another shape. */
  readonly viewOf?: Value;
}

/**
 * A gradient to start from: of the value's shape, or with fewer members, of which `first` (0 by default) is the first.
 */
export type Root = readonly [value: Value, gradient: tf.Tensor, first?: number];

type Backward = (dy: tf.Tensor) => (tf.Tensor | null)[];

interface Node {
  output: Value;
  inputs: readonly Value[];
  backward: Backward;
}

/** A root at a view as one at what is viewed: what else reaches that can be added in one go. */
function seen([value, gradient, first]: Root): Root {
  const { viewOf } = value;
  if (!viewOf) return [value, gradient, first];
  return seen([viewOf, tf.reshape(gradient, [gradient.shape[0], ...viewOf.tensor.shape.slice(1)]), first]);
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

  /** The same numbers in another shape; shapes share memory. */
  reshape<T extends tf.Tensor>(x: Value, shape: number[]): Value<T> {
    const from = x.tensor.shape;
    const value = this.push(tf.reshape(x.tensor, shape) as T, [x], (dy) => [tf.reshape(dy, from)]);
    // Same members, so that a gradient of some of them is one for the other value.
    return shape[0] === from[0] ? Object.assign(value, { viewOf: x }) : value;
  }

  /**
   * Gradients of Σ ⟨root, seed⟩ with respect to `of`.
   * @param roots gradients that are injected at values
   * @returns one tensor per value of `of`; null where no root depends on it
   */
  gradients(roots: readonly Root[], of: readonly Value[]): (tf.Tensor | null)[] {
    const gradients = new Map<Value, tf.Tensor>();
    const accumulate = (value: Value, gradient: tf.Tensor) => {
      const sum = gradients.get(value);
      gradients.set(value, sum ? tf.add(sum, gradient) : gradient);
    };
    const partial = new Map<Value, Root[]>();
    for (const root of roots) {
      const [value, gradient, first] = seen(root);
      if (!value.tracked) continue;
      if (gradient.shape[0] === value.tensor.shape[0]) accumulate(value, gradient);
      else partial.set(value, [...(partial.get(value) ?? []), [value, gradient, first]]);
    }
    /** The gradient of a value to which everything has been added. */
    const complete = (value: Value): tf.Tensor | null => {
      let sum = gradients.get(value) ?? null;
      for (const [, gradient, first] of partial.get(value) ?? []) {
        sum = this.kernels.addToMembers(sum ?? tf.zeros(value.tensor.shape), gradient, first ?? 0);
      }
      return sum;
    };
    for (let i = this.#nodes.length - 1; i >= 0; i--) {
      const { output, inputs, backward } = this.#nodes[i];
      const dy = complete(output);
      if (!dy) continue;
      gradients.delete(output);
      backward(dy).forEach((gradient, j) => {
        if (gradient && inputs[j].tracked) accumulate(inputs[j], gradient);
      });
    }
    return of.map(complete);
  }
}
