/** Layers models: saved by tfjs in the test itself, taken in, and run as guides. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
// As the package tfjs does, whose saved networks these are.
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import * as layers from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AssetInfo, GivenFile, ModelFacts } from '../../experiment/schema/assets.ts';
import { taskShape } from '../../experiment/networks/describe.ts';
import { parseExperiment } from '../../experiment/parse.ts';
import { formatProblem } from '../../experiment/schema/problem.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';
import { composed } from '../backend/kernels/composed/index.ts';
import { nodeWasmFiles } from '../backend/nodeWasmFiles.ts';
import { ImportedModel, type StoredTopology } from '../networks/imported.ts';
import { createLab } from '../lab.ts';
import { createTask } from '../tasks/index.ts';
import { tinyExperiment, tinySequences } from '../testing/experiments.ts';
import { inputTensor } from '../steps/inputs.ts';
import type { LabEvent } from '../../experiment/contract/events.ts';
import { Source } from './reader.ts';
import { layersModel } from './layersModel.ts';
import { given } from './testing.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const { dense, conv2d, flatten, embedding, gru, batchNormalization, add } = layers.layers;

/** A residual network of tfjs's functional kind, ending in softmax. */
function images(classes = 8): layers.LayersModel {
  const input = layers.input({ shape: [8, 8, 3] });
  const first = conv2d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'relu', name: 'stem' }).apply(input) as layers.SymbolicTensor;
  const second = batchNormalization({ name: 'norm' }).apply(
    conv2d({ filters: 4, kernelSize: 3, padding: 'same', name: 'inner' }).apply(first),
  ) as layers.SymbolicTensor;
  const sum = add({ name: 'sum' }).apply([first, second]) as layers.SymbolicTensor;
  const output = dense({ units: classes, activation: 'softmax', name: 'classes' }).apply(flatten({ name: 'flat' }).apply(sum)) as layers.SymbolicTensor;
  return layers.model({ inputs: input, outputs: output, name: 'small-residual' });
}
const tokens = (): layers.LayersModel =>
  layers.sequential({
    name: 'reader',
    layers: [
      embedding({ inputDim: 6, outputDim: 5, inputLength: 6, name: 'table' }),
      gru({ units: 7, returnSequences: true, name: 'memory' }),
      gru({ units: 4, name: 'end' }),
    ],
  });

/** The files that `model.save` writes. */
async function saved(model: layers.LayersModel, shards = 1): Promise<{ json: Record<string, unknown>; files: GivenFile[] }> {
  let kept: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      kept = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  const bytes = new Uint8Array(kept?.weightData as ArrayBuffer);
  const size = Math.ceil(bytes.length / shards);
  const paths = Array.from({ length: shards }, (_, i) => `group1-shard${i + 1}of${shards}.bin`);
  const json = { format: 'layers-model', generatedBy: 'a test', modelTopology: kept?.modelTopology, weightsManifest: [{ paths, weights: kept?.weightSpecs }] };
  return {
    json,
    files: [given('net/model.json', JSON.stringify(json)), ...paths.map((path, i) => given(`net/${path}`, bytes.slice(i * size, (i + 1) * size)))],
  };
}

const read = async (files: GivenFile[]) => {
  const sources = await Promise.all(files.map((file) => Source.open(file)));
  expect(layersModel.recognises(sources)).toBe(true);
  return layersModel.read(sources, () => {});
};
const refusal = async (files: GivenFile[]): Promise<string> =>
  read(files).then(
    () => 'taken',
    (error: Error) => `${error.name}: ${error.message}`,
  );

