/**
 * The maps that arms of a group train along with their targets (`plan/learntMaps.ts`). Only members of arms that have some hold
 * them, and each arm's have an optimiser of their own, so that an arm learns the same in any company.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { LearntMap } from '../../experiment/plan/learntMaps.ts';
import type { OptimiserSpec } from '../../experiment/schema/schema.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import { uniform } from '../networks/init.ts';
import type { NetworkProgram } from '../networks/program.ts';
import { type PlainTensors, readTensors, Weights } from '../networks/weights.ts';
import { stream } from '../random/stream.ts';
import { type MemberRange, membersOf, rowOf } from '../steps/members.ts';
import { Optimiser } from './optimiser.ts';

/** An arm's members, and the maps that each of them has. */
export interface ArmMaps {
  members: MemberRange;
  maps: readonly LearntMap[];
}

export interface MapGradient {
  gradient: tf.Tensor3D;
  /** Rows of a step's numbers with the weights of the terms that it comes from. */
  rows: readonly number[];
}

/** By the first member of an arm and the key of a map. */
export type MapGradients = ReadonlyMap<number, ReadonlyMap<string, MapGradient>>;

interface Own {
  members: MemberRange;
  weights: Weights;
  optimiser: Optimiser;
}

/** In front of the names of what is saved of them. */
const PREFIX = 'map/';

/** Weights as PyTorch's linear layer begins with. */
const programOf = (maps: readonly LearntMap[]): Pick<NetworkProgram, 'parameters' | 'statistics'> => ({
  parameters: maps.map(({ key, inputs, outputs }) => ({ name: key, shape: [inputs, outputs], init: uniform(1 / Math.sqrt(inputs)) })),
  statistics: [],
});

const begun = (maps: readonly LearntMap[], seeds: readonly number[]): Weights => {
  const program = programOf(maps);
  return Weights.create(
    seeds.map(() => program),
    (member, key) => stream(seeds[member], 'map', key),
  );
};

/** What the maps of a member begin with, without a member axis, by their keys. */
export async function initialMaps(maps: readonly LearntMap[], seed: number): Promise<PlainTensors> {
  const weights = begun(maps, [seed]);
  const all = await readTensors(weights.parameters);
  weights.dispose();
  return Object.fromEntries(Object.entries(all).map(([key, { shape, data }]) => [key, { shape: shape.slice(1), data }]));
}

export class GroupMaps {
  readonly #arms: readonly Own[];

  /** @param seeds of all members of the group */
  constructor(arms: readonly ArmMaps[], seeds: readonly number[], spec: OptimiserSpec, kernels: Kernels) {
    this.#arms = arms.flatMap(({ members, maps }) => {
      if (maps.length === 0) return [];
      const weights = begun(maps, seeds.slice(members.first, members.first + members.count));
      return [{ members, weights, optimiser: new Optimiser(spec, kernels, weights) }];
    });
  }

  /** `[count, inputs, outputs]`. @throws {Error} when the arm has no such map */
  of(first: number, key: string): tf.Tensor3D {
    const own = this.#arms.find(({ members }) => members.first === first);
    if (!own) throw new Error(`the arm has no map "${key}"`);
    return own.weights.parameter(key) as tf.Tensor3D;
  }

  /**
   * One step of all maps that have a gradient, which is not clipped: the target's is then clipped as in other arms. A map of
   * terms whose weights are 0 for a member in this step stays as it is.
   * @param active `[E]` of the group, @param scalars of the step (`StepInput.scalars`)
   */
  update(gradients: MapGradients, active: tf.Tensor1D, scalars: tf.Tensor2D, spec?: OptimiserSpec): void {
    for (const { members, weights, optimiser } of this.#arms) {
      const own = gradients.get(members.first);
      if (!own) continue;
      const { first, count } = members;
      const [all, width] = scalars.shape;
      const factors = count === width ? scalars : tf.slice(scalars, [0, first], [all, count]);
      for (const rows of new Map([...own.values()].map((each) => [each.rows.join(), each.rows])).values()) {
        const alike = new Map([...own].flatMap(([key, each]) => (each.rows.join() === rows.join() ? [[key, each.gradient] as const] : [])));
        const weight = tf.addN(rows.map((row) => rowOf(factors, row)));
        const learning = tf.mul<tf.Tensor1D>(membersOf(active, members), tf.cast(tf.greater(weight, 0), 'float32'));
        optimiser.update(weights, alike, { scale: tf.ones([count]), active: learning, factors }, spec);
      }
    }
  }

  reset(): void {
    for (const { optimiser } of this.#arms) optimiser.reset();
  }

  /** Number of values that are saved of all arms. */
  get size(): number {
    return this.#arms.flatMap(named).reduce((sum, [, { shape }]) => sum + shape.reduce((a, b) => a * b, 1), 0);
  }

  /** What the arm with this first member has, by name. */
  async save(first: number): Promise<PlainTensors> {
    const own = this.#arms.find(({ members }) => members.first === first);
    if (!own) return {};
    const saved = { ...(await readTensors(own.weights.named())), ...(await own.optimiser.save()) };
    return Object.fromEntries(Object.entries(saved).map(([name, tensor]) => [`${PREFIX}${name}`, tensor]));
  }

  /**
   * Into maps that are as they begin. One that was not saved stays so: nothing before a fork that learns by it has trained it.
   * @param tensors what `save` gave, among others
   * @throws {Error} when a part of a saved one is missing or has another shape
   */
  load(first: number, tensors: PlainTensors): void {
    const own = this.#arms.find(({ members }) => members.first === first);
    if (!own) return;
    const untrained = new Set([...own.weights.parameters.keys()].filter((key) => !(`${PREFIX}parameter/${key}` in tensors)));
    const saved: PlainTensors = {};
    for (const [name, { shape }] of named(own)) {
      const known = tensors[`${PREFIX}${name}`];
      if (known?.shape.join() === shape.join()) saved[name] = known;
      else if (!known && [...untrained].some((key) => name.endsWith(`/${key}`)))
        saved[name] = { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) };
      else throw new Error(`saved weights do not fit: "${PREFIX}${name}"`);
    }
    for (const key of own.weights.parameters.keys()) {
      const { shape, data } = saved[`parameter/${key}`];
      if (!untrained.has(key)) own.weights.replace(`parameter/${key}`, tf.tensor(data, shape, 'float32'));
    }
    own.optimiser.load(saved);
  }

  dispose(): void {
    for (const { weights, optimiser } of this.#arms) {
      weights.dispose();
      optimiser.dispose();
    }
  }
}

const named = ({ weights, optimiser }: Own): [string, { shape: number[] }][] => [...weights.named(), ...optimiser.named()];
