import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../scripts/install.mjs';
import { chooseBackend } from '../src/lab/check/choose.ts';
import { Guide } from '../src/lab/guidance/guide.ts';
import { type ShippedGuide, unpackTensors } from '../src/lab/guidance/store.ts';
import { createTask } from '../src/lab/tasks/index.ts';
import { nodeWasmFiles } from '../src/lab/backend/nodeWasmFiles.ts';
import { Evaluator } from '../src/lab/observation/evaluation.ts';
import { LOWEST_SCORE, shippedRecipes } from './guides.ts';

const folder = join(ROOT, 'public/guides');
const manifest = async () => JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as ShippedGuide[];
const file = async (name: string) => Uint8Array.from(await readFile(join(folder, name))).buffer;

it('ships a guide for every trained guide of the presets, and it scores what it must', async () => {
  const entries = await manifest();
  const { kernels } = await chooseBackend('wasm', nodeWasmFiles);
  for (const { key, task: spec, guide } of shippedRecipes()) {
    const entry = entries.find((e) => e.key === key);
    expect(entry, `run "npm run guides": the recipe for ${spec.kind} changed`).toBeDefined();
    if (!entry) continue;
    const task = createTask(spec);
    const weights = unpackTensors(await file(entry.file), entry);
    const model = new Guide('shipped', guide, { task: task.shape, train: task.train, seeds: [0], network: guide.network, weights }, kernels);
    const [score] = (await new Evaluator(task.val, task.shape.input).evaluate(model.models[0])).accuracy;
    model.dispose();
    expect(score).toBeGreaterThanOrEqual(LOWEST_SCORE);
    expect(score).toBeCloseTo(entry.score, 2);
  }
});

it('refuses a file that is not the one of the manifest', async () => {
  const [entry] = await manifest();
  const bytes = await file(entry.file);
  new Uint8Array(bytes)[1000] ^= 1;
  expect(() => unpackTensors(bytes, entry)).toThrow(/damaged/);
});
