/** Layers models in the forms that people have: networks inside networks, shared layers, Keras 3, and what cannot be used. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import * as layers from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { GivenFile, ModelFacts } from '../../experiment/schema/assets.ts';
import { taskShape } from '../../experiment/networks/describe.ts';
import { composed } from '../backend/kernels/composed/index.ts';
import { ImportedModel, type StoredTopology } from '../networks/imported.ts';
import { createTask } from '../tasks/index.ts';
import { tinyExperiment } from '../testing/experiments.ts';
import { inputTensor } from '../steps/inputs.ts';
import { layersModel } from './layersModel.ts';
import type { AssetDraft } from './reader.ts';
import { Source } from './reader.ts';
import { given } from './testing.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const { dense, conv2d, flatten, globalAveragePooling2d, reshape, dropout, add, batchNormalization, activation } = layers.layers;
const SHAPE = [8, 8, 3];
const SPEC = tinyExperiment().task;
const inputs = (): tf.Tensor => inputTensor([createTask(SPEC).batch(0, 0, 5)], taskShape(SPEC).input);

type Json = Record<string, unknown>;
interface Saved {
  json: { modelTopology: Json; weightsManifest: { paths: string[]; weights: tf.io.WeightsManifestEntry[] }[] };
  bytes: Uint8Array<ArrayBuffer>;
}

async function saved(model: layers.LayersModel): Promise<Saved> {
  let kept: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      kept = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  const json = {
    format: 'layers-model',
    modelTopology: kept?.modelTopology as Json,
    weightsManifest: [{ paths: ['w.bin'], weights: kept?.weightSpecs as tf.io.WeightsManifestEntry[] }],
  };
  return { json: structuredClone(json), bytes: new Uint8Array(kept?.weightData as ArrayBuffer) };
}
const filesOf = ({ json, bytes }: Saved): GivenFile[] => [given('net/model.json', JSON.stringify(json)), given('net/w.bin', bytes)];
const read = async (files: GivenFile[]): Promise<AssetDraft> => layersModel.read(await Promise.all(files.map((file) => Source.open(file))), () => {});
const refusal = (files: GivenFile[]): Promise<string> =>
  read(files).then(
    () => 'taken',
    (error: Error & { remedy?: string }) => `${error.name}: ${error.message} ${error.remedy}`,
  );

/** Logits and outputs of layers, as numbers. */
async function evaluate(draft: AssetDraft): Promise<{ logits: number[]; taps: Record<string, number[]> }> {
  const stored = JSON.parse(new TextDecoder().decode(draft.parts.topology)) as StoredTopology;
  const guide = await ImportedModel.create(stored, draft.parts.weights.buffer, draft.facts as ModelFacts, taskShape(SPEC), composed);
  expect(guide.classifies).toBe(true);
  const found = tf.tidy(() => {
    const { logits, taps } = guide.infer(inputs());
    return { logits: [...logits.dataSync()], taps: Object.fromEntries([...taps].map(([name, tensor]) => [name, [...tensor.dataSync()]])) };
  });
  guide.dispose();
  return found;
}
const predicted = (model: layers.LayersModel): number[] =>
  tf.tidy(() => [...(model.predict(tf.reshape(tf.cast(inputs(), 'float32'), [5, ...SHAPE])) as tf.Tensor).dataSync()]);
const namesOf = ({ facts }: AssetDraft): string[] => (facts as ModelFacts).layers.map(({ name }) => name);
const near = (a: readonly number[], b: readonly number[]) => {
  expect(a.length).toBe(b.length);
  a.forEach((value, i) => {
    expect(value).toBeCloseTo(b[i], 4);
  });
};

