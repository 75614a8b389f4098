/**
 * What a frozen guide sees in a fixed training set, on the device: computed when an example first comes up, gathered
 * afterwards.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Kernels } from '../backend/kernels/types.ts';
import { gatherRows } from '../tasks/rows.ts';
import type { Split } from '../tasks/index.ts';

/** Activations `[1, B, F]` of one instance by name. Called inside `tf.tidy`. */
type Infer = (instance: number, batch: Split) => [string, tf.Tensor3D][];

export class ActivationCache {
  readonly #train: Split;
  readonly #infer: Infer;
  readonly #kernels: Kernels;
  /** `[instances, N, F]` by name. */
  readonly #tables = new Map<string, tf.Tensor3D>();
  /** Per instance, which examples are there. */
  readonly #filled: readonly Uint8Array[];
  readonly #missing: number[];

  /** @param instances networks of the guide: one for all seeds, or one per seed */
  constructor(train: Split, instances: number, kernels: Kernels, infer: Infer) {
    this.#train = train;
    this.#infer = infer;
    this.#kernels = kernels;
    this.#filled = Array.from({ length: instances }, () => new Uint8Array(train.examples));
    this.#missing = new Array<number>(instances).fill(train.examples);
  }

  /** Compute what is not there yet. @param rows examples of each seed */
  fill(rows: readonly Uint32Array[]): void {
    const chunk = rows[0].length;
    this.#filled.forEach((filled, instance) => {
      if (this.#missing[instance] === 0) return;
      const wanted = this.#filled.length === 1 ? rows : [rows[instance]];
      const missing = [...new Set(wanted.flatMap((own) => [...own].filter((row) => !filled[row])))];
      for (let from = 0; from < missing.length; from += chunk) this.#compute(instance, this.#chunkOf(missing.slice(from, from + chunk), filled, chunk));
    });
  }

  /** `[S, B, F]` of examples that are there. @param rows int32 `[S, B]` */
  gather(rows: tf.Tensor2D, name: string): tf.Tensor3D {
    const table = this.#tables.get(name);
    if (!table) throw new Error(`no cached activations of "${name}"`);
    return this.#kernels.gatherRows(table, rows);
  }

  dispose(): void {
    tf.dispose([...this.#tables.values()]);
    this.#tables.clear();
  }

  /** The examples and others, as many as a chunk has: a GPU compiles for every other number anew. */
  #chunkOf(examples: readonly number[], filled: Uint8Array, chunk: number): Uint32Array {
    const chosen = new Set(examples);
    // Those that will be needed, then, at the very end, any.
    for (const state of [0, 1]) {
      for (let row = 0; row < filled.length && chosen.size < chunk; row++) if (filled[row] === state) chosen.add(row);
    }
    return Uint32Array.from(chosen);
  }

  #compute(instance: number, examples: Uint32Array): void {
    const filled = this.#filled[instance];
    tf.tidy(() => {
      const rows = tf.tensor1d(Int32Array.from(examples), 'int32');
      for (const [name, values] of this.#infer(instance, gatherRows(this.#train, examples))) {
        const features = values.shape[2];
        const table = this.#tables.get(name) ?? tf.keep(tf.fill<tf.Rank.R3>([this.#filled.length, filled.length, features], 0));
        const next = this.#kernels.scatterRows(table, rows, tf.reshape(values, [examples.length, features]), instance);
        if (next !== table) table.dispose();
        this.#tables.set(name, tf.keep(next));
      }
    });
    for (const row of examples) {
      this.#missing[instance] -= 1 - filled[row];
      filled[row] = 1;
    }
  }
}
