/** tfjs Layers models: `model.json` with the binary files that its weights manifest names. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { product } from '../../experiment/shapes/description.ts';
import { type ImportedNetwork, importedNetworkSchema } from '../../experiment/schema/importedNetwork.ts';
import { buildModel, type StoredTopology, type Tried, tryOut } from '../networks/imported.ts';
import { callsOf } from '../networks/importedGraph.ts';
import { byKeras3 } from '../networks/importedTopology.ts';
import { FileError } from './errors.ts';
import { counted, listed } from './notes.ts';
import type { AssetDraft, Reader, Source } from './reader.ts';
import { WeightFiles } from './weightFiles.ts';

/** The beginning of a model.json, whatever order its fields have. */
const MARKS = /"(modelTopology|weightsManifest|format"\s*:\s*"(layers|graph)-model)/;
/** Bytes of weights: a guide is held in memory beside the members. */
const MOST_BYTES = 512 * 2 ** 20;
/** Values of one input: far more than any task gives. */
const MOST_VALUES = 2 ** 20;
const SAVE_AGAIN = 'Save the network again with tfjs (model.save) or convert it with tensorflowjs_converter --output_format=tfjs_layers_model.';

const KERAS_3 = 'It was written by Keras 3: save it once more with TF_USE_LEGACY_KERAS=1 (and the package tf_keras), then convert it again.';

const size = z.int().min(0);
const manifestSchema = z.array(
  z.object({
    paths: z.array(z.string()),
    weights: z.array(
      z.looseObject({
        name: z.string(),
        shape: z.array(size),
        dtype: z.enum(['float32', 'int32', 'bool', 'uint8', 'int16', 'float16', 'uint16']),
        quantization: z.looseObject({ dtype: z.enum(['uint8', 'uint16', 'float16']), scale: z.number().optional(), min: z.number().optional() }).optional(),
      }),
    ),
  }),
);

interface ModelFile {
  modelTopology: object;
  weightsManifest: { paths: string[]; weights: tf.io.WeightsManifestEntry[] }[];
}

const isModel = ({ name, head }: Source): boolean => name.endsWith('.json') && MARKS.test(new TextDecoder().decode(head));

async function parse(file: Source): Promise<ModelFile> {
  let parsed: { format?: unknown; modelTopology?: unknown; weightsManifest?: unknown } | null;
  try {
    parsed = JSON.parse(new TextDecoder().decode(await file.bytes())) as typeof parsed;
  } catch {
    throw new FileError(`“${file.path}” is no JSON: it may have been cut off.`, SAVE_AGAIN);
  }
  const { format, modelTopology, weightsManifest } = parsed ?? {};
  if (format === 'graph-model') throw new FileError(`“${file.path}” is a graph model, whose layers cannot be read.`, SAVE_AGAIN);
  if (typeof modelTopology !== 'object' || modelTopology === null) throw new FileError(`“${file.path}” has no topology: it is no Layers model.`, SAVE_AGAIN);
  const manifest = manifestSchema.safeParse(weightsManifest);
  if (!manifest.success) {
    const [{ path, message }] = manifest.error.issues;
    throw new FileError(
      weightsManifest === undefined
        ? `“${file.path}” has no list of weights.`
        : `The list of weights in “${file.path}” cannot be read (${[...path.slice(0, 4).map(String), message].join(': ')}).`,
      SAVE_AGAIN,
    );
  }
  return { modelTopology, weightsManifest: manifest.data as ModelFile['weightsManifest'] };
}

const BYTES: Record<string, number> = { bool: 1, uint8: 1, int16: 2, uint16: 2, float16: 2 };
const bytesOf = ({ dtype, shape, quantization }: tf.io.WeightsManifestEntry): number => product(shape) * (BYTES[quantization?.dtype ?? dtype] ?? 4);

/** The weights, one behind the other, out of the files that the manifest names. */
async function gather(model: Source, files: readonly Source[], manifest: ModelFile['weightsManifest']): Promise<Uint8Array<ArrayBuffer>> {
  const expected = manifest.flatMap(({ weights }) => weights).reduce((sum, entry) => sum + bytesOf(entry), 0);
  if (expected > MOST_BYTES)
    throw new FileError(
      `“${model.path}” has ${Math.round(expected / 2 ** 20)} MB of weights.`,
      `At most ${MOST_BYTES / 2 ** 20} MB fit: use a smaller network.`,
    );
  const all = new Uint8Array(expected);
  const weightFiles = new WeightFiles(model, files);
  let at = 0;
  for (const { paths, weights } of manifest) {
    const end = at + weights.reduce((sum, entry) => sum + bytesOf(entry), 0);
    for (const path of paths) {
      const file = weightFiles.find(path);
      if (at + file.size > end) throw new FileError(`“${file.path}” has ${file.size} bytes, more than “${model.path}” says.`, SAVE_AGAIN);
      all.set(await file.bytes(), at);
      at += file.size;
    }
    if (at !== end)
      throw new FileError(
        `“${paths.join('” and “')}” have ${end - at} bytes less than “${model.path}” says: a file was cut off.`,
        'Copy or download the files again.',
      );
  }
  return all;
}

