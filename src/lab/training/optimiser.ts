/** The optimiser of a group: its state, and the update of all parameters in one step. */
import * as tf from '@tensorflow/tfjs-core';
import type { OptimiserSpec } from '../../experiment/schema/schema.ts';
import { optimiserFactors } from '../backend/kernels/optimiserFactors.ts';
import type { Kernels, MemberControl } from '../backend/kernels/types.ts';
import type { PlainTensors, Weights } from '../networks/weights.ts';

/** The state of each kind of optimiser: one row per name, with a value for every parameter. */
const SLOTS = { adam: ['m', 'v'], adamw: ['m', 'v'], sgd: ['velocity'] } as const;
/** Values in a row of the state at most, because GPUs limit the size of a buffer binding. A single parameter may exceed it. */
const LONGEST_ROW = 2 ** 23;

/** The state of parameters that are updated together. */
interface Shelf {
  /** `[slots, N]` */
  state: tf.Tensor2D;
  size: number;
  /** Where in a row the values of each parameter begin, and their shape. */
  places: Map<string, { at: number; shape: number[] }>;
}

export class Optimiser {
  readonly #spec: OptimiserSpec;
  readonly #kernels: Kernels;
  readonly #slots: readonly string[];
  readonly #shelves: Shelf[] = [];

  constructor(spec: OptimiserSpec, kernels: Kernels, weights: Weights) {
    this.#spec = spec;
    this.#kernels = kernels;
    this.#slots = SLOTS[spec.kind];
    const shelves: Omit<Shelf, 'state'>[] = [];
    for (const [name, { size, shape }] of weights.parameters) {
      let shelf = shelves.at(-1);
      if (!shelf || shelf.size + size > LONGEST_ROW) {
        shelf = { size: 0, places: new Map() };
        shelves.push(shelf);
      }
      shelf.places.set(name, { at: shelf.size, shape });
      shelf.size += size;
    }
    this.#shelves = shelves.map((shelf) => ({ ...shelf, state: tf.keep(tf.zeros<tf.Rank.R2>([this.#slots.length, shelf.size])) }));
  }

  /**
   * The factors `rate`, `rootScale` and `keep` of one member (see `optimiserFactors`).
   * @param step 0-based
   * @param spec of the same kind, where a fork goes on with other settings
   */
  factors(learningRate: number, step: number, spec: OptimiserSpec = this.#spec): [number, number, number] {
    return optimiserFactors({
      learningRate,
      step: step + 1,
      betas: spec.kind === 'sgd' ? undefined : [spec.beta1, spec.beta2],
      decoupledDecay: spec.kind === 'adamw' ? spec.weightDecay : 0,
    });
  }

  /** One step of every parameter that has a gradient; replaced tensors are disposed. @param spec see `factors` */
  update(weights: Weights, gradients: ReadonlyMap<string, tf.Tensor>, members: MemberControl, spec: OptimiserSpec = this.#spec): void {
    for (const shelf of this.#shelves) {
      const updates = [...shelf.places].flatMap(([name, { at }]) => {
        const gradient = gradients.get(name);
        return gradient ? [{ name, parameter: weights.parameter(name), gradient, at }] : [];
      });
      if (updates.length === 0) continue;
      const { parameters, state } =
        spec.kind === 'sgd'
          ? this.#kernels.sgd(updates, shelf.state, members, spec)
          : this.#kernels.adam(updates, shelf.state, members, { ...spec, coupledDecay: spec.kind === 'adam' ? spec.weightDecay : 0 });
      this.#replace(shelf, state);
      updates.forEach(({ name }, i) => weights.replace(`parameter/${name}`, parameters[i]));
    }
  }

  /** What is saved, by name. */
  named(): [string, { shape: number[] }][] {
    return this.#slots.flatMap((slot) =>
      this.#shelves.flatMap(({ places }) => [...places].map(([name, { shape }]): [string, { shape: number[] }] => [`optimiser/${slot}/${name}`, { shape }])),
    );
  }

  async save(): Promise<PlainTensors> {
    const saved: PlainTensors = {};
    for (const { state, size, places } of this.#shelves) {
      const values = await state.data<'float32'>();
      for (const [name, { at, shape }] of places) {
        const end = at + shape.reduce((a, b) => a * b, 1);
        this.#slots.forEach((slot, row) => {
          saved[`optimiser/${slot}/${name}`] = { shape, data: new Float32Array(values.subarray(row * size + at, row * size + end)) };
        });
      }
    }
    return saved;
  }

  /** @param tensors what `save` returned */
  load(tensors: PlainTensors): void {
    for (const shelf of this.#shelves) {
      const values = new Float32Array(this.#slots.length * shelf.size);
      for (const [name, { at }] of shelf.places) {
        this.#slots.forEach((slot, row) => values.set(tensors[`optimiser/${slot}/${name}`].data, row * shelf.size + at));
      }
      this.#replace(shelf, tf.tensor2d(values, shelf.state.shape));
    }
  }

  /** Put the state back to what it was before the first step. */
  reset(): void {
    for (const shelf of this.#shelves) this.#replace(shelf, tf.zeros<tf.Rank.R2>(shelf.state.shape));
  }

  dispose(): void {
    for (const { state } of this.#shelves) state.dispose();
  }

  #replace(shelf: Shelf, state: tf.Tensor2D): void {
    const old = shelf.state;
    if (old === state) return;
    shelf.state = tf.keep(state);
    old.dispose();
  }
}
