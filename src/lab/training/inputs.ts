/** What a step is fed: the batch of every seed and its dropout masks. One order and one mask per seed, shared by all arms. */
import * as tf from '@tensorflow/tfjs-core';
import { dropoutMask } from '../random/dropout.ts';
import type { MaskSource } from '../networks/program.ts';
import type { Split } from '../tasks/index.ts';

/**
 * Inputs of one batch per seed.
 * @param shape of one example: images `[H, W, C]`, sequences `[T]`
 * @returns float32 `[S, B, H, W, C]` or int32 `[S, B, T]`
 */
export function inputTensor(batches: readonly Pick<Split, 'inputs' | 'examples'>[], shape: readonly number[]): tf.Tensor {
  const [{ inputs, examples }] = batches;
  const words = inputs instanceof Int32Array;
  const all = words ? new Int32Array(batches.length * inputs.length) : new Float32Array(batches.length * inputs.length);
  batches.forEach((batch, s) => {
    all.set(batch.inputs, s * inputs.length);
  });
  return tf.tensor(all, [batches.length, examples, ...shape], words ? 'int32' : 'float32');
}

/** Labels of one batch per seed: int32 `[S, B·outputs]`. */
export function labelTensor(batches: readonly Pick<Split, 'labels'>[]): tf.Tensor2D {
  const [{ labels }] = batches;
  const all = new Int32Array(batches.length * labels.length);
  batches.forEach((batch, s) => {
    all.set(batch.labels, s * labels.length);
  });
  return tf.tensor2d(all, [batches.length, labels.length], 'int32');
}

/** Consecutive examples of a split. */
export function sliceSplit(split: Split, from: number, count: number): Split {
  const width = split.inputs.length / split.examples;
  const outputs = split.labels.length / split.examples;
  return {
    examples: count,
    inputs: split.inputs.slice(from * width, (from + count) * width),
    labels: split.labels.slice(from * outputs, (from + count) * outputs),
    ...(split.groups && { groups: split.groups.slice(from * outputs, (from + count) * outputs) }),
  };
}

/** Dropout masks of one step, made once and shared by every group that asks for the same layer. */
export class StepMasks {
  readonly #masks = new Map<string, tf.Tensor3D>();
  readonly #seeds: readonly number[];
  readonly #step: number;
  readonly #batch: number;

  constructor(seeds: readonly number[], step: number, batch: number) {
    this.#seeds = seeds;
    this.#step = step;
    this.#batch = batch;
  }

  readonly source: MaskSource = (layer, features, rate) => {
    const key = `${layer}/${features}/${rate}`;
    let mask = this.#masks.get(key);
    if (!mask) {
      const count = this.#batch * features;
      const values = new Float32Array(this.#seeds.length * count);
      this.#seeds.forEach((seed, s) => {
        values.set(dropoutMask(seed, this.#step, layer, count, rate), s * count);
      });
      mask = tf.keep(tf.tensor3d(values, [this.#seeds.length, this.#batch, features]));
      this.#masks.set(key, mask);
    }
    return mask;
  };

  dispose(): void {
    for (const mask of this.#masks.values()) mask.dispose();
  }
}
