import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lab } from '../../experiment/contract/lab.ts';
import { type PlainTensor, readSafetensors, writeSafetensors } from '../../experiment/contract/safetensors.ts';
import { toTorch } from '../../experiment/contract/torchWeights.ts';
import type { LabEvent } from '../../experiment/contract/events.ts';
import type { RunResult } from '../../experiment/contract/result.ts';
import { parseExperiment } from '../../experiment/parse.ts';
import type { Experiment, GuideSpec } from '../../experiment/schema/schema.ts';
import { nodeWasmFiles } from '../backend/nodeWasmFiles.ts';
import { given } from '../files/testing.ts';
import { createLab } from '../lab.ts';
import { member } from '../testing/drive.ts';
import { tinyExperiment, tinySequences } from '../testing/experiments.ts';

const EXPERIMENT = tinyExperiment({ seeds: [0], 'base.steps': 3 });

let lab: Lab;
let events: LabEvent[] = [];
/** Of its trained guide, as the script has them. */
let weights: Record<string, PlainTensor>;

beforeAll(async () => {
  lab = createLab({ assets: null, wasmFiles: nodeWasmFiles });
  lab.subscribe((event) => events.push(event));
  const { guides } = await lab.startingPoint(EXPERIMENT, 'wasm');
  weights = toTorch(guides.find(({ guide }) => guide === 'trained')?.tensors ?? {});
});
afterAll(() => lab.dispose());

const drop = (tensors: Record<string, PlainTensor>, name = 'guide-trained') => lab.addFiles([given(`${name}.safetensors`, writeSafetensors(tensors))]);

async function run(experiment: Experiment): Promise<RunResult> {
  events = [];
  await lab.open(experiment, { backend: 'wasm' });
  await lab.run();
  for (;;) {
    const over = events.find((event) => event.type === 'run.finished');
    if (over) return over.result;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

it('weights of a network of the experiment are a guide like the one that they came from', async () => {
  const asset = await drop(weights);
  expect(asset).toMatchObject({ name: 'guide-trained', facts: { kind: 'weights', tensors: Object.keys(weights).length } });
  const fit = await lab.weightsFit(EXPERIMENT, asset.hash);
  const { guides } = EXPERIMENT;
  expect(fit).toEqual({ network: 'network' in guides.trained && guides.trained.network, guide: 'trained' });
  const loaded: GuideSpec = { state: 'loaded', file: { hash: asset.hash, name: asset.name }, network: fit.network };
  const parsed = parseExperiment({ ...EXPERIMENT, guides: { ...guides, trained: loaded } });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const [theirs, ours] = [await run(EXPERIMENT), await run(parsed.experiment)];
  expect(member(ours, 'guided', 0).history).toEqual(member(theirs, 'guided', 0).history);
  expect(ours.guides.find(({ id }) => id === 'trained')).toMatchObject({ state: 'loaded', source: 'imported' });
  // Going on elsewhere with them is going on with the same ones.
  const again = (await lab.startingPoint(parsed.experiment, 'wasm')).guides.find(({ guide }) => guide === 'trained');
  expect(again?.seed).toBeNull();
  expect(toTorch(again?.tensors ?? {})).toEqual(weights);
});

it('weights of no network of the experiment are told from the one that was likely meant', async () => {
  const { hash } = await drop({ ...weights, 'head.weight': { shape: [3, 16], data: new Float32Array(48) } }, 'other');
  await expect(lab.weightsFit(EXPERIMENT, hash)).rejects.toMatchObject({
    message: expect.stringMatching(
      /^“other” fits no network of this experiment\. As ResNet-8: The tensor head\.weight is of 3×16 values, where the network has 8×16\.$/,
    ),
    remedy: expect.stringContaining('Open the experiment'),
  });
  await expect(lab.weightsFit(tinySequences('first-token'), hash)).rejects.toMatchObject({ message: expect.stringContaining('The weights have no tensor') });
  const more = await drop({ ...weights, more: { shape: [1], data: new Float32Array(1) } }, 'more');
  await expect(lab.weightsFit(EXPERIMENT, more.hash)).rejects.toMatchObject({
    message: expect.stringMatching(/The file has \d+ tensors, where the network has \d+/),
  });
  const guide: GuideSpec = { state: 'loaded', file: { hash, name: 'other' }, network: EXPERIMENT.target };
  await expect(lab.open({ ...EXPERIMENT, guides: { ...EXPERIMENT.guides, trained: guide } }, { backend: 'wasm' })).rejects.toMatchObject({
    message: expect.stringMatching(/^“other” are not the weights of 2×16 FCN\. The weights have no tensor linear1\.weight\.$/),
  });
  await lab.deleteAsset(hash);
  await expect(lab.open({ ...EXPERIMENT, guides: { ...EXPERIMENT.guides, trained: guide } }, { backend: 'wasm' })).rejects.toMatchObject({
    name: 'MissingFilesError',
  });
});

it('files that hold no weights are refused in words', async () => {
  const file = writeSafetensors(weights);
  const refuses = (bytes: Uint8Array<ArrayBuffer>, message: RegExp, name = 'w.safetensors') =>
    expect(lab.addFiles([given(name, bytes)])).rejects.toMatchObject({
      name: 'FileError',
      message: expect.stringMatching(message),
      remedy: expect.any(String),
    });
  await refuses(file.slice(0, -5), /^“w\.safetensors” cannot be read\. The values of the tensor .+ are not all there\.$/);
  await refuses(file.slice(0, 20), /cannot be read\. The file is no safetensors file, or its end is missing\.$/);
  await refuses(writeSafetensors({}), /holds no tensors/);
  await refuses(writeSafetensors({ x: { shape: [1], data: Float32Array.of(Number.NaN) } }), /x holds values that are not numbers/);
  // Whatever it is called.
  await refuses(file.slice(0, -5), /“weights” cannot be read/, 'weights');
  await expect(lab.addFiles([given('a.safetensors', file), given('b.safetensors', file)])).rejects.toMatchObject({ message: /two networks/ });
  expect(readSafetensors(file.buffer)).toEqual(weights);
});
