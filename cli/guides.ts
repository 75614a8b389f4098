/**
 * Build the trained guides that the page ships, from the recipes in the presets. A rebuild need not give the same bits
 * on another machine; it is accepted on its score.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { PRESETS } from '../src/experiment/presets/presets.ts';
import { isImageTask, type TrainedGuideSpec } from '../src/experiment/schema/schema.ts';
import { chooseBackend } from '../src/lab/check/choose.ts';
import { Guide } from '../src/lab/guidance/guide.ts';
import { packTensors, recipeKey, type ShippedGuide } from '../src/lab/guidance/store.ts';
import { createTask, type DrawnTaskSpec } from '../src/lab/tasks/index.ts';
import { nodeWasmFiles } from '../src/lab/backend/nodeWasmFiles.ts';
import { Evaluator } from '../src/lab/observation/evaluation.ts';
import { trainGuide } from '../src/lab/training/trainGuide.ts';

/** Validation accuracy below which a rebuilt guide is refused. */
export const LOWEST_SCORE = 0.88;

interface Recipe {
  key: string;
  task: DrawnTaskSpec;
  guide: TrainedGuideSpec;
}

/** Every trained guide of the image presets, once. */
export function shippedRecipes(): Recipe[] {
  const recipes = new Map<string, Recipe>();
  for (const { experiment } of PRESETS) {
    // Guides for sequences are trained in seconds where they are needed; those for files only the files' owners can train.
    if (!isImageTask(experiment.task) || experiment.task.kind === 'image-files') continue;
    for (const guide of Object.values(experiment.guides)) {
      if (guide.state !== 'trained') continue;
      const key = recipeKey(experiment.task, guide);
      recipes.set(key, { key, task: experiment.task, guide });
    }
  }
  return [...recipes.values()];
}

/** @returns the process's exit code */
export async function main(root: string): Promise<number> {
  const folder = join(root, 'public/guides');
  await mkdir(folder, { recursive: true });
  const { kernels } = await chooseBackend('wasm', nodeWasmFiles);
  const manifest: ShippedGuide[] = [];
  for (const { key, task: spec, guide } of shippedRecipes()) {
    const task = createTask(spec);
    const weights = await trainGuide('shipped', guide, task, kernels, async ({ step, steps, valMetric }) => {
      if (valMetric !== null) process.stderr.write(`${spec.kind}: step ${step} of ${steps}, validation accuracy ${(100 * valMetric).toFixed(1)} %\n`);
    });
    const frozen = new Guide('shipped', guide, { task: task.shape, train: task.train, seeds: [0], network: guide.network, weights }, kernels);
    const [score] = (await new Evaluator(task.val, task.shape.input).evaluate(frozen.models[0])).accuracy;
    frozen.dispose();
    if (score < LOWEST_SCORE) {
      process.stderr.write(`The guide for ${spec.kind} scores ${score}, below ${LOWEST_SCORE}: nothing was written.\n`);
      return 1;
    }
    const { bytes, list } = packTensors(weights);
    const file = `${spec.kind}-${guide.network.family}.bin`;
    await writeFile(join(folder, file), bytes);
    manifest.push({ key, file, sha256: bytesToHex(sha256(bytes)), score: Math.round(score * 1e4) / 1e4, tensors: list });
  }
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest)}\n`);
  process.stdout.write(`${manifest.map(({ file, score }) => `${file}: ${(100 * score).toFixed(1)} %`).join('\n')}\n`);
  return 0;
}
