/** A guide that was trained on another task of the same inputs, from its recipe to the arm that it guides. */
import { expect, it } from 'vitest';
import { parseExperiment } from '../experiment/parse.ts';
import { runToEnd } from './testing/collect.ts';
import { curve, member } from './testing/drive.ts';
import { tinyExperiment } from './testing/experiments.ts';

const SHAPES = { kind: 'shapes', size: 8, train: 96, val: 64, seed: 0, noise: 0.05 };
const settings = { 'base.steps': 2, 'base.evaluateEvery': 2, seeds: [0], 'guides.trained.training.steps': 3 };

it('guides with what it learnt on its own task, whatever the experiment is about', async () => {
  const own = tinyExperiment(settings);
  const transfer = tinyExperiment({ ...settings, 'guides.trained.training.task': SHAPES });
  expect(parseExperiment(transfer)).toMatchObject({ ok: true });
  const moved = { ...transfer, task: { ...transfer.task, seed: 5 } as typeof own.task };
  const [a, b, c] = [await runToEnd(own, 'wasm'), await runToEnd(transfer, 'wasm'), await runToEnd(moved, 'wasm')];
  // Trained and scored on shapes: the same on other textures.
  expect(b.result.guides[0]).toEqual(c.result.guides[0]);
  expect(b.result.guides[0].valLoss).not.toBe(a.result.guides[0].valLoss);
  // It guides: the arm is another than with the guide of the task; the unguided one does not notice.
  expect(curve(member(b.result, 'guided', 0)).loss).not.toEqual(curve(member(a.result, 'guided', 0)).loss);
  expect(member(b.result, 'unguided', 0).history.trainLoss).toEqual(member(a.result, 'unguided', 0).history.trainLoss);
});
