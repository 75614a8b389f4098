/** Weights and running statistics of the members of a group, stacked along a leading member axis. */
import * as tf from '@tensorflow/tfjs-core';
import type { Stream } from '../random/stream.ts';
import type { NetworkProgram } from './program.ts';

/** Plain copies of tensors by name. */
export type PlainTensors = Record<string, { shape: number[]; data: Float32Array<ArrayBuffer> }>;

export class Weights {
  readonly members: number;
  /** By parameter name, `[E, …shape]`. Replaced by the optimiser. */
  readonly parameters = new Map<string, tf.Tensor>();
  /** By statistic name, `[E, features]`. */
  readonly mean = new Map<string, tf.Tensor2D>();
  readonly variance = new Map<string, tf.Tensor2D>();

  private constructor(members: number) {
    this.members = members;
  }

  /**
   * New random weights. Every parameter of every member has its own stream, so a member's weights depend neither
   * on the other members nor on the other parameters.
   * @param programs of the members: the same network, with initialisations of their own
   * @param streamOf stream of one member's parameter
   */
  static create(programs: readonly Pick<NetworkProgram, 'parameters' | 'statistics'>[], streamOf: (member: number, parameter: string) => Stream): Weights {
    const members = programs.length;
    const [{ parameters, statistics }] = programs;
    const weights = new Weights(members);
    parameters.forEach(({ name, shape }, i) => {
      const count = shape.reduce((a, b) => a * b, 1);
      const data = new Float32Array(members * count);
      programs.forEach((program, e) => {
        data.set(program.parameters[i].init(streamOf(e, name), count), e * count);
      });
      weights.parameters.set(name, tf.keep(tf.tensor(data, [members, ...shape], 'float32')));
    });
    for (const { name, features } of statistics) {
      weights.mean.set(name, tf.keep(tf.zeros<tf.Rank.R2>([members, features])));
      weights.variance.set(name, tf.keep(tf.ones<tf.Rank.R2>([members, features])));
    }
    return weights;
  }

  running(name: string): { mean: tf.Tensor2D; variance: tf.Tensor2D } {
    const mean = this.mean.get(name);
    const variance = this.variance.get(name);
    if (!mean || !variance) throw new Error(`no statistic "${name}"`);
    return { mean, variance };
  }

  parameter(name: string): tf.Tensor {
    const tensor = this.parameters.get(name);
    if (!tensor) throw new Error(`no parameter "${name}"`);
    return tensor;
  }

  /** Every tensor with the name under which it is saved. */
  named(): [string, tf.Tensor][] {
    return [
      ...[...this.parameters].map(([name, t]): [string, tf.Tensor] => [`parameter/${name}`, t]),
      ...[...this.mean].map(([name, t]): [string, tf.Tensor] => [`mean/${name}`, t]),
      ...[...this.variance].map(([name, t]): [string, tf.Tensor] => [`variance/${name}`, t]),
    ];
  }

  /** Replace one tensor by the name it is saved under; the old one is disposed. */
  replace(savedName: string, tensor: tf.Tensor): void {
    const slash = savedName.indexOf('/');
    const name = savedName.slice(slash + 1);
    const map = { parameter: this.parameters, mean: this.mean, variance: this.variance }[savedName.slice(0, slash)] as Map<string, tf.Tensor> | undefined;
    const old = map?.get(name);
    if (!map || !old) throw new Error(`no tensor "${savedName}"`);
    if (old === tensor) return;
    map.set(name, tf.keep(tensor));
    old.dispose();
  }

  dispose(): void {
    for (const [, tensor] of this.named()) tensor.dispose();
  }
}

/** Copy tensors out, one at a time: peak memory stays at one tensor above the copy. */
export async function readTensors(tensors: Iterable<[string, tf.Tensor]>): Promise<PlainTensors> {
  const plain: PlainTensors = {};
  for (const [name, tensor] of tensors) {
    plain[name] = { shape: tensor.shape, data: new Float32Array(await tensor.data<'float32'>()) };
  }
  return plain;
}
