/**
 * A group: members that run the same program on the same stream of inputs. One forward and one backward pass
 * trains all of them; nothing flows between members, so each learns exactly as it would alone.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { OptimiserSpec } from '../../experiment/schema/schema.ts';
import { type Root, Tape, type Value } from '../autodiff/tape.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import { Model, type ModelOptions } from '../networks/model.ts';
import { type BatchStatistics, ForwardContext, type MaskSource } from '../networks/program.ts';
import { type PlainTensors, readTensors } from '../networks/weights.ts';
import { Optimiser } from './optimiser.ts';
import { type ActivationInput, activationRoots } from './activationTerms.ts';
import { type ArmMaps, GroupMaps, type MapGradients } from './groupMaps.ts';
import { type TaskInput, taskGradient } from './logitTerms.ts';
import { type AlignInput, alignmentRoots } from './terms.ts';
import type { Values } from '../steps/inputs.ts';
import { packStep } from '../steps/pack.ts';

/** Weight of a new batch in the running statistics, as in PyTorch. */
const STATISTICS_MOMENTUM = 0.1;

export interface GroupOptions extends ModelOptions {
  optimiser: OptimiserSpec;
  clipNorm: number | null;
  /** Of arms whose alignments train maps along; absent: none. */
  maps?: readonly ArmMaps[];
}

/** Rows of `StepInput.scalars` that the optimiser takes; behind them is one for each weight that moves. */
export const OPTIMISER_ROWS = 3;

/**
 * All that a step reads besides the group's own state. Shapes and the list of terms are the same from step to step,
 * except where a term begins or ends; what changes are the values of these tensors. So a step can be recorded once
 * and replayed with other values.
 */
export interface StepInput extends TaskInput, ActivationInput {
  /** Images `[S, B, H, W, C]` or tokens int32 `[S, B, T]`. S divides E: member e learns from batch e mod S. */
  inputs: tf.Tensor;
  /** int32 `[S, B·outputs]`, −1 where none is asked for; null: the step has no task loss, and nothing reaches the head. */
  labels: tf.Tensor2D | null;
  /** Masks `[S, B, F]`. */
  masks?: MaskSource;
  align: readonly AlignInput[];
  /** In this step; absent: the group's. Of the same kind: its state goes on. */
  optimiser?: OptimiserSpec;
  /** `[rows, E]`, see `Group.scalars`: all numbers that change from step to step. */
  scalars: tf.Tensor2D;
}

