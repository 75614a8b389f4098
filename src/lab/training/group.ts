/**
 * A group: members that run the same program on the same stream of inputs. One forward and one backward pass
 * trains all of them; nothing flows between members, so each learns exactly as it would alone.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Measure, OptimiserSpec } from '../../experiment/schema.ts';
import { Tape, type Value } from '../autodiff/tape.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import { alignmentGradient } from '../guidance/alignment.ts';
import type { BatchView } from '../guidance/tokenViews.ts';
import { Model, type ModelOptions } from '../networks/model.ts';
import { ForwardContext, type MaskSource } from '../networks/program.ts';
import { type PlainTensors, readTensors } from '../networks/weights.ts';
import { Optimiser } from './optimiser.ts';

/** Weight of a new batch in the running statistics, as in PyTorch. */
const STATISTICS_MOMENTUM = 0.1;

export interface GroupOptions extends ModelOptions {
  optimiser: OptimiserSpec;
  clipNorm: number | null;
}

/** One aligned pair of a step: the guide's centred Gram matrices for the members' batches. */
export interface AlignInput {
  targetTap: string;
  /** `[E|1, B, B]`; with a view per position `[E·T, B, B]`. */
  guideGram: tf.Tensor3D;
  /** Share of each Gram matrix, where it is not 1 (see `BatchView.shares`). */
  shares?: tf.Tensor1D;
  /** How the tokens of sequences are looked at. */
  view?: BatchView;
  /** Factor on 1 − similarity. */
  weight: number;
  measure: Measure;
}

export interface DistilInput {
  /** Teacher logits `[E|1, B, C]`. */
  logits: tf.Tensor3D;
  temperature: number;
  ceWeight: number;
  kdWeight: number;
  direction: 'forward' | 'reverse';
  /** As in `StepInput`, where only labelled positions are distilled. */
  labels?: tf.Tensor2D;
}

export interface StepInput {
  /** Images `[E|1, B, H, W, C]` or tokens int32 `[E|1, B, T]`. */
  inputs: tf.Tensor;
  /** int32 `[E|1, B·outputs]`, −1 where none is asked for */
  labels: tf.Tensor2D;
  masks?: MaskSource;
  align: readonly AlignInput[];
  distil?: DistilInput;
  learningRate: number;
  /** 0-based. */
  step: number;
}

export class Group {
  readonly model: Model;
  readonly seeds: readonly number[];
  readonly #kernels: Kernels;
  readonly #optimiser: Optimiser;
  readonly #clipNorm: number | null;
  /** `[E]` 1 while a member's loss and gradient are finite; a member that fails once stays frozen. */
  #active: tf.Tensor1D;

  constructor(options: GroupOptions, kernels: Kernels) {
    this.seeds = options.seeds;
    this.#kernels = kernels;
    this.#clipNorm = options.clipNorm;
    this.model = new Model(options, kernels);
    this.#optimiser = new Optimiser(options.optimiser, kernels, this.model.weights);
    this.#active = tf.keep(tf.ones<tf.Rank.R1>([options.seeds.length]));
  }