/** @throws {FileError} that names the first weight that is not all numbers */
async function checkNumbers(file: Source, specs: readonly tf.io.WeightsManifestEntry[], data: Uint8Array<ArrayBuffer>): Promise<void> {
  const bad: string[] = [];
  const tensors = tf.io.decodeWeights(
    data.buffer,
    specs.map((spec, i) => ({ ...spec, name: String(i) })),
  );
  for (const [i, { name }] of specs.entries()) if (!(await tensors[i].data()).every(Number.isFinite)) bad.push(name);
  tf.dispose(tensors);
  if (bad.length > 0)
    throw new FileError(
      `“${file.path}”: ${listed(bad)} ${bad.length === 1 ? 'holds values that are' : 'hold values that are'} not numbers (NaN or infinite).`,
      'The network had diverged when it was saved, or its files are damaged: save one that has learnt.',
    );
}

/** The form of what it reads. @throws {FileError} when it has no one input and output of fixed size */
function inputOf(file: Source, model: LayersModel): Pick<ImportedNetwork, 'input' | 'vocabulary'> {
  if (model.inputs.length !== 1 || model.outputs.length !== 1) {
    throw new FileError(`“${file.path}” has ${model.inputs.length} inputs and ${model.outputs.length} outputs.`, 'A guide has one of each.');
  }
  const { shape } = model.inputs[0];
  const input = shape.slice(1);
  if (input.length === 0 || input.some((one) => one === null))
    throw new FileError(
      `“${file.path}”: the size of the input is not fixed (${shape.map((one) => one ?? '?').join('×')}).`,
      'Save the network with a fixed input size.',
    );
  if (product(input as number[]) > MOST_VALUES) throw new FileError(`“${file.path}” reads inputs of ${input.join('×')}.`, 'Use a network for smaller inputs.');
  const [embedding] = callsOf(model).filter(({ layer }) => layer.getClassName() === 'Embedding');
  const vocabulary = (embedding?.layer.getConfig() as { inputDim?: number } | undefined)?.inputDim;
  return { input: input as number[], ...(input.length === 1 && vocabulary && { vocabulary }) };
}

/** What an experiment must know of the network. @throws {FileError} when it has a form that no experiment can hold */
function describe(file: Source, model: LayersModel, reads: ReturnType<typeof inputOf>, tried: readonly Tried[]): ImportedNetwork {
  // Every weight is used once at every place of the output.
  const flops = callsOf(model).reduce((sum, { layer }, i) => {
    const { shape } = tried[i];
    return layer.getClassName() === 'Embedding' ? sum : sum + (2 * layer.countParams() * product(shape)) / (shape[shape.length - 1] ?? 1);
  }, 0);
  const network = { ...reads, layers: tried.map(({ name, shape }) => ({ name, shape })), parameters: model.countParams(), flops };
  const parsed = importedNetworkSchema.safeParse(network);
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  throw new FileError(`“${file.path}” has a form that cannot be read here (${path.join('.')}: ${message}).`, SAVE_AGAIN);
}

/**
 * Try the network on examples made here, so that one that cannot be used is refused now and not in the middle of a run.
 * @throws {FileError}
 */
async function tried(file: Source, model: LayersModel, reads: ReturnType<typeof inputOf>): Promise<Tried[]> {
  const { calls } = await tryOut(model, reads).catch((error: Error) => {
    throw new FileError(`“${file.path}” was built, but cannot be evaluated: ${sentence(error)}`, SAVE_AGAIN);
  });
  const broken = calls.find(({ finite }) => !finite);
  if (broken)
    throw new FileError(`“${file.path}”: layer ${broken.name} gives values that are not numbers.`, 'Try the network where it comes from, then save it again.');
  if (calls.every(({ alike }) => alike))
    throw new FileError(
      `To every layer of “${file.path}” all examples look the same (${listed(calls.map(({ name }) => name))}): nothing can be aligned with it.`,
      'Its first layers may be dead, or it expects other inputs than standardised ones: train or save it again.',
    );
  return calls;
}

/** tfjs's words, with a full stop. */
const sentence = ({ message }: Error): string =>
  `${
    message
      .trim()
      .split('\n')[0]
      .replace(/[.:\s]+$/, '') || 'tfjs does not say why'
  }.`;

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
    await checkNumbers(file, stored.weightSpecs, weights);
    let model: LayersModel;
    try {
      model = await buildModel(stored, weights.buffer);
    } catch (error) {
      const remedy = byKeras3(modelTopology) ? KERAS_3 : 'Only layers that tfjs has can be used, without code of your own.';
      throw new FileError(`“${file.path}” cannot be built: ${sentence(error as Error)}`, remedy);
    }
    try {
      const reads = inputOf(file, model);
      const calls = await tried(file, model, reads);
      const network = describe(file, model, reads, calls);
      const topology = new TextEncoder().encode(JSON.stringify(stored));
      const alike = calls.flatMap((call) => (call.alike ? [call.name] : []));
      return {
        name: file.name === 'model.json' ? model.name : file.name.replace(/\.json$/, ''),
        notes:
          alike.length > 0
            ? [
                `All examples look the same to ${counted(alike.length, 'layer')} of it (${listed(alike)}): nothing can be aligned with ${alike.length === 1 ? 'it' : 'them'}.`,
              ]
            : [],
        facts: { kind: 'model', ...network },
        identity: [],
        parts: { topology, weights },
      };
    } finally {
      model.dispose();
    }
  },
};
