/**
 * What a frozen guide sees in a fixed training set, on the device: computed when an example first comes up, gathered
 * afterwards.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Kernels } from '../backend/kernels/types.ts';
import type { ExampleSource } from '../steps/batches.ts';
import { type Fed, runNow, type StepCall } from '../backend/steps.ts';

export interface CacheOptions {
  /** Of the training set. */
  examples: number;
  /** Networks of the guide: one for all seeds, or one per seed. */
  instances: number;
  /** Activations `[1, B, F]` of one instance by name, of inputs `[1, B, …]`. Called inside `tf.tidy`. */
  infer(instance: number, inputs: tf.Tensor): [string, tf.Tensor3D][];
  /** Whether that may be recorded. */
  recordable: boolean;
}

export class ActivationCache {
  readonly #options: CacheOptions;
  readonly #kernels: Kernels;
  /** `[instances, N, F]` by name. */
  readonly #tables = new Map<string, tf.Tensor3D>();
  /** Per instance, which examples are there. */
  readonly #filled: readonly Uint8Array[];
  readonly #missing: number[];

  constructor(options: CacheOptions, kernels: Kernels) {
    this.#options = options;
    this.#kernels = kernels;
    this.#filled = Array.from({ length: options.instances }, () => new Uint8Array(options.examples));
    this.#missing = new Array<number>(options.instances).fill(options.examples);
  }

  /** Steps to be taken before these examples can be gathered. @param rows examples of each seed */
  fill(rows: readonly Uint32Array[], source: ExampleSource): StepCall[] {
    const chunk = rows[0].length;
    return this.#filled.flatMap((filled, instance) => {
      if (this.#missing[instance] === 0) return [];
      const wanted = this.#filled.length === 1 ? rows : [rows[instance]];
      const missing = [...new Set(wanted.flatMap((own) => [...own].filter((row) => !filled[row])))];
      return Array.from({ length: Math.ceil(missing.length / chunk) }, (_, i) =>
        this.#compute(instance, this.#chunkOf(missing.slice(i * chunk, (i + 1) * chunk), filled, chunk), source),
      ).flat();
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

  /** A step that computes some examples, unless that has already been done. */
  #compute(instance: number, examples: Uint32Array, source: ExampleSource): StepCall[] {
    const filled = this.#filled[instance];
    for (const row of examples) {
      this.#missing[instance] -= 1 - filled[row];
      filled[row] = 1;
    }
    const call: StepCall = {
      kind: `instance ${instance}`,
      feeds: source.feedsOf(examples),
      program: (fed) => {
        this.#put(instance, fed, source);
        return null;
      },
    };
    // The tables are made with the first examples: how wide they are shows then.
    if (this.#options.recordable && this.#tables.size > 0) return [call];
    runNow(call.feeds, call.program);
    return [];
  }

  #put(instance: number, fed: Fed, source: ExampleSource): void {
    const { instances, examples, infer } = this.#options;
    const rows = tf.reshape(fed.rows, [-1]) as tf.Tensor1D;
    for (const [name, values] of infer(instance, source.inputs(fed))) {
      const [, count, features] = values.shape;
      const table = this.#tables.get(name) ?? tf.keep(tf.fill<tf.Rank.R3>([instances, examples, features], 0));
      const next = this.#kernels.scatterRows(table, rows, tf.reshape(values, [count, features]), instance);
      if (next !== table) table.dispose();
      this.#tables.set(name, tf.keep(next));
    }
  }
}
