/**
 * Where the batches of steps come from. A fixed training set is kept on the device, and a step is fed the indices of its
 * examples. If examples are drawn or augmented anew for each step, or the set is too large for the device, the step is fed
 * the examples themselves.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Kernels } from '../backend/kernels/types.ts';
import type { Split, Task } from '../tasks/index.ts';
import { takeExamples } from '../tasks/shared/rows.ts';
import { inputValues, labelValues } from './inputs.ts';
import type { Fed, Feed } from '../backend/steps.ts';

/** Bytes. A larger training set is not kept on the device. */
const LARGEST_RESIDENT = 256 * 2 ** 20;

/** Gives a step program the inputs of some examples of the training set, wherever they are kept. */
export interface ExampleSource {
  /** What to feed the step for these examples. */
  feedsOf(rows: Uint32Array): Record<string, Feed>;
  /** Their inputs `[1, B, …]`; called inside the step program with what it was fed. */
  inputs(fed: Fed): tf.Tensor;
}

/** The batches of all seeds at one step. */
export interface StepBatch {
  /** 0-based. */
  step: number;
  batchSize: number;
  feeds: Record<string, Feed>;
  /** Indices into the training set, one list per seed; null if examples are drawn or augmented for the step. */
  rows: readonly Uint32Array[] | null;
  /** One batch per seed. Made on demand, because with the training set on the device mostly nobody asks. */
  drawn(): readonly Split[];
}

export interface BatchOptions {
  task: Task;
  seeds: readonly number[];
  batchSize: number;
  /** False: the training set is not kept on the device, whatever its size. */
  resident?: boolean;
  /** Name of the random stream, for tasks that draw new examples at every step. */
  stream?: string;
}

export class Batches implements ExampleSource {
  readonly #options: BatchOptions;
  readonly #kernels: Kernels;
  /** The training set `[1, N, values]` on the device; null if it is not kept there. */
  readonly #resident: { inputs: tf.Tensor3D; labels: tf.Tensor3D } | null;

  constructor(options: BatchOptions, kernels: Kernels) {
    this.#options = options;
    this.#kernels = kernels;
    const { task, seeds, batchSize, resident: mayStay = true } = options;
    const largest = Math.min(kernels.largestTable ?? LARGEST_RESIDENT, LARGEST_RESIDENT);
    const stays = mayStay && task.train && task.train.inputs.byteLength <= largest && task.rows(seeds[0], 0, batchSize);
    this.#resident = stays && task.train ? resident(task.train) : null;
  }

  at(step: number): StepBatch {
    const { task, seeds, batchSize, stream } = this.#options;
    const ofSeeds = seeds.map((seed) => task.rows(seed, step, batchSize));
    const rows = ofSeeds[0] ? (ofSeeds as Uint32Array[]) : null;
    let batches: Split[] | undefined;
    const drawn = () => {
      batches ??= seeds.map((seed) => task.batch(seed, step, batchSize, stream));
      return batches;
    };
    return {
      step,
      batchSize,
      drawn,
      rows,
      feeds: {
        ...(rows && { rows: rowValues(rows) }),
        ...(!this.#resident && { inputs: inputValues(drawn(), task.shape.input), labels: labelValues(drawn()) }),
      },
    };
  }

  feedsOf(rows: Uint32Array): Record<string, Feed> {
    const { train, shape } = this.#options.task;
    if (!train) throw new Error('there is no training set');
    return { rows: rowValues([rows]), ...(!this.#resident && { inputs: inputValues([takeExamples(train, rows)], shape.input) }) };
  }

  /**
   * Inputs of the step; called inside its program.
   * @param members repeat the batches of the seeds for this many members, if that is free of cost
   * @returns images `[S or members, B, H, W, C]` or tokens int32 `[S or members, B, T]`
   */
  inputs(fed: Fed, members?: number): tf.Tensor {
    if (!this.#resident) return fed.inputs;
    const rows = this.#kernels.gatherRows(this.#resident.inputs, fed.rows as tf.Tensor2D, members);
    return tf.reshape(rows, [rows.shape[0], rows.shape[1], ...this.#options.task.shape.input]);
  }

  /** Labels of the step, int32 `[S or members, B·outputs]`; see `inputs`. */
  labels(fed: Fed, members?: number): tf.Tensor2D {
    if (!this.#resident) return fed.labels as tf.Tensor2D;
    const rows = this.#kernels.gatherRows(this.#resident.labels, fed.rows as tf.Tensor2D, members);
    return tf.reshape(rows, [rows.shape[0], -1]);
  }

  dispose(): void {
    if (this.#resident) tf.dispose([this.#resident.inputs, this.#resident.labels]);
  }
}

function rowValues(rows: readonly Uint32Array[]): Feed {
  const values = new Int32Array(rows.length * rows[0].length);
  rows.forEach((own, s) => {
    values.set(own, s * own.length);
  });
  return { values, shape: [rows.length, rows[0].length] };
}

function resident({ inputs, labels, examples }: Split): { inputs: tf.Tensor3D; labels: tf.Tensor3D } {
  const table = (values: Float32Array | Int32Array): tf.Tensor3D =>
    tf.keep(tf.tensor3d(values, [1, examples, values.length / examples], values instanceof Int32Array ? 'int32' : 'float32'));
  return { inputs: table(inputs), labels: table(Int32Array.from(labels)) };
}