/** A network on pooled features, in another, as transfer learning makes it; both have a layer "dense". */
function nested(functional: boolean): layers.LayersModel {
  const base = layers.sequential({
    name: 'base',
    layers: [
      conv2d({ inputShape: SHAPE, filters: 4, kernelSize: 3, activation: 'tanh', name: 'conv' }),
      globalAveragePooling2d({ name: 'gap' }),
      dense({ units: 8, name: 'dense' }),
    ],
  });
  const head = layers.sequential({ name: 'head', layers: [dense({ inputShape: [8], units: 8, activation: 'softmax', name: 'dense', useBias: false })] });
  if (!functional) return layers.sequential({ layers: [base, head] });
  const input = layers.input({ shape: SHAPE });
  return layers.model({ inputs: input, outputs: head.apply(base.apply(input)) as layers.SymbolicTensor });
}

describe('networks inside networks', () => {
  it.each([
    // The first network in a Sequential is its beginning: tfjs keeps its layers, not its name.
    ['Sequential', false, ''],
    ['functional', true, 'base/'],
  ])('%s: their layers are taps, and values those of tfjs', async (_, functional, base) => {
    const model = nested(functional);
    const draft = await read(filesOf(await saved(model)));
    expect(namesOf(draft)).toEqual([`${base}conv`, `${base}gap`, `${base}dense`, 'head/dense']);
    expect((draft.facts as ModelFacts).parameters).toBe(model.countParams());
    const { taps, logits } = await evaluate(draft);
    near(taps['head/dense'], predicted(model));
    near([...tf.softmax(tf.tensor2d(logits, [5, 8])).dataSync()], predicted(model));
  });

  it('whose weights carry the names of the networks around them', async () => {
    const model = nested(true);
    const files = await saved(model);
    const weights = files.json.weightsManifest[0].weights;
    for (const [i, spec] of weights.entries()) spec.name = `functional_9/${i < weights.length - 1 ? 'base' : 'head'}/${spec.name}`;
    near((await evaluate(await read(filesOf(files)))).taps['head/dense'], predicted(model));
  });
});

it('a layer that is used twice has two taps, the second of which can be the output', async () => {
  const make = (shared: boolean) => {
    const input = layers.input({ shape: SHAPE });
    const twice = dense({ units: 8, name: 'twice', kernelInitializer: 'identity', biasInitializer: 'ones' });
    const again = shared ? twice : dense({ units: 8, name: 'again', kernelInitializer: 'identity', biasInitializer: 'ones' });
    const first = dense({ units: 8, name: 'first' }).apply(flatten({ name: 'flat' }).apply(input)) as layers.SymbolicTensor;
    return layers.model({ inputs: input, outputs: again.apply(twice.apply(first)) as layers.SymbolicTensor });
  };
  const [shared, apart] = [make(true), make(false)];
  apart.getLayer('first').setWeights(shared.getLayer('first').getWeights());
  const draft = await read(filesOf(await saved(shared)));
  expect(namesOf(draft)).toEqual(['flat', 'first', 'twice', 'twice (2)']);
  near((await evaluate(draft)).logits, predicted(shared));
  near((await evaluate(await read(filesOf(await saved(apart))))).logits, predicted(shared));
});

it('outputs that are probabilities are known by their values, whatever stands behind the softmax', async () => {
  const front = () => [flatten({ inputShape: SHAPE, name: 'flat' }), dense({ units: 8, name: 'scores' })];
  const soft = () => activation({ activation: 'softmax', name: 'soft' });
  const forms = {
    plain: [soft()],
    reshaped: [soft(), reshape({ targetShape: [8], name: 'shape' })],
    dropped: [soft(), dropout({ rate: 0.5, name: 'drop' }), activation({ activation: 'linear', name: 'same' })],
    inside: [layers.sequential({ name: 'end', layers: [activation({ inputShape: [8], activation: 'softmax' })] })],
  };
  const scores = dense({ units: 8 });
  scores.build([null, 192]);
  for (const [name, end] of Object.entries(forms)) {
    const model = layers.sequential({ layers: [...front(), ...end] });
    model.getLayer('scores').setWeights(scores.getWeights());
    const { logits, taps } = await evaluate(await read(filesOf(await saved(model))));
    const wanted = tf.logSoftmax(tf.tensor2d(taps.scores, [5, 8])).dataSync();
    near(logits, [...wanted]);
    expect(name).toBeTruthy();
  }
  const open = layers.sequential({ layers: front() });
  const { logits, taps } = await evaluate(await read(filesOf(await saved(open))));
  expect(logits).toEqual(taps.scores);
});

