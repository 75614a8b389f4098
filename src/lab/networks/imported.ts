/**
 * A network out of a tfjs Layers model, as a guide: all its layers' outputs from one forward pass, frozen. Its code is
 * fetched when an experiment names such a guide.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TaskShape } from '../../experiment/networks/describe.ts';
import { outputMisfit } from '../../experiment/networks/imported.ts';
import type { ImportedNetwork } from '../../experiment/schema/importedNetwork.ts';
import { product } from '../../experiment/shapes/description.ts';
import { callsOf, evaluateCalls } from './importedGraph.ts';
import { readableTopology } from './importedTopology.ts';
import { namedWeights, putWeights } from './importedWeights.ts';
import type { Inferring } from './model.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import { stream } from '../random/stream.ts';

/** What a model asset keeps beside its weights. */
export interface StoredTopology {
  modelTopology: object;
  weightSpecs: tf.io.WeightsManifestEntry[];
}

/** What outputs are: logits, probabilities of classes that exclude each other, or of each class by itself (sigmoid). */
type Scale = 'logits' | 'probabilities' | 'sigmoids';

/** Layers that hand on what they get: what stands before them made the output. */
const PASSES_ON = new Set(['Reshape', 'Flatten', 'Dropout', 'Permute']);

/** Keeps the logarithm of a probability finite. */
const SMALLEST = 1e-30;
/** The largest float32 below 1 is 1 − 6e-8. */
const NEAREST_TO_ONE = 1 - 1e-7;

/** Undoes what the last layers did to logits, as far as float32 kept them. */
const LOGITS: Record<Scale, (scores: tf.Tensor3D) => tf.Tensor3D> = {
  logits: (scores) => scores,
  probabilities: (scores) => tf.log(tf.maximum(scores, SMALLEST)),
  sigmoids: (scores) => {
    const inside = tf.clipByValue(scores, SMALLEST, NEAREST_TO_ONE);
    return tf.sub(tf.log(inside), tf.log1p(tf.neg(inside)));
  },
};

/** Examples of a trial. */
const TRIED = 4;
/** Largest difference of a sum of probabilities from 1. */
const PROBABILITY_ERROR = 1e-3;

/**
 * Build the network with its weights.
 * @throws {Error} what tfjs says of a layer that it does not know, or of weights that do not fit
 */
