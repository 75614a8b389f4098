/**
 * Activations of a frozen guide on a fixed training set, as tables on the device. Those of an example are computed when it
 * first comes up in a batch, and gathered from the table from then on.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Kernels } from '../backend/kernels/types.ts';
import type { ExampleSource } from '../steps/batches.ts';
import { type Fed, runNow, type StepCall } from '../backend/steps.ts';

export interface CacheOptions {
  /** Size of the training set. */
  examples: number;
  /** Networks of the guide: one for all seeds, or one per seed. */
  instances: number;
  /** Activations `[1, B, F]` of one instance by name, of inputs `[1, B, …]`. Called inside `tf.tidy`. */
  infer(instance: number, inputs: tf.Tensor): [string, tf.Tensor3D][];
  /** Whether `infer` consists of tensor operations only, so that a step that calls it can be recorded. */
  recordable: boolean;
}

export class ActivationCache {
  readonly #options: CacheOptions;
  readonly #kernels: Kernels;
  /** `[instances, N, F]` by name. */
  readonly #tables = new Map<string, tf.Tensor3D>();
  /** Per instance and example: 1 once its activations are in the tables. */
  readonly #filled: readonly Uint8Array[];
  readonly #missing: number[];

  constructor(options: CacheOptions, kernels: Kernels) {
    this.#options = options;
    this.#kernels = kernels;
    this.#filled = Array.from({ length: options.instances }, () => new Uint8Array(options.examples));
    this.#missing = new Array<number>(options.instances).fill(options.examples);
  }

  /** Steps that have to be taken before the activations of these examples can be gathered. @param rows examples of each seed */
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

  /** Activations `[S, B, F]` of examples that were filled in before. @param rows int32 `[S, B]` */
  gather(rows: tf.Tensor2D, name: string): tf.Tensor3D {
    const table = this.#tables.get(name);
    if (!table) throw new Error(`no cached activations of "${name}"`);
    return this.#kernels.gatherRows(table, rows);
  }

  dispose(): void {
    tf.dispose([...this.#tables.values()]);
    this.#tables.clear();
  }

  /** Fill a chunk that is not full with other examples: a GPU would compile its shaders anew for each other size. */
  #chunkOf(examples: readonly number[], filled: Uint8Array, chunk: number): Uint32Array {
    const chosen = new Set(examples);
    // First examples that are still missing; if those run out, ones that were computed before.
    for (const state of [0, 1]) {
      for (let row = 0; row < filled.length && chosen.size < chunk; row++) if (filled[row] === state) chosen.add(row);
    }
    return Uint32Array.from(chosen);
  }

  /** The step that computes these examples. Empty when it was run here and now instead. */
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
    // The first chunk runs at once, because it creates the tables: their widths are only known from its activations.
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