it('outputs of a sigmoid are taken back to the logits before it', async () => {
  for (const end of [[], [reshape({ targetShape: [8] }), dropout({ rate: 0.5 })]]) {
    const scores = dense({ units: 8, name: 'scores' });
    const model = layers.sequential({ layers: [flatten({ inputShape: SHAPE }), scores, activation({ activation: 'sigmoid' }), ...end] });
    const { logits, taps } = await evaluate(await read(filesOf(await saved(model))));
    near(logits, taps.scores);
  }
});

it('a fixed batch and state between batches are taken off', async () => {
  const model = layers.sequential({ layers: [flatten({ batchInputShape: [1, ...SHAPE], name: 'flat' }), dense({ units: 8, name: 'top' })] });
  const { logits } = await evaluate(await read(filesOf(await saved(model))));
  expect(logits).toHaveLength(40);
});

describe('Keras 3', () => {
  /** As Keras 3 writes a functional network with a sum, batch normalisation and dropout; its weights carry the network's name. */
  async function keras3(): Promise<{ files: Saved; model: layers.LayersModel }> {
    const input = layers.input({ shape: SHAPE, name: 'input_layer' });
    const one = conv2d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'relu', name: 'one' }).apply(input) as layers.SymbolicTensor;
    const two = batchNormalization({ name: 'norm' }).apply(conv2d({ filters: 4, kernelSize: 1, name: 'two' }).apply(one)) as layers.SymbolicTensor;
    const sum = add({ name: 'sum' }).apply([one, two]) as layers.SymbolicTensor;
    const output = dense({ units: 8, activation: 'softmax', name: 'top' }).apply(flatten({ name: 'flat' }).apply(sum)) as layers.SymbolicTensor;
    const model = layers.model({ inputs: input, outputs: output, name: 'functional_1' });
    const files = await saved(model);
    const topology = files.json.modelTopology as { class_name: string; config: { layers: Json[]; input_layers: unknown[]; output_layers: unknown[] } };
    topology.class_name = 'Functional';
    const { config } = topology;
    config.input_layers = config.input_layers.flat();
    config.output_layers = config.output_layers.flat();
    for (const layer of config.layers) {
      const own = layer.config as Json;
      own.dtype = { module: 'keras', class_name: 'DTypePolicy', config: { name: 'float32' }, registered_name: null };
      if (own.batch_input_shape) {
        own.batch_shape = own.batch_input_shape;
        delete own.batch_input_shape;
      }
      if (own.kernel_initializer)
        own.kernel_initializer = { module: 'keras.initializers', class_name: 'GlorotUniform', config: { seed: null }, registered_name: null };
      if (layer.class_name === 'BatchNormalization') own.axis = [3];
      const tensors = (layer.inbound_nodes as unknown[][][])[0]?.map(([name, node, tensor]) => ({
        class_name: '__keras_tensor__',
        config: { shape: [null], dtype: 'float32', keras_history: [name, node, tensor] },
      }));
      layer.inbound_nodes = tensors ? [{ args: tensors.length > 1 ? [tensors] : tensors, kwargs: tensors.length > 1 ? {} : { mask: null } }] : [];
    }
    files.json.modelTopology = { keras_version: '3.8.0', backend: 'tensorflow', model_config: topology };
    for (const spec of files.json.weightsManifest[0].weights) spec.name = `functional_1/${spec.name}`;
    return { files, model };
  }

  it('is another spelling of the same network', async () => {
    const { files, model } = await keras3();
    const draft = await read(filesOf(files));
    expect(namesOf(draft)).toEqual(['one', 'two', 'norm', 'sum', 'flat', 'top']);
    near((await evaluate(draft)).taps.top, predicted(model));
  });

  it('is refused where tfjs would compute something else, with the way to save it again', async () => {
    const { files } = await keras3();
    const text = JSON.stringify(files.json).replace('"activation":"relu"', '"activation":"hard_sigmoid"');
    expect(await refusal(filesOf({ ...files, json: JSON.parse(text) }))).toMatch(
      /“net\/model.json” cannot be built: its activation “hard_sigmoid” is another function in Keras 3 .* TF_USE_LEGACY_KERAS=1/,
    );
  });
});