describe('taking in a Layers model', () => {
  it('knows its input, layers, parameters and arithmetic, whatever it is split into', async () => {
    const model = images();
    const { name, facts, parts } = await read((await saved(model, 3)).files);
    expect(name).toBe('small-residual');
    expect(facts).toMatchObject({ kind: 'model', input: [8, 8, 3], parameters: model.countParams() });
    expect((facts as ModelFacts).layers).toEqual([
      { name: 'stem', shape: [8, 8, 4] },
      { name: 'inner', shape: [8, 8, 4] },
      { name: 'norm', shape: [8, 8, 4] },
      { name: 'sum', shape: [8, 8, 4] },
      { name: 'flat', shape: [256] },
      { name: 'classes', shape: [8] },
    ]);
    expect(parts).toEqual((await read((await saved(model)).files)).parts);
    expect((await read((await saved(tokens())).files)).facts).toMatchObject({ input: [6], vocabulary: 6 });
  });

  it('refuses what is not whole, and says which file', async () => {
    const { json, files } = await saved(images(), 2);
    const [model, first, second] = files;
    const altered = (change: object) => refusal([given('model.json', JSON.stringify({ ...json, ...change })), first, second]);
    expect(await refusal([model, first])).toMatch(/“group1-shard2of2.bin” is missing, which “net\/model.json” names/);
    expect(await refusal([model, first, { ...second, blob: second.blob.slice(0, 40) }])).toMatch(/bytes less than “net\/model.json” says: a file was cut off/);
    expect(await refusal([model, first, { ...second, blob: new Blob([second.blob, 'more']) }])).toMatch(/“net\/group1-shard2of2.bin” has \d+ bytes, more than/);
    expect(await refusal([{ ...model, blob: model.blob.slice(0, -20) }, first, second])).toMatch(/is no JSON/);
    expect(await altered({ format: 'graph-model' })).toMatch(/is a graph model/);
    expect(await altered({ modelTopology: null })).toMatch(/has no topology/);
    expect(await altered({ weightsManifest: undefined })).toMatch(/has no list of weights/);
    expect(await altered({ modelTopology: JSON.parse(JSON.stringify(json.modelTopology).replace('"Flatten"', '"Wavelet"')) })).toMatch(
      /cannot be built: Unknown layer: Wavelet/,
    );
    expect(await refusal([model, first, second, given('other.json', JSON.stringify(json))])).toMatch(/are two networks/);
    const open = layers.sequential({ layers: [conv2d({ inputShape: [null as unknown as number, null as unknown as number, 3], filters: 2, kernelSize: 3 })] });
    expect(await refusal((await saved(open)).files)).toMatch(/the size of the input is not fixed \(\?×\?×\?×3\)/);
  });
});

