/** What a step is fed: batches and dropout masks. There is one of each per seed, and all arms share it. */
import * as tf from '@tensorflow/tfjs-core';
import type { Kernels } from '../backend/kernels/types.ts';
import { dropoutMask } from '../random/dropout.ts';
import type { MaskSource } from '../networks/program.ts';
import type { Split } from '../tasks/index.ts';

/** A feed by values (see `Feed`). */
export interface Values {
  shape: number[];
  values: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
}

/**
 * Inputs of one batch per seed.
 * @param shape of one example: images `[H, W, C]`, sequences `[T]`
 * @returns float32 `[S, B, H, W, C]` or int32 `[S, B, T]`
 */
export function inputValues(batches: readonly Pick<Split, 'inputs' | 'examples'>[], shape: readonly number[]): Values {
  const [{ inputs, examples }] = batches;
  const size = batches.length * inputs.length;
  const values = inputs instanceof Int32Array ? new Int32Array(size) : new Float32Array(size);
  batches.forEach((batch, s) => {
    values.set(batch.inputs, s * inputs.length);
  });
  return { values, shape: [batches.length, examples, ...shape] };
}

/** Labels of one batch per seed: int32 `[S, B·outputs]`. */
export function labelValues(batches: readonly Pick<Split, 'labels'>[]): Values {
  const [{ labels }] = batches;
  const values = new Int32Array(batches.length * labels.length);
  batches.forEach((batch, s) => {
    values.set(batch.labels, s * labels.length);
  });
  return { values, shape: [batches.length, labels.length] };
}

const tensorOf = ({ values, shape }: Values) => tf.tensor(values, shape, values instanceof Int32Array ? 'int32' : 'float32');

/** `inputValues` as a tensor. */
export const inputTensor = (batches: readonly Pick<Split, 'inputs' | 'examples'>[], shape: readonly number[]): tf.Tensor =>
  tensorOf(inputValues(batches, shape));

/** `labelValues` as a tensor. */
export const labelTensor = (batches: readonly Pick<Split, 'labels'>[]): tf.Tensor2D => tensorOf(labelValues(batches)) as tf.Tensor2D;

/** Consecutive examples of a split; shares its arrays. */
export function sliceSplit(split: Split, from: number, count: number): Split {
  const width = split.inputs.length / split.examples;
  const outputs = split.labels.length / split.examples;
  return {
    examples: count,
    inputs: split.inputs.subarray(from * width, (from + count) * width),
    labels: split.labels.subarray(from * outputs, (from + count) * outputs),
    ...(split.groups && { groups: split.groups.subarray(from * outputs, (from + count) * outputs) }),
  };
}

/** Where the masks of a step come from on the device: the seeds, followed by the step, int32 `[S + 1]`. */
export const maskOrigin = (seeds: readonly number[], step: number): Values => ({ values: Int32Array.from([...seeds, step]), shape: [seeds.length + 1] });

/** Dropout masks of one step, `[S or members, B, F]`, made once per layer. */
export class StepMasks {
  readonly #masks = new Map<string, tf.Tensor3D>();
  readonly #seeds: readonly number[];
  readonly #step: number;
  readonly #batch: number;
  readonly #onDevice: ((layer: number, features: number, rate: number) => tf.Tensor3D) | undefined;

  /**
   * @param device makes the masks on the device, if its kernels can: the same bits, computed from `origin` (see
   *   `maskOrigin`), and repeated for this many members
   */
  constructor(seeds: readonly number[], step: number, batch: number, device?: { kernels: Kernels; origin: tf.Tensor; members: number }) {
    this.#seeds = seeds;
    this.#step = step;
    this.#batch = batch;
    const make = device?.kernels.dropoutMask;
    if (make) this.#onDevice = (layer, features, rate) => make(device.origin as tf.Tensor1D, layer, [device.members, batch, features], rate);
  }

  readonly source: MaskSource = (layer, features, rate) => {
    const key = `${layer}/${features}/${rate}`;
    let mask = this.#masks.get(key);
    if (!mask) {
      mask = tf.keep(this.#onDevice?.(layer, features, rate) ?? this.#fromNumbers(layer, features, rate));
      this.#masks.set(key, mask);
    }
    return mask;
  };

  dispose(): void {
    for (const mask of this.#masks.values()) mask.dispose();
  }

  #fromNumbers(layer: number, features: number, rate: number): tf.Tensor3D {
    const count = this.#batch * features;
    const values = new Float32Array(this.#seeds.length * count);
    this.#seeds.forEach((seed, s) => {
      values.set(dropoutMask(seed, this.#step, layer, count, rate), s * count);
    });
    return tf.tensor3d(values, [this.#seeds.length, this.#batch, features]);
  }
}
