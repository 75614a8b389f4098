/** tfjs Layers models: `model.json` with the binary files that its weights manifest names. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { product } from '../../experiment/shapes/description.ts';
import { type ImportedNetwork, importedNetworkSchema } from '../../experiment/schema/importedNetwork.ts';
import { buildModel, outputsOf, type StoredTopology } from '../networks/imported.ts';
import { FileError } from './errors.ts';
import type { AssetDraft, Reader, Source } from './reader.ts';

/** The beginning of a model.json, whatever order its fields have. */
const MARKS = /"(modelTopology|weightsManifest|format"\s*:\s*"(layers|graph)-model)/;
/** Bytes of weights: a guide is held in memory beside the members. */
const MOST_BYTES = 512 * 2 ** 20;
const SAVE_AGAIN = 'Save the network again with tfjs (model.save) or convert it with tensorflowjs_converter --output_format=tfjs_layers_model.';

interface ModelFile {
  format?: string;
  modelTopology?: object;
  weightsManifest?: { paths: string[]; weights: tf.io.WeightsManifestEntry[] }[];
}

const isModel = ({ name, head }: Source): boolean => name.endsWith('.json') && MARKS.test(new TextDecoder().decode(head));

async function parse(file: Source): Promise<Required<Omit<ModelFile, 'format'>>> {
  let parsed: ModelFile;
  try {
    parsed = JSON.parse(new TextDecoder().decode(await file.bytes())) as ModelFile;
  } catch {
    throw new FileError(`“${file.path}” is no JSON: it may have been cut off.`, SAVE_AGAIN);
  }
  const { format, modelTopology, weightsManifest } = parsed;
  if (format === 'graph-model') throw new FileError(`“${file.path}” is a graph model, whose layers cannot be read.`, SAVE_AGAIN);
  if (typeof modelTopology !== 'object' || modelTopology === null) throw new FileError(`“${file.path}” has no topology: it is no Layers model.`, SAVE_AGAIN);
  const whole = Array.isArray(weightsManifest) && weightsManifest.every((group) => Array.isArray(group?.paths) && Array.isArray(group.weights));
  if (!whole) throw new FileError(`“${file.path}” has no list of weights.`, SAVE_AGAIN);
  return { modelTopology, weightsManifest };
}

const bytesOf = ({ dtype, shape, quantization }: tf.io.WeightsManifestEntry): number =>
  product(shape) * (quantization ? { uint8: 1, uint16: 2, float16: 2 }[quantization.dtype] : dtype === 'bool' || (dtype as string) === 'uint8' ? 1 : 4);

const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The weights, one behind the other, out of the files that the manifest names. */
async function gather(model: Source, files: readonly Source[], manifest: Required<ModelFile>['weightsManifest']): Promise<Uint8Array<ArrayBuffer>> {
  const expected = manifest.flatMap(({ weights }) => weights).reduce((sum, entry) => sum + bytesOf(entry), 0);
  if (expected > MOST_BYTES)
    throw new FileError(
      `“${model.path}” has ${Math.round(expected / 2 ** 20)} MB of weights.`,
      `At most ${MOST_BYTES / 2 ** 20} MB fit: use a smaller network.`,
    );
  const all = new Uint8Array(expected);
  let at = 0;
  for (const { paths, weights } of manifest) {
    const end = at + weights.reduce((sum, entry) => sum + bytesOf(entry), 0);
    for (const path of paths) {
      const file = files.find(({ name }) => name === fileName(path));
      if (!file)
        throw new FileError(`“${path}” is missing, which “${model.path}” names as a file of its weights.`, 'Drop model.json together with all its .bin files.');
      if (at + file.size > end) throw new FileError(`“${file.path}” has ${file.size} bytes, more than “${model.path}” says.`, SAVE_AGAIN);
      all.set(await file.bytes(), at);
      at += file.size;
    }
    if (at !== end)
      throw new FileError(
        `“${paths.map(fileName).join('” and “')}” have ${end - at} bytes less than “${model.path}” says: a file was cut off.`,
        'Copy or download the files again.',
      );
  }
  return all;
}

/** What an experiment must know of the network. @throws {FileError} when it has no one input and output of fixed size */
function describe(file: Source, model: LayersModel): ImportedNetwork {
  if (model.inputs.length !== 1 || model.outputs.length !== 1) {
    throw new FileError(`“${file.path}” has ${model.inputs.length} inputs and ${model.outputs.length} outputs.`, 'A guide has one of each.');
  }
  const fixed = (shape: readonly (number | null)[], what: string): number[] => {
    const rest = shape.slice(1);
    if (rest.length === 0 || rest.some((size) => size === null))
      throw new FileError(
        `“${file.path}”: the size of ${what} is not fixed (${shape.map((size) => size ?? '?').join('×')}).`,
        'Save the network with a fixed input size.',
      );
    return rest as number[];
  };
  const input = fixed(model.inputs[0].shape, 'the input');
  const outputs = outputsOf(model);
  const layers = outputs.map(({ name, output }) => ({ name, shape: fixed(output.shape, `layer ${name}`) }));
  const built = model.layers.filter((layer) => layer.getClassName() !== 'InputLayer');
  const embedding = built.find((layer) => layer.getClassName() === 'Embedding')?.getConfig() as { inputDim?: number } | undefined;
  const flops = built.reduce((sum, layer, i) => {
    // Every weight is used once at every place of the output.
    const { shape } = layers[i];
    return layer.getClassName() === 'Embedding' ? sum : sum + (2 * layer.countParams() * product(shape)) / shape[shape.length - 1];
  }, 0);
  const network = {
    input,
    layers,
    parameters: model.countParams(),
    flops,
    ...(input.length === 1 && embedding?.inputDim && { vocabulary: embedding.inputDim }),
  };
  const parsed = importedNetworkSchema.safeParse(network);
  if (!parsed.success)
    throw new FileError(
      `“${file.path}” has a form that cannot be read here (${parsed.error.issues[0].path.join('.')}: ${parsed.error.issues[0].message}).`,
      SAVE_AGAIN,
    );
  return parsed.data;
}

export const layersModel: Reader = {
  recognises: (files) => files.some(isModel),

  async read(files): Promise<AssetDraft> {
    const models = files.filter(isModel);
    const [file] = models;
    if (models.length > 1) throw new FileError(`“${file.path}” and “${models[1].path}” are two networks.`, 'Drop one network at a time.');
    const { modelTopology, weightsManifest } = await parse(file);
    const weights = await gather(file, files, weightsManifest);
    const stored: StoredTopology = { modelTopology, weightSpecs: weightsManifest.flatMap((group) => group.weights) };
    if (!tf.getBackend())
      throw new FileError(
        `“${file.path}” cannot be built before the page has chosen how to compute.`,
        'Drop model.json and its .bin files, unpacked, once more.',
      );
    let model: LayersModel;
    try {
      model = await buildModel(stored, weights.buffer);
    } catch (error) {
      throw new FileError(`“${file.path}” cannot be built: ${(error as Error).message}`, 'Only layers that tfjs has can be used, without code of your own.');
    }
    try {
      const network = describe(file, model);
      const topology = new TextEncoder().encode(JSON.stringify(stored));
      return {
        name: file.name === 'model.json' ? model.name : file.name.replace(/\.json$/, ''),
        notes: [],
        facts: { kind: 'model', ...network },
        identity: [],
        parts: { topology, weights },
      };
    } finally {
      model.dispose();
    }
  },
};