export async function buildModel({ modelTopology, weightSpecs }: StoredTopology, weightData: ArrayBuffer): Promise<LayersModel> {
  const [{ loadLayersModel }] = await Promise.all([
    import('@tensorflow/tfjs-layers'),
    // Layers call operations as methods of tensors.
    import('@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops'),
  ]);
  const model = await loadLayersModel(tf.io.fromMemory({ modelTopology: readableTopology(modelTopology) as object }));
  try {
    // A Sequential is a graph only once it is built.
    if (Object.keys(model.nodesByDepth ?? {}).length === 0) model.build(undefined as never);
    putWeights(model, weightSpecs, weightData);
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** What a layer gave in a trial. */
export interface Tried {
  name: string;
  /** Of one example. */
  shape: number[];
  /** Whether it gave the same for every example: nothing can be aligned with it. */
  alike: boolean;
  finite: boolean;
}

/**
 * Show a network some random examples: standardised images, or tokens that it knows.
 * @returns what every call of a layer gave, and what its outputs are. Whatever layers stand behind a softmax, its values
 * tell; a sigmoid is known by its name, since values between 0 and 1 may be anything.
 * @throws {Error} what tfjs says when it cannot be evaluated
 */
export async function tryOut(
  model: LayersModel,
  { input, vocabulary }: Pick<ImportedNetwork, 'input' | 'vocabulary'>,
): Promise<{ calls: Tried[]; scale: Scale }> {
  const random = stream(0, 'files', 'trial');
  const values = Float32Array.from({ length: TRIED * product(input) }, () => (vocabulary === undefined ? random.normal() : random.integer(vocabulary)));
  const outputs = tf.tidy(() => evaluateCalls(model, tf.tensor(values, [TRIED, ...input])).map((output) => tf.cast(output, 'float32')));
  try {
    const names = callsOf(model).map(({ name }) => name);
    const calls: Tried[] = [];
    let last = new Float32Array();
    for (const [i, output] of outputs.entries()) {
      if (output.shape[0] !== TRIED) throw new Error(`layer ${names[i]} mixes examples: it makes ${output.shape.join('×')} values of ${TRIED} examples`);
      last = (await output.data()) as Float32Array<ArrayBuffer>;
      const size = last.length / TRIED;
      const alike = last.every((value, k) => value === last[k % size]);
      calls.push({ name: names[i], shape: output.shape.slice(1), alike, finite: last.every(Number.isFinite) });
    }
    const classes = calls[calls.length - 1]?.shape.at(-1) ?? 1;
    const sums = Array.from({ length: last.length / classes }, (_, row) => last.subarray(row * classes, (row + 1) * classes).reduce((a, b) => a + b, 0));
    const probabilities = classes > 1 && last.every((value) => value >= 0) && sums.every((sum) => Math.abs(sum - 1) < PROBABILITY_ERROR);
    return { calls, scale: probabilities ? 'probabilities' : endsInSigmoid(model) ? 'sigmoids' : 'logits' };
  } finally {
    tf.dispose(outputs);
  }
}

function endsInSigmoid(model: LayersModel): boolean {
  const last = callsOf(model).findLast(({ layer }) => !PASSES_ON.has(layer.getClassName()));
  return last?.layer.getConfig().activation === 'sigmoid';
}

/** An imported network that can be evaluated. It has one member, and no gradient. */
export class ImportedModel implements Inferring {
  readonly kernels: Kernels;
  readonly members = 1;
  /** Whether its outputs are classes of the task. */
  readonly classifies: boolean;
  readonly #model: LayersModel;
  readonly #names: string[];
  readonly #scale: Scale;
  readonly #input: readonly number[];
  readonly #classes: number;
  #named: [string, tf.Tensor][] | null = null;

  private constructor(model: LayersModel, scale: Scale, network: ImportedNetwork, task: TaskShape, kernels: Kernels) {
    this.kernels = kernels;
    this.classifies = outputMisfit(network, task) === null;
    this.#model = model;
    this.#names = callsOf(model).map(({ name }) => name);
    this.#scale = scale;
    this.#input = network.input;
    this.#classes = task.classes;
  }

  static async create(stored: StoredTopology, weights: ArrayBuffer, network: ImportedNetwork, task: TaskShape, kernels: Kernels): Promise<ImportedModel> {
    const model = await buildModel(stored, weights);
    try {
      const { scale } = await tryOut(model, network);
      return new ImportedModel(model, scale, network, task, kernels);
    } catch (error) {
      model.dispose();
      throw error;
    }
  }

  /**
   * Call inside `tf.tidy`.
   * @param inputs images `[1, B, H, W, C]` or tokens int32 `[1, B, T]`
   * @returns outputs as logits `[1, B·outputs, C]` where they are classes of the task (of probabilities the logarithm, which
   * softmax takes back to them; of sigmoids what was put into them), and activations `[1, B, F]` by layer
   */
  infer(inputs: tf.Tensor): { logits: tf.Tensor3D; taps: Map<string, tf.Tensor3D> } {
    const batch = inputs.shape[1] as number;
    const outputs = evaluateCalls(this.#model, tf.cast(tf.reshape(inputs, [batch, ...this.#input]), 'float32'));
    const last = outputs[outputs.length - 1];
    const scores = this.classifies
      ? (tf.reshape(last, [1, product(last.shape) / this.#classes, this.#classes]) as tf.Tensor3D)
      : tf.zeros<tf.Rank.R3>([1, batch, this.#classes]);
    return {
      logits: this.classifies ? LOGITS[this.#scale](scores) : scores,
      taps: new Map(this.#names.map((name, i) => [name, tf.reshape(outputs[i], [1, batch, outputs[i].size / batch]) as tf.Tensor3D])),
    };
  }

  named(): [string, tf.Tensor][] {
    this.#named ??= namedWeights(this.#model).map(([name, tensor]) => [name, tf.keep(tensor)]);
    return this.#named;
  }

  dispose(): void {
    for (const [, tensor] of this.#named ?? []) tensor.dispose();
    this.#model.dispose();
  }
}
