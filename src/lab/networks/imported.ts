/**
 * A network out of a tfjs Layers model, as a guide: all its layers' outputs from one forward pass, frozen. Its code is
 * fetched when an experiment names such a guide.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { TaskShape } from '../../experiment/networks/describe.ts';
import { outputMisfit } from '../../experiment/networks/imported.ts';
import type { ImportedNetwork } from '../../experiment/schema/importedNetwork.ts';
import { product } from '../../experiment/shapes/description.ts';
import type { Inferring } from './model.ts';
import type { Kernels } from '../backend/kernels/types.ts';

/** What a model asset keeps beside its weights. */
export interface StoredTopology {
  modelTopology: object;
  weightSpecs: tf.io.WeightsManifestEntry[];
}

/** Longest name of a tap. */
const LONGEST = 40;
/** Keeps the logarithm of a probability finite. */
const SMALLEST = 1e-30;

interface Outputs {
  name: string;
  output: SymbolicTensor;
}

/** The topology with all initial values zero: those of the file take their place, and some take long to draw. */
function withoutInitialisers(topology: unknown): unknown {
  if (Array.isArray(topology)) return topology.map(withoutInitialisers);
  if (typeof topology !== 'object' || topology === null) return topology;
  return Object.fromEntries(
    Object.entries(topology).map(([key, value]) => [
      key,
      /_?initializer$/i.test(key) && value ? { class_name: 'Zeros', config: {} } : withoutInitialisers(value),
    ]),
  );
}

/** Build the network with its weights. @throws {Error} what tfjs says of a layer that it does not know, or of weights that do not fit */
export async function buildModel({ modelTopology, weightSpecs }: StoredTopology, weightData: ArrayBuffer): Promise<LayersModel> {
  const [{ loadLayersModel }] = await Promise.all([
    import('@tensorflow/tfjs-layers'),
    // Layers call operations as methods of tensors.
    import('@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops'),
  ]);
  return loadLayersModel(tf.io.fromMemory({ modelTopology: withoutInitialisers(modelTopology) as object, weightSpecs, weightData }));
}

/** Every layer but inputs, with its first output. Long names are cut, and told apart by their place. */
export function outputsOf(model: LayersModel): Outputs[] {
  const layers = model.layers.filter((layer) => layer.getClassName() !== 'InputLayer');
  return layers.map((layer, i) => {
    const output = layer.getOutputAt(0);
    const name = layer.name.length > LONGEST ? `${layer.name.slice(0, LONGEST - 4)}-${i}` : layer.name;
    return { name, output: Array.isArray(output) ? output[0] : output };
  });
}

/** Whether a model's outputs are probabilities. */
function endsInSoftmax(model: LayersModel): boolean {
  const last = model.layers[model.layers.length - 1];
  return last.getClassName() === 'Softmax' || (last.getConfig() as { activation?: unknown }).activation === 'softmax';
}

/** An imported network that can be evaluated. It has one member, and no gradient. */
export class ImportedModel implements Inferring {
  readonly kernels: Kernels;
  readonly members = 1;
  /** Whether its outputs are classes of the task. */
  readonly classifies: boolean;
  readonly #model: LayersModel;
  readonly #all: LayersModel;
  readonly #names: string[];
  readonly #softmax: boolean;
  readonly #input: readonly number[];
  readonly #classes: number;

  private constructor(model: LayersModel, all: LayersModel, names: string[], network: ImportedNetwork, task: TaskShape, kernels: Kernels) {
    this.kernels = kernels;
    this.classifies = outputMisfit(network, task) === null;
    this.#model = model;
    this.#all = all;
    this.#names = names;
    this.#softmax = endsInSoftmax(model);
    this.#input = network.input;
    this.#classes = task.classes;
  }

  static async create(stored: StoredTopology, weights: ArrayBuffer, network: ImportedNetwork, task: TaskShape, kernels: Kernels): Promise<ImportedModel> {
    const { model: makeModel } = await import('@tensorflow/tfjs-layers');
    const built = await buildModel(stored, weights);
    const outputs = outputsOf(built);
    const all = makeModel({ inputs: built.inputs, outputs: outputs.map(({ output }) => output) });
    return new ImportedModel(
      built,
      all,
      outputs.map(({ name }) => name),
      network,
      task,
      kernels,
    );
  }

  /**
   * Call inside `tf.tidy`.
   * @param inputs images `[1, B, H, W, C]` or tokens int32 `[1, B, T]`
   * @returns outputs as logits `[1, B·outputs, C]` where they are classes of the task (the logarithm of probabilities,
   * which softmax takes back to them), and activations `[1, B, F]` by layer
   */
  infer(inputs: tf.Tensor): { logits: tf.Tensor3D; taps: Map<string, tf.Tensor3D> } {
    const batch = inputs.shape[1] as number;
    const result = this.#all.predictOnBatch(tf.cast(tf.reshape(inputs, [batch, ...this.#input]), 'float32'));
    const outputs = Array.isArray(result) ? result : [result];
    const last = outputs[outputs.length - 1];
    const scores = this.classifies
      ? (tf.reshape(last, [1, product(last.shape) / this.#classes, this.#classes]) as tf.Tensor3D)
      : tf.zeros<tf.Rank.R3>([1, batch, this.#classes]);
    return {
      logits: this.classifies && this.#softmax ? tf.log(tf.maximum(scores, SMALLEST)) : scores,
      taps: new Map(this.#names.map((name, i) => [name, tf.reshape(outputs[i], [1, batch, outputs[i].size / batch]) as tf.Tensor3D])),
    };
  }

  dispose(): void {
    // Both share their layers and weights.
    this.#model.dispose();
  }
}