  /**
   * One training step.
   * @returns `[3, E]` task loss and metric of each member on its batch before the update, and 1 where it was updated, 0
   *   where its loss or gradient is not finite and it is frozen. The caller disposes it.
   */
  step(input: StepInput): tf.Tensor2D {
    return tf.tidy(() => {
      const kernels = this.#kernels;
      const tape = new Tape(kernels, true);
      const parameters = new Map([...this.model.weights.parameters].map(([name, tensor]) => [name, tape.parameter(tensor)]));
      const context = new ForwardContext({
        tape, mode: 'train', masks: input.masks,
        parameter: (name) => parameters.get(name) as Value,
        running: (name) => this.model.weights.running(name),
      });
      const logits = this.model.program.forward(context, tape.constant(input.inputs));
      const { loss, accuracy, dLogits } = kernels.softmaxCrossEntropy(logits.tensor, input.labels);
      const roots: (readonly [Value, tf.Tensor])[] = [[logits, this.#taskGradient(logits.tensor, dLogits, input.distil)]];
      for (const { targetTap, guideGram, shares, view, weight, measure } of input.align) {
        const tap = context.taps.get(targetTap);
        if (!tap) throw new Error(`the target has no layer "${targetTap}"`);
        const examples = view ? view.take(tap.tensor) : tap.tensor;
        const weights = shares ? (tf.mul(shares, weight) as tf.Tensor1D) : weight;
        const gradient = alignmentGradient(kernels, examples, guideGram, weights, measure);
        roots.push([tap, view ? view.spread(gradient, tap.tensor.shape[1]) : gradient]);
      }

      const names = [...parameters.keys()];
      const gradients = new Map<string, tf.Tensor>();
      tape.gradients(roots, [...parameters.values()]).forEach((gradient, i) => {
        if (gradient) gradients.set(names[i], gradient);
      });
      this.#learn(gradients, loss, input.learningRate, input.step + 1);
      for (const [name, { mean, variance, rows }] of context.batchStatistics) {
        this.#average('mean', name, mean);
        // PyTorch keeps the unbiased variance in the running statistics.
        this.#average('variance', name, rows > 1 ? tf.mul(variance, rows / (rows - 1)) : variance);
      }
      return tf.stack([loss, accuracy, this.#active]) as tf.Tensor2D;
    });
  }

  /** `[E]` 1 for members that still learn. */
  get active(): tf.Tensor1D {
    return this.#active;
  }

  /** All state by name: weights, statistics, optimiser, activity. */
  named(): [string, tf.Tensor][] {
    return [...this.model.weights.named(), ...this.#optimiser.named(), ['active', this.#active]];
  }

  async save(): Promise<PlainTensors> {
    return readTensors(this.named());
  }

  /** @throws {Error} when a tensor is missing or has another shape */
  load(tensors: PlainTensors, only: 'all' | 'weights' = 'all'): void {
    for (const [name, current] of only === 'weights' ? this.model.weights.named() : this.named()) {
      const saved = tensors[name];
      if (!saved || saved.shape.join() !== current.shape.join()) throw new Error(`saved weights do not fit: "${name}"`);
      const tensor = tf.tensor(saved.data, saved.shape, 'float32');
      if (name === 'active') this.#setActive(tensor as tf.Tensor1D);
      else if (name.startsWith('optimiser/')) this.#optimiser.restore(name, tensor);
      else this.model.weights.replace(name, tensor);
    }
  }

  dispose(): void {
    this.model.dispose();
    this.#optimiser.dispose();
    this.#active.dispose();
  }

  /** ceWeight·∂CE + kdWeight·T²·∂KL, or ∂CE alone. */
  #taskGradient(logits: tf.Tensor3D, dCrossEntropy: tf.Tensor3D, distil: DistilInput | undefined): tf.Tensor3D {
    if (!distil) return dCrossEntropy;
    const { dLogits } = this.#kernels.distillation(logits, distil.logits, distil);
    return tf.add(tf.mul(dCrossEntropy, distil.ceWeight), tf.mul(dLogits, distil.kdWeight));
  }

  #learn(gradients: ReadonlyMap<string, tf.Tensor>, loss: tf.Tensor1D, learningRate: number, step: number): void {
    const squares = [...gradients.values()].map((gradient) => this.#kernels.sumSquares(gradient));
    // Not addN: on WebGPU it fails for more tensors than a shader has bindings.
    const normSquared = tf.sum(tf.stack(squares), 0) as tf.Tensor1D;
    const finite = tf.isFinite(tf.add(loss, normSquared)) as tf.Tensor1D;
    // Selected, never multiplied: 0 × NaN is NaN.
    const active = tf.where(finite, this.#active, tf.zerosLike(this.#active));
    const scale = this.#clipNorm === null
      ? tf.onesLike(active)
      : (tf.minimum(1, tf.div(this.#clipNorm, tf.add(tf.sqrt(normSquared), 1e-6))) as tf.Tensor1D);
    this.#optimiser.update(this.model.weights, gradients, learningRate, step, scale, active);
    this.#setActive(active);
  }

  #average(which: 'mean' | 'variance', name: string, batch: tf.Tensor2D): void {
    const running = this.model.weights.running(name)[which];
    this.model.weights.replace(`${which}/${name}`, this.#kernels.runningAverage(running, batch, STATISTICS_MOMENTUM, this.#active));
  }

  #setActive(active: tf.Tensor1D): void {
    const old = this.#active;
    this.#active = tf.keep(active);
    old.dispose();
  }
}
