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
  /** Whether it depends on a parameter. Gradients are computed for tracked values only. */
  readonly tracked: boolean;
  /** The value that this one is a reshape of, where it is one. */
  readonly reshapeOf?: Value;
}

/**
 * Where the backward pass starts: a value and the gradient of the loss with respect to it. The gradient may cover some
 * consecutive members only; `first` is then the index of the first of them (0 by default).
 */
export type Root = readonly [value: Value, gradient: tf.Tensor, first?: number];

type Backward = (dy: tf.Tensor) => (tf.Tensor | null)[];

interface Node {
  output: Value;
  inputs: readonly Value[];
  backward: Backward;
}

/**
 * Move a root from a reshaped value to the value that was reshaped, by reshaping its gradient. The gradient is then added
 * to whatever else reaches that value, with no node of the tape in between.
 */
function beforeReshape([value, gradient, first]: Root): Root {
  const { reshapeOf } = value;
  if (!reshapeOf) return [value, gradient, first];
  return beforeReshape([reshapeOf, tf.reshape(gradient, [gradient.shape[0], ...reshapeOf.tensor.shape.slice(1)]), first]);
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

  /** A value that needs no gradient, such as data and frozen weights. */
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

  /** The same numbers in another shape. Both tensors share their memory. */
  reshape<T extends tf.Tensor>(x: Value, shape: number[]): Value<T> {
    const from = x.tensor.shape;
    const value = this.push(tf.reshape(x.tensor, shape) as T, [x], (dy) => [tf.reshape(dy, from)]);
    // Only where the member axis is kept: a gradient of some members is then one of the same members before the reshape.
    return shape[0] === from[0] ? Object.assign(value, { reshapeOf: x }) : value;
  }

  /**
   * The backward pass: gradients of the loss with respect to `of`.
   * @param roots gradients of the loss that are injected at values
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
      const [value, gradient, first] = beforeReshape(root);
      if (!value.tracked) continue;
      if (gradient.shape[0] === value.tensor.shape[0]) accumulate(value, gradient);
      else partial.set(value, [...(partial.get(value) ?? []), [value, gradient, first]]);
    }
    /** The whole gradient of a value. Called once nothing more will be added to it. */
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
