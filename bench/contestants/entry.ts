/** What a contestant is, as plain data: each is made in a worker or a process of its own. */
import type { MeasureSpec } from '../../src/experiment/schema/measure.ts';

/** Presets, and a network as simple as any framework has it: three layers of 384, without normalisation, plain SGD. */
export type Workload = 'wide-fcn' | 'first-token' | 'deep-convnet' | 'perceptron';

export const PRESETS = ['wide-fcn', 'first-token', 'deep-convnet'] as const satisfies readonly Workload[];

/** Three arms: unguided, guided and distilled. Or one of them alone. */
export type Arms = 'all' | 'guided' | 'unguided';

export type Entry =
  /** What a careful person would write with tfjs alone: three arms, one seed. */
  | { engine: 'plain'; workload: Workload }
  /**
   * The product's own run. `direct`: every step is run by tfjs, also where it could be recorded and replayed. `evaluation`:
   * a step is an evaluation, on the preset's validation set. `measure`: what the guided arm learns by, else CKA.
   */
  | { engine: 'ours'; workload: Workload; arms: Arms; seeds: number; direct?: boolean; evaluation?: boolean; measure?: MeasureSpec }
  /** A large matrix product of our kernels: what the machine can do. `size` of its square matrices, 1,024 if left out. */
  | { engine: 'peak'; size?: number }
  /** Nothing but dispatches of one workgroup that wait for each other: what a GPU takes for each. */
  | { engine: 'dispatches' }
  /** jax-js, jitted: one unguided member. */
  | { engine: 'jax'; workload: Workload };

/** Where contestants run. */
export interface Stage {
  backend: 'wasm' | 'webgpu';
  threads: number;
  /** Narrower layers and smaller batches: the same operations where arithmetic would dominate. */
  small: boolean;
}

/** A contestant that has been made. */
export interface Stepping {
  /** Floating-point operations of a step, where they are known. */
  flops?: number;
  step(): unknown;
  /** Waits until all steps have been computed, and reads their losses. */
  read(): Promise<unknown>;
}

/** What one turn took, all its steps together. */
export interface Turn {
  wallMs: number;
  /** Of all threads; absent where whoever hosts the contestant measures it. */
  cpuMs?: number;
  /** Dispatches that a GPU was asked for. */
  dispatches?: number;
  /** tfjs's tensors that are alive at the end. */
  tensors?: number;
  /** Resident memory of the process at the end. */
  bytes?: number;
}

const WARM_UP = 2;
/** Fills the cache of a guide's activations: an epoch of `TRAIN_EXAMPLES` in batches of 64, and a few more. */
const WARM_UP_OF_GUIDED = 12;

/** Steps after which the next ones take as long as all later ones. */
export const warmUpOf = (entry: Entry, { small }: Pick<Stage, 'small'>): number =>
  small ? 1 : entry.engine === 'ours' && entry.arms !== 'unguided' ? WARM_UP_OF_GUIDED : WARM_UP;
