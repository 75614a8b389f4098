/** A network with weights: what can be evaluated. Guides are models and nothing more; groups train theirs. */
import type * as tf from '@tensorflow/tfjs-core';
import type { TaskShape } from '../../experiment/networks/describe.ts';
import { type InitName, type NetworkSpec, withInit } from '../../experiment/schema/schema.ts';
import { Tape, type Value } from '../autodiff/tape.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import { stream } from '../random/stream.ts';
import { type Copied, copyInto } from './copied.ts';
import { buildNetwork } from './index.ts';
import { withOrthogonalWeights } from './orthogonal.ts';
import { ForwardContext, type MaskSource, type NetworkProgram } from './program.ts';
import { Weights } from './weights.ts';

export interface ModelOptions {
  network: NetworkSpec;
  task: TaskShape;
  /** One member per seed. */
  seeds: readonly number[];
  /** Per member an initialisation other than the network's own, or undefined. */
  inits?: readonly (InitName | undefined)[];
  /** Per member the bias at the start of some classes, or undefined. */
  classBiases?: readonly ({ classes: readonly number[]; bias: number } | undefined)[];
  /** Per member what is copied over its own draws, or undefined. */
  copied?: readonly (Copied | undefined)[];
  /** Name of the weights' random streams: `init` for targets, `guide/<id>` for guides. */
  streamName: string;
  /** Of its taps those that are shown, in this order; absent: all. */
  taps?: readonly string[];
  /** Orthogonal weight matrices (a control) instead of the network's own. */
  orthogonal?: boolean;
}

/** The same network whose head starts with another bias of some classes. */
function withClassBias(program: NetworkProgram, classes: readonly number[], bias: number): NetworkProgram {
  return {
    ...program,
    parameters: program.parameters.map((parameter) =>
      parameter.name !== 'head.bias'
        ? parameter
        : { ...parameter, init: (random, count) => parameter.init(random, count).map((value, c) => (classes.includes(c) ? bias : value)) },
    ),
  };
}

/** A network that can be evaluated: one built here, or one out of a file. */
export interface Inferring {
  readonly kernels: Kernels;
  readonly members: number;
  /** Call inside `tf.tidy`. */
  infer(inputs: tf.Tensor): { logits: tf.Tensor3D; taps: Map<string, tf.Tensor3D> };
  /** Its tensors, `[E, …shape]`, by the names under which ours are saved (`Weights.named`). They stay its own. */
  named(): [string, tf.Tensor][];
  dispose(): void;
}

export class Model implements Inferring {
  readonly program: NetworkProgram;
  readonly weights: Weights;
  readonly kernels: Kernels;
  readonly #taps: readonly string[] | undefined;

  constructor({ network, task, seeds, inits, classBiases, copied = [], streamName, taps, orthogonal = false }: ModelOptions, kernels: Kernels) {
    this.kernels = kernels;
    this.#taps = taps;
    const build = (spec: NetworkSpec) => {
      const program = buildNetwork(spec, task);
      return orthogonal ? withOrthogonalWeights(program) : program;
    };
    this.program = build(network);
    const programs = seeds.map((_, member) => {
      const init = inits?.[member];
      const program = init ? build(withInit(network, init)) : this.program;
      const own = classBiases?.[member];
      return own ? withClassBias(program, own.classes, own.bias) : program;
    });
    this.weights = Weights.create(programs, (member, parameter) => stream(seeds[member], streamName, parameter));
    copyInto(this.weights, copied, (member, tensor) => stream(seeds[member], streamName, 'copied', tensor));
  }

  get members(): number {
    return this.weights.members;
  }

  /**
   * Evaluate in inference mode. Call inside `tf.tidy`.
   * @param inputs images `[E|1, B, H, W, C]` or tokens int32 `[E|1, B, T]`
   * @returns logits `[E, B·outputs, C]` and activations `[E, B, F]` by tap name
   */
  infer(inputs: tf.Tensor): { logits: tf.Tensor3D; taps: Map<string, tf.Tensor3D> } {
    const context = this.#context('eval');
    const logits = this.program.forward(context, context.tape.constant(inputs)).tensor;
    return { logits, taps: this.#shown(context) };
  }

  named(): [string, tf.Tensor][] {
    return this.weights.named();
  }

  /** Batch statistics in training mode without dropout, for recalibration. Call inside `tf.tidy`. */
  batchStatistics(inputs: tf.Tensor): ForwardContext['batchStatistics'] {
    const context = this.#context('train');
    this.program.forward(context, context.tape.constant(inputs));
    return context.batchStatistics;
  }

  /** Activations `[E, B, F]` by tap name as a training step has them. Call inside `tf.tidy`. */
  activations(inputs: tf.Tensor, masks: MaskSource): Map<string, tf.Tensor3D> {
    const context = this.#context('train', masks);
    this.program.forward(context, context.tape.constant(inputs));
    return this.#shown(context);
  }

  dispose(): void {
    this.weights.dispose();
  }

  #shown({ taps }: ForwardContext): Map<string, tf.Tensor3D> {
    return new Map((this.#taps ?? [...taps.keys()]).map((name) => [name, (taps.get(name) as Value<tf.Tensor3D>).tensor]));
  }

  #context(mode: 'train' | 'eval', masks?: MaskSource): ForwardContext {
    const tape = new Tape(this.kernels, false);
    return new ForwardContext({
      tape,
      mode,
      masks,
      parameter: (name) => tape.constant(this.weights.parameter(name)),
      running: (name) => this.weights.running(name),
    });
  }
}
