/** What a frozen guide sees in a fixed training set: computed when an example first comes up, gathered afterwards. */
import * as tf from '@tensorflow/tfjs-core';
import { gatherRows } from '../tasks/rows.ts';
import type { Split } from '../tasks/index.ts';

/** Activations `[1, B, F]` of one instance by name. Called inside `tf.tidy`. */
type Infer = (instance: number, batch: Split) => [string, tf.Tensor3D][];

export class ActivationCache {
  readonly #train: Split;
  readonly #infer: Infer;
  /** Per instance: rows by name, and which examples are filled. */
  readonly #instances: { rows: Map<string, Float32Array>; filled: Uint8Array }[];

  /** @param instances networks of the guide: one for all seeds, or one per seed */
  constructor(train: Split, instances: number, infer: Infer) {
    this.#train = train;
    this.#infer = infer;
    this.#instances = Array.from({ length: instances }, () => ({ rows: new Map(), filled: new Uint8Array(train.examples) }));
  }

  /** Compute what is not there yet. @param indices examples of each seed */
  async fill(indices: readonly Uint32Array[]): Promise<void> {
    for (let s = 0; s < indices.length; s++) {
      const instance = this.#instances.length === 1 ? 0 : s;
      const cache = this.#instances[instance];
      const missing = indices[s].filter((row) => !cache.filled[row]);
      if (missing.length === 0) continue;
      const tensors = tf.tidy(() => Object.fromEntries(this.#infer(instance, gatherRows(this.#train, missing))));
      for (const [name, tensor] of Object.entries(tensors)) {
        const features = tensor.shape[2];
        const values = await tensor.data<'float32'>();
        tensor.dispose();
        let rows = cache.rows.get(name);
        if (!rows) {
          rows = new Float32Array(this.#train.examples * features);
          cache.rows.set(name, rows);
        }
        for (let i = 0; i < missing.length; i++) {
          rows.set(values.subarray(i * features, (i + 1) * features), missing[i] * features);
        }
      }
      for (const row of missing) cache.filled[row] = 1;
    }
  }

  /** `[S, B, F]` by name, of examples that are there. */
  gather(indices: readonly Uint32Array[], names: readonly string[]): Map<string, tf.Tensor3D> {
    const batch = indices[0].length;
    return new Map(names.map((name) => {
      const features = this.#rows(0, name).length / this.#train.examples;
      const values = new Float32Array(indices.length * batch * features);
      indices.forEach((rows, s) => {
        const source = this.#rows(this.#instances.length === 1 ? 0 : s, name);
        rows.forEach((row, b) => {
          values.set(source.subarray(row * features, (row + 1) * features), (s * batch + b) * features);
        });
      });
      return [name, tf.tensor3d(values, [indices.length, batch, features])];
    }));
  }

  #rows(instance: number, name: string): Float32Array {
    const rows = this.#instances[instance].rows.get(name);
    if (!rows) throw new Error(`no cached activations of "${name}"`);
    return rows;
  }
}
