/** Optimiser state of a group and one update of all its parameters. */
import * as tf from '@tensorflow/tfjs-core';
import type { OptimiserSpec } from '../../experiment/schema.ts';
import { optimiserFactors } from '../backend/kernels/optimiserFactors.ts';
import type { Kernels, MemberControl } from '../backend/kernels/types.ts';
import type { Weights } from '../networks/weights.ts';

/** Names of the state tensors that each optimiser keeps per parameter. */
const SLOTS = { adam: ['m', 'v'], adamw: ['m', 'v'], sgd: ['velocity'] } as const;

export class Optimiser {
  readonly #spec: OptimiserSpec;
  readonly #kernels: Kernels;
  /** `slot/parameter` → tensor of the parameter's shape. */
  readonly #state = new Map<string, tf.Tensor>();

  constructor(spec: OptimiserSpec, kernels: Kernels, weights: Weights) {
    this.#spec = spec;
    this.#kernels = kernels;
    for (const slot of SLOTS[spec.kind]) {
      for (const [name, tensor] of weights.parameters) this.#state.set(`${slot}/${name}`, tf.keep(tf.zeros(tensor.shape)));
    }
  }

  /**
   * Rate, rootScale and keep of one member (see `optimiserFactors`).
   * @param step 0-based
   */
  factors(learningRate: number, step: number): [number, number, number] {
    const spec = this.#spec;
    return optimiserFactors({
      learningRate, step: step + 1,
      betas: spec.kind === 'sgd' ? undefined : [spec.beta1, spec.beta2],
      decoupledDecay: spec.kind === 'adamw' ? spec.weightDecay : 0,
    });
  }

  /** One step of every parameter that has a gradient; replaced tensors are disposed. */
  update(weights: Weights, gradients: ReadonlyMap<string, tf.Tensor>, members: MemberControl): void {
    const spec = this.#spec;
    for (const [name, gradient] of gradients) {
      const parameter = weights.parameter(name);
      if (spec.kind === 'sgd') {
        const next = this.#kernels.sgd({ parameter, velocity: this.#slot('velocity', name) }, gradient, members, spec);
        this.#replace('velocity', name, next.velocity);
        weights.replace(`parameter/${name}`, next.parameter);
      } else {
        const { beta1, beta2, epsilon } = spec;
        const next = this.#kernels.adam(
          { parameter, m: this.#slot('m', name), v: this.#slot('v', name) }, gradient, members,
          { beta1, beta2, epsilon, coupledDecay: spec.kind === 'adam' ? spec.weightDecay : 0 });
        this.#replace('m', name, next.m);
        this.#replace('v', name, next.v);
        weights.replace(`parameter/${name}`, next.parameter);
      }
    }
  }

  named(): [string, tf.Tensor][] {
    return [...this.#state].map(([name, tensor]) => [`optimiser/${name}`, tensor]);
  }

  /** Replace a state tensor by its saved name (checkpoint). */
  restore(savedName: string, tensor: tf.Tensor): void {
    const [, slot, name] = /^optimiser\/([^/]+)\/(.+)$/.exec(savedName) ?? [];
    if (!slot || !this.#state.has(`${slot}/${name}`)) throw new Error(`no tensor "${savedName}"`);
    this.#replace(slot, name, tensor);
  }

  dispose(): void {
    for (const tensor of this.#state.values()) tensor.dispose();
  }

  #slot(slot: string, name: string): tf.Tensor {
    const tensor = this.#state.get(`${slot}/${name}`);
    if (!tensor) throw new Error(`no optimiser state "${slot}/${name}"`);
    return tensor;
  }

  #replace(slot: string, name: string, tensor: tf.Tensor): void {
    const old = this.#slot(slot, name);
    if (old === tensor) return;
    this.#state.set(`${slot}/${name}`, tf.keep(tensor));
    old.dispose();
  }
}