export class Group {
  readonly model: Model;
  readonly maps: GroupMaps;
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
    this.maps = new GroupMaps(options.maps ?? [], options.seeds, options.optimiser, kernels);
    this.#active = tf.keep(tf.ones<tf.Rank.R1>([options.seeds.length]));
  }

  /**
   * The numbers of one step.
   * @param step 0-based
   * @param learningRates of each member
   * @param weights rows of weights, of each member
   * @param optimiser see `StepInput`
   * @returns what to feed as `StepInput.scalars`
   */
  scalars(step: number, learningRates: readonly number[], weights: readonly (readonly number[])[] = [], optimiser?: OptimiserSpec): Values {
    const members = this.seeds.length;
    const values = new Float32Array((OPTIMISER_ROWS + weights.length) * members);
    learningRates.forEach((learningRate, e) => {
      this.#optimiser.factors(learningRate, step, optimiser).forEach((factor, row) => {
        values[row * members + e] = factor;
      });
    });
    weights.forEach((row, r) => values.set(row, (OPTIMISER_ROWS + r) * members));
    return { values, shape: [OPTIMISER_ROWS + weights.length, members] };
  }

  /**
   * One training step. It changes nothing but the group's tensors, and on a backend that updates in place those stay
   * the same tensors.
   * @returns `[parts, E]`, for `unpackStep`: each member's task loss and accuracy on its batch before the update, 1 where it
   *   was updated and 0 where its loss or gradient is not finite and it is frozen, and its alignment loss (0 without terms).
   *   Without labels task loss and accuracy are 0. The caller disposes it.
   */
  step(input: StepInput): tf.Tensor2D {
    return tf.tidy(() => {
      const kernels = this.#kernels;
      const tape = new Tape(kernels, true);
      const parameters = new Map([...this.model.weights.parameters].map(([name, tensor]) => [name, tape.parameter(tensor)]));
      const context = new ForwardContext({
        tape,
        mode: 'train',
        masks: input.masks && ((...layer) => this.#forMembers(input.masks?.(...layer))),
        parameter: (name) => parameters.get(name) as Value,
        running: (name) => this.model.weights.running(name),
      });
      const logits = this.model.program.forward(context, tape.constant(this.#forMembers(input.inputs)));
      const none = tf.zeros<tf.Rank.R1>([this.seeds.length]);
      const roots: Root[] = [];
      let [loss, accuracy, alignment] = [none, none, none];
      let maps: MapGradients = new Map();
      if (input.labels) {
        const labels = this.#forMembers(input.labels);
        const task = kernels.softmaxCrossEntropy(logits.tensor, labels);
        roots.push([logits, taskGradient(kernels, logits.tensor, labels, task.dLogits, input)]);
        ({ loss, accuracy } = task);
      }
      if (input.align.length > 0) {
        const aligned = alignmentRoots(kernels, context.taps, input.align, input.scalars, this.maps);
        roots.push(...aligned.roots);
        alignment = aligned.loss;
        maps = aligned.maps;
      }
      roots.push(...activationRoots(kernels, context.taps, input, input.scalars));

      const names = [...parameters.keys()];
      const gradients = new Map<string, tf.Tensor>();
      tape.gradients(roots, [...parameters.values()]).forEach((gradient, i) => {
        if (gradient) gradients.set(names[i], gradient);
      });
      const squares = gradients.size > 0 ? kernels.sumSquares([...gradients.values()]) : none;
      const { active, scale } = kernels.control(this.#active, input.labels ? loss : alignment, squares, this.#clipNorm);
      this.#optimiser.update(this.model.weights, gradients, { scale, active, factors: input.scalars }, input.optimiser);
      this.maps.update(maps, active, input.scalars, input.optimiser);
      this.#setActive(active);
      this.#average(context.batchStatistics);
      return packStep({ loss, accuracy, active, alignment });
    });
  }

  /** Let the optimiser begin anew; weights and running statistics stay. */
  forgetMoments(): void {
    this.#optimiser.reset();
    this.maps.reset();
  }

  /** `[E]` 1 for members that still learn. */
  get active(): tf.Tensor1D {
    return this.#active;
  }

  /** All state by name that every member has: weights, statistics, optimiser, activity. What only some have: `maps`. */
  named(): [string, { shape: number[] }][] {
    return [...this.model.weights.named(), ...this.#optimiser.named(), ['active', this.#active]];
  }

  async save(): Promise<PlainTensors> {
    return { ...(await readTensors([...this.model.weights.named(), ['active', this.#active]])), ...(await this.#optimiser.save()) };
  }

  /** @throws {Error} when a tensor is missing or has another shape */
  load(tensors: PlainTensors, only: 'all' | 'weights' = 'all'): void {
    for (const [name, { shape }] of only === 'weights' ? this.model.weights.named() : this.named()) {
      const saved = tensors[name];
      const size = shape.reduce((a, b) => a * b, 1);
      if (!saved || saved.shape.join() !== shape.join() || saved.data.length !== size) throw new Error(`saved weights do not fit: "${name}"`);
    }
    for (const [name] of this.model.weights.named()) this.model.weights.replace(name, tf.tensor(tensors[name].data, tensors[name].shape, 'float32'));
    if (only === 'weights') return;
    this.#optimiser.load(tensors);
    this.#setActive(tf.tensor1d(tensors.active.data));
  }

  dispose(): void {
    this.model.dispose();
    this.#optimiser.dispose();
    this.maps.dispose();
    this.#active.dispose();
  }

  /** `[S, …]` for all members, one arm behind the other. */
  #forMembers<T extends tf.Tensor | undefined>(x: T): T {
    const repeats = x ? this.seeds.length / x.shape[0] : 1;
    // Not tile, which computes the place of every element by itself.
    return x && repeats > 1 ? (tf.concat(new Array<tf.Tensor>(repeats).fill(x), 0) as T) : x;
  }

  #average(statistics: ReadonlyMap<string, BatchStatistics>): void {
    const averages = [...statistics].flatMap(([name, { mean, variance, rows }]) => {
      const running = this.model.weights.running(name);
      // PyTorch keeps the unbiased variance in the running statistics.
      const unbiased = rows > 1 ? rows / (rows - 1) : 1;
      return [
        { name: `mean/${name}`, running: running.mean, batch: mean, factor: 1 },
        { name: `variance/${name}`, running: running.variance, batch: variance, factor: unbiased },
      ];
    });
    if (averages.length === 0) return;
    const next = this.#kernels.runningAverages(averages, STATISTICS_MOMENTUM, this.#active);
    averages.forEach(({ name }, i) => this.model.weights.replace(name, next[i]));
  }

  #setActive(active: tf.Tensor1D): void {
    const old = this.#active;
    if (old === active) return;
    this.#active = tf.keep(active);
    old.dispose();
  }
}
