import { afterAll, beforeAll, expect, it } from 'vitest';
import { withChosen } from '../../experiment/plan/assetRefs.ts';
import type { AssetInfo } from '../../experiment/schema/assets.ts';
import type { LabEvent } from '../../experiment/contract/events.ts';
import type { Checkpoint, Lab } from '../../experiment/contract/lab.ts';
import type { RunResult } from '../../experiment/contract/result.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';
import { presetExperiment } from '../../experiment/testing.ts';
import { nodeWasmFiles } from '../backend/nodeWasmFiles.ts';
import { createLab } from '../lab.ts';
import { curve, member } from '../testing/drive.ts';
import { tinyFileImages } from '../testing/experiments.ts';
import { cifarFile, given } from './testing.ts';

/** One seed, unguided and guided. */
const SMALL = { seeds: [0], arms: presetExperiment('cifar').arms.slice(0, 2) };
const PLAIN = tinyFileImages(SMALL);
const CHANGED = tinyFileImages({ ...SMALL, 'task.augment': { crop: true, flip: true } });

// One lab for all: every new one checks its backend first.
let lab: Lab;
let events: LabEvent[];
let asset: AssetInfo;

beforeAll(async () => {
  lab = createLab({ assets: null, wasmFiles: nodeWasmFiles });
  lab.subscribe((event) => events.push(event));
  events = [];
  asset = await lab.addFiles([given('data_batch_1.bin', cifarFile(120)), given('test_batch.bin', cifarFile(40, { first: 120 }))]);
});
afterAll(() => lab.dispose());

const open = async (experiment: Experiment, checkpoint?: Checkpoint) => {
  events = [];
  await lab.open(withChosen(experiment, asset), { backend: 'wasm', checkpoint });
};

/** Run to the end, or some steps, and wait until that is done. */
async function run(steps?: number): Promise<RunResult | undefined> {
  const over = () =>
    events.some((e) => e.type === 'run.finished') ||
    (steps !== undefined && events.filter((e) => e.type === 'phase.changed' && e.phase === 'paused').length > 1);
  await lab.run(steps);
  while (!over()) await new Promise((resolve) => setTimeout(resolve, 5));
  return events.flatMap((e) => (e.type === 'run.finished' ? [e.result] : []))[0];
}

it('a run on images of files goes through, guides included, and says which files it used', async () => {
  expect(events).toContainEqual({ type: 'files.progress', name: '2 files', activity: 'reading', done: 160 * 3073, total: 160 * 3073 });
  expect(await lab.listAssets()).toEqual([asset]);
  await open(PLAIN);
  const result = await run();
  expect(result?.experiment.task).toMatchObject({ data: { hash: asset.hash }, train: 96, val: 40 });
  for (const { history } of result?.members ?? []) for (const loss of history.trainLoss) expect(loss).toBeGreaterThan(0);
});

it('with random changes it repeats itself bit for bit, also from a checkpoint, and shows all arms of a seed the same', async () => {
  await open(CHANGED);
  const once = (await run()) as RunResult;
  await open(CHANGED);
  await run(3);
  const checkpoint = await lab.checkpoint();
  await open(CHANGED, checkpoint);
  const again = (await run()) as RunResult;
  for (const arm of ['unguided', 'guided']) expect(curve(member(again, arm, 0)), arm).toEqual(curve(member(once, arm, 0)));
  // Before any step the arms are equal: so are their first losses, if they see the same changed images.
  expect(member(once, 'guided', 0).history.trainLoss[0]).toBe(member(once, 'unguided', 0).history.trainLoss[0]);
});

it('fails in words where the files are not there', async () => {
  await expect(lab.open(PLAIN, { backend: 'wasm' })).rejects.toMatchObject({ name: 'MissingFilesError', remedy: 'Drop them on the page, then run again.' });
});