describe('as a guide', () => {
  it.each([
    ['images', images, tinyExperiment().task],
    ['tokens', tokens, tinySequences('first-token').task],
  ] as const)('%s: every layer is what tfjs predicts', async (_, make, spec) => {
    const model = make();
    const draft = await read((await saved(model)).files);
    const shape = taskShape(spec);
    const stored = JSON.parse(new TextDecoder().decode(draft.parts.topology)) as StoredTopology;
    const guide = await ImportedModel.create(stored, draft.parts.weights.buffer, draft.facts as ModelFacts, shape, composed);
    const inputs = inputTensor([createTask(spec).batch(0, 0, 5)], shape.input);
    tf.tidy(() => {
      const { logits, taps } = guide.infer(inputs);
      expect([...taps.keys()]).toEqual((draft.facts as ModelFacts).layers.map(({ name }) => name));
      for (const [name, tensor] of taps) {
        const direct = layers
          .model({ inputs: model.inputs, outputs: model.getLayer(name).getOutputAt(0) as layers.SymbolicTensor })
          .predict(tf.reshape(tf.cast(inputs, 'float32'), [5, ...shape.input])) as tf.Tensor;
        expect(tf.max(tf.abs(tf.sub(tf.reshape(direct, [-1]), tf.reshape(tensor, [-1])))).dataSync()[0], name).toBeLessThan(1e-6);
      }
      expect(guide.classifies).toBe(true);
      if (shape.tokens) return;
      // Logits whose softmax is the output.
      const difference = tf.sub(tf.softmax(logits), tf.reshape(taps.get('classes') as tf.Tensor, logits.shape));
      expect(tf.max(tf.abs(difference)).dataSync()[0]).toBeLessThan(1e-6);
    });
    guide.dispose();
  });

  const guided = (task: Experiment['task'], { name, hash, facts }: Pick<AssetInfo, 'name' | 'hash'> & { facts: ModelFacts }, distil = false): Experiment => {
    const { kind: _, ...model } = facts;
    const tiny = tinyExperiment();
    return {
      ...tiny,
      asks: undefined,
      task,
      guides: { imported: { state: 'imported', file: { name, hash }, model } },
      arms: [
        { id: 'guided', name: 'Guided', terms: [{ kind: 'align', guide: 'imported', weight: 1 }] },
        ...(distil
          ? [
              {
                id: 'distilled',
                name: 'Distilled',
                terms: [{ kind: 'distil' as const, guide: 'imported', temperature: 2, ceWeight: 0.5, kdWeight: 0.5, direction: 'forward' as const }],
              },
            ]
          : []),
      ],
    };
  };
  const problems = (experiment: Experiment): string => {
    const parsed = parseExperiment(experiment);
    return parsed.ok ? '' : parsed.problems.map(formatProblem).join('; ');
  };

  it('says what does not fit', async () => {
    const { facts } = await read((await saved(images(5))).files);
    const asset = { name: 'five', hash: 'a'.repeat(64), facts: facts as ModelFacts };
    const task = tinyExperiment().task;
    expect(problems(guided(task, asset))).toBe('');
    expect(problems(guided(task, asset, true))).toBe('guides.imported.model cannot teach an arm: “five” gives outputs of 5, and teaching this task takes 8');
    expect(problems(guided({ ...task, size: 12 } as Experiment['task'], asset))).toMatch(
      /does not fit: “five” reads inputs of 8×8×3, and the task gives 12×12×3/,
    );
    const onTokens = { ...tinySequences('first-token'), asks: undefined, guides: guided(task, asset).guides, arms: guided(task, asset).arms };
    expect(problems(onTokens)).toMatch(/reads images \(8×8×3\), and the task gives tokens/);
  });

  it('guides and teaches on WASM, out of the files that were given', async () => {
    const lab = createLab({ assets: null, wasmFiles: nodeWasmFiles });
    const events: LabEvent[] = [];
    lab.subscribe((event) => events.push(event));
    try {
      const asset = (await lab.addFiles((await saved(images(8))).files)) as AssetInfo<ModelFacts>;
      const experiment = guided(tinyExperiment().task, asset, true);
      expect(problems(experiment)).toBe('');
      const altered = structuredClone(experiment);
      if (altered.guides.imported.state === 'imported') altered.guides.imported.model.layers[0].name = 'other';
      await expect(lab.open(altered, { backend: 'wasm' })).rejects.toThrow('“small-residual” is another network than the experiment says of it.');
      const before = tf.memory().numTensors;
      await lab.open(experiment, { backend: 'wasm' });
      await lab.run();
      for (let i = 0; i < 6000 && !events.some(({ type }) => type === 'run.finished'); i++) await new Promise((resolve) => setTimeout(resolve, 20));
      const finished = events.find((event) => event.type === 'run.finished');
      const { members, guides } = (finished as Extract<LabEvent, { type: 'run.finished' }>).result;
      expect(guides).toMatchObject([{ id: 'imported', state: 'imported', source: 'imported' }]);
      expect(members.flatMap(({ pairs }) => pairs.map(({ end }) => end)).every((end) => end !== null && end > 0 && end <= 1.0001)).toBe(true);
      expect(members.map(({ diverged }) => diverged)).toEqual(members.map(() => false));
      await lab.close();
      expect(tf.memory().numTensors).toBeLessThanOrEqual(before);
    } finally {
      await lab.dispose();
    }
  });
});
