/**
 * A network as a program: what parameters it has and how values flow through it. Weights live outside
 * (`weights.ts`), stacked over members, so that one program runs all members of a group at once.
 */
import type * as tf from '@tensorflow/tfjs-core';
import * as ops from '../autodiff/ops.ts';
import * as sequence from '../autodiff/sequenceOps.ts';
import type { Tape, Value } from '../autodiff/tape.ts';
import type { ConvOptions, DenseInput } from '../backend/kernels/types.ts';
import type { Stream } from '../random/stream.ts';

export interface ParameterSpec {
  name: string;
  /** Shape of one member, without the member axis. */
  shape: number[];
  /** Fill one member's values. */
  init(stream: Stream, count: number): Float32Array;
}

/** Running mean and variance of one batch normalisation. */
export interface StatisticSpec {
  name: string;
  features: number;
}

export interface NetworkProgram {
  parameters: ParameterSpec[];
  statistics: StatisticSpec[];
  /**
   * Images `[E|1, B, H, W, C]` → logits `[E, B, classes]`; tokens int32 `[E|1, B, T]` → `[E, B·outputs, classes]`,
   * example by example.
   */
  forward(context: ForwardContext, inputs: Value): Value<tf.Tensor3D>;
}

/** Batch-norm epsilon, as in PyTorch. */
export const BATCH_NORM_EPSILON = 1e-5;

export interface BatchStatistics {
  mean: tf.Tensor2D;
  /** Biased batch variance. */
  variance: tf.Tensor2D;
  /** Rows that it was taken over. */
  rows: number;
}

/** Gives the dropout mask `[E, B, F]` of a numbered layer, or undefined for none. */
export type MaskSource = (layer: number, features: number, rate: number) => tf.Tensor3D | undefined;

/** One forward pass: where parameters come from, and what is collected on the way. */
export class ForwardContext {
  readonly tape: Tape;
  /** 'train': batch statistics and masks; 'eval': running statistics, no masks. */
  readonly mode: 'train' | 'eval';
  readonly #parameter: (name: string) => Value;
  readonly #running: (name: string) => { mean: tf.Tensor2D; variance: tf.Tensor2D };
  readonly #masks: MaskSource | undefined;
  readonly batchStatistics = new Map<string, BatchStatistics>();
  /** Activations by tap name, `[E, B, features]`; of sequences `[E, B, T·F]`. */
  readonly taps = new Map<string, Value<tf.Tensor3D>>();

  constructor(options: {
    tape: Tape;
    mode: 'train' | 'eval';
    parameter: (name: string) => Value;
    running: (name: string) => { mean: tf.Tensor2D; variance: tf.Tensor2D };
    masks?: MaskSource;
  }) {
    this.tape = options.tape;
    this.mode = options.mode;
    this.#parameter = options.parameter;
    this.#running = options.running;
    this.#masks = options.masks;
  }

  parameter<T extends tf.Tensor>(name: string): Value<T> {
    return this.#parameter(name) as Value<T>;
  }

  /** Let an activation be read; anything behind the member and batch axes is flattened. */
  tap(name: string, value: Value): void {
    const [e, b] = value.tensor.shape;
    this.taps.set(
      name,
      value.tensor.rank === 3 ? (value as Value<tf.Tensor3D>) : ops.reshape<tf.Tensor3D>(this.tape, value, [e, b, value.tensor.size / (e * b)]),
    );
  }

  mask(layer: number, features: number, rate: number): tf.Tensor3D | undefined {
    return this.mode === 'train' && rate > 0 ? this.#masks?.(layer, features, rate) : undefined;
  }

  /** A dense layer over the last axis, with what it does to its input first. */
  dense<T extends tf.Tensor>(name: string, x: Value<T>, input: DenseInput = {}): Value<T> {
    return ops.dense(this.tape, x, this.parameter(`${name}.weight`), this.parameter(`${name}.bias`), input);
  }

  conv(name: string, x: Value<tf.Tensor5D>, options: ConvOptions & { bias: boolean }): Value<tf.Tensor5D> {
    return ops.conv2d(this.tape, x, this.parameter(`${name}.weight`), options, options.bias ? this.parameter(`${name}.bias`) : undefined);
  }

  /** Batch normalisation of `[E, rows, features]`, then ReLU and mask. */
  batchNorm(name: string, x: Value<tf.Tensor3D>, options: { relu: boolean; mask?: tf.Tensor3D }): Value<tf.Tensor3D> {
    const gamma = this.parameter<tf.Tensor2D>(`${name}.gamma`);
    const beta = this.parameter<tf.Tensor2D>(`${name}.beta`);
    if (this.mode === 'train') {
      const { value, mean, variance } = ops.batchNorm(this.tape, x, gamma, beta, { epsilon: BATCH_NORM_EPSILON, ...options });
      this.batchStatistics.set(name, { mean, variance, rows: x.tensor.shape[1] });
      return value;
    }
    const { mean, variance } = this.#running(name);
    return this.tape.constant(
      this.tape.kernels.batchNormInference(x.tensor, gamma.tensor, beta.tensor, mean, variance, { epsilon: BATCH_NORM_EPSILON, relu: options.relu }),
    );
  }

  /** Layer normalisation over the last axis. */
  layerNorm<T extends tf.Tensor>(name: string, x: Value<T>): Value<T> {
    return sequence.layerNorm(this.tape, x, this.parameter(`${name}.gamma`), this.parameter(`${name}.beta`));
  }

  /** Batch normalisation of images `[E, B, H, W, C]`: statistics per channel over examples and positions. */
  batchNormImages(name: string, x: Value<tf.Tensor5D>, options: { relu: boolean }): Value<tf.Tensor5D> {
    const [e, b, h, w, c] = x.tensor.shape;
    const rows = this.batchNorm(name, ops.reshape<tf.Tensor3D>(this.tape, x, [e, b * h * w, c]), options);
    return ops.reshape<tf.Tensor5D>(this.tape, rows, [e, b, h, w, c]);
  }
}