describe('weights', () => {
  const model = () => layers.sequential({ layers: [flatten({ inputShape: SHAPE, name: 'flat' }), dense({ units: 8, name: 'top' })] });

  it('are found where the paths say, not by their last name alone', async () => {
    const files = await saved(model());
    const [half, rest] = [files.bytes.slice(0, 3000), files.bytes.slice(3000)];
    files.json.weightsManifest[0].paths = ['a/w.bin', 'b/w.bin'];
    const json = given('net/model.json', JSON.stringify(files.json));
    const draft = await read([given('net/b/w.bin', rest), given('net/a/w.bin', half), json]);
    expect(draft.parts.weights).toEqual(files.bytes);
    expect(await refusal([given('w.bin', half), json])).toMatch(/“b\/w.bin” is missing/);
    expect(await refusal([given('x/w.bin', half), given('y/w.bin', rest), json])).toMatch(
      /names “a\/w.bin”, and 2 files are called that \(“x\/w.bin”, “y\/w.bin”\)/,
    );
    // Chosen one by one, files have lost their folders: names that occur once still tell.
    files.json.weightsManifest[0].paths = ['a/one.bin', 'b/two.bin'];
    const flat = await read([given('two.bin', rest), given('one.bin', half), given('model.json', JSON.stringify(files.json))]);
    expect(flat.parts.weights).toEqual(files.bytes);
  });

  it('that are not numbers, or belong to other layers, are named', async () => {
    const files = await saved(model());
    const bad = files.bytes.slice();
    new Float32Array(bad.buffer)[1537] = Number.NaN;
    expect(await refusal(filesOf({ ...files, bytes: bad }))).toMatch(/“net\/model.json”: top\/bias holds values that are not numbers/);
    const [, bias] = files.json.weightsManifest[0].weights;
    bias.name = 'other/bias';
    expect(await refusal(filesOf(files))).toMatch(/cannot be built: 1 of its 2 weights are not in its list of weights \(top\/bias\)/);
    (bias as { shape: unknown }).shape = 'eight';
    expect(await refusal(filesOf(files))).toMatch(/The list of weights in “net\/model.json” cannot be read \(0: weights: 1: shape: /);
  });
});

it('refuses what cannot be used when it is dropped', async () => {
  const dead = layers.sequential({
    layers: [conv2d({ inputShape: SHAPE, filters: 2, kernelSize: 3, activation: 'relu', name: 'conv' }), flatten({ name: 'flat' })],
  });
  dead.getLayer('conv').setWeights([tf.zeros([3, 3, 3, 2]), tf.tensor1d([-1, -1])]);
  expect(await refusal(filesOf(await saved(dead)))).toMatch(/To every layer of “net\/model.json” all examples look the same \(conv, flat\)/);
  const half = layers.sequential({ layers: [flatten({ inputShape: SHAPE, name: 'flat' }), dense({ units: 8, activation: 'relu', name: 'top' })] });
  half.getLayer('top').setWeights([tf.zeros([192, 8]), tf.zeros([8])]);
  expect((await read(filesOf(await saved(half)))).notes).toEqual(['All examples look the same to 1 layer of it (top): nothing can be aligned with it.']);
  const files = await saved(layers.sequential({ layers: [reshape({ inputShape: SHAPE, targetShape: [192], name: 'shape' }), dense({ units: 8 })] }));
  const text = JSON.stringify(files.json).replace('"target_shape":[192]', '"target_shape":[192,1]');
  expect(await refusal(filesOf({ ...files, json: JSON.parse(text) }))).toMatch(/^FileError: “net\/model.json” cannot be built/);
});
