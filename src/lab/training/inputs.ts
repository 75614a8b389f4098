/** What a step is fed: the batch of every seed and its dropout masks. One order and one mask per seed, shared by all arms. */
import * as tf from '@tensorflow/tfjs-core';
import { dropoutMask } from '../random/dropout.ts';
import type { MaskSource } from '../networks/program.ts';
import type { Split } from '../tasks/index.ts';

/** Images of the given rows: `[S, B, H, W, C]` and labels int32 `[S, B]`. */
export function gatherBatch(
  split: Split, shape: readonly [number, number, number], indices: readonly Uint32Array[],
): { images: tf.Tensor5D; labels: tf.Tensor2D } {
  const size = shape[0] * shape[1] * shape[2];
  const batch = indices[0].length;
  const images = new Float32Array(indices.length * batch * size);
  const labels = new Int32Array(indices.length * batch);
  indices.forEach((rows, s) => {
    rows.forEach((row, b) => {
      images.set(split.images.subarray(row * size, (row + 1) * size), (s * batch + b) * size);
      labels[s * batch + b] = split.labels[row];
    });
  });
  return {
    images: tf.tensor5d(images, [indices.length, batch, ...shape], 'float32'),
    labels: tf.tensor2d(labels, [indices.length, batch], 'int32'),
  };
}

/** Consecutive rows as `[1, B, H, W, C]`, shared by all members. */
export function sliceImages(split: Split, shape: readonly [number, number, number], from: number, count: number): tf.Tensor5D {
  const size = shape[0] * shape[1] * shape[2];
  return tf.tensor5d(split.images.slice(from * size, (from + count) * size), [1, count, ...shape], 'float32');
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
