/** What the lab tells of the layers before training is what a run records at step 0. */
import { expect, it } from 'vitest';
import type { Experiment } from '../experiment/schema/schema.ts';
import { mappedPairs, pairsBySimilarity, tapNames } from '../experiment/plan/pairs.ts';
import { nodeWasmFiles } from './backend/nodeWasmFiles.ts';
import { createLab } from './lab.ts';
import { runToEnd } from './testing/collect.ts';
import { curve, openLab } from './testing/drive.ts';
import { tinyExperiment, tinySequences } from './testing/experiments.ts';

/** The similarities at step 0 of a run, of a member's layers with a guide's, and what the lab tells before. */
async function both(experiment: Experiment, arm: string, guide: string) {
  const { lab, events } = await openLab(experiment, 'wasm');
  const recorded = events.flatMap((e) => (e.type === 'evaluation.recorded' ? [e.record.matrices[guide]] : []))[0];
  const told = await lab.similarityBefore(experiment, { arm, guide }, 'wasm');
  await lab.dispose();
  const size = tapNames(experiment, guide).length * tapNames(experiment).length;
  const member = experiment.arms.findIndex(({ id }) => id === arm) * experiment.seeds.length;
  const cka = recorded.filter((_, i) => i % 3 === 0).slice(member * size, (member + 1) * size);
  return { told, cka };
}

it.each<[string, Experiment, string, string]>([
  ['a trained guide', tinyExperiment({ seeds: [3, 1] }), 'guided', 'trained'],
  ['an untrained guide, which differs from seed to seed', tinyExperiment({ seeds: [3, 1] }), 'guided', 'untrained'],
  ['an arm with another initialisation', tinyExperiment({ 'arms.guided.init': 'orthogonal' }), 'guided', 'untrained'],
  [
    'a fork, which begins as another arm',
    tinyExperiment({ 'arms.guided.init': 'orthogonal', 'arms.distilled.fork': { of: 'guided', step: 2 } }),
    'distilled',
    'untrained',
  ],
  [
    'a control, whose network is the plain guide’s',
    tinyExperiment({ 'guides.control': { ...tinyExperiment().guides.untrained, control: 'shuffled' } }),
    'guided-untrained',
    'control',
  ],
  ['sequences', tinySequences('first-token'), 'guided', 'trained'],
])('%s', async (_, experiment, arm, guide) => {
  const { told, cka } = await both(experiment, arm, guide);
  expect(told.values).toEqual(cka);
  expect(told.values.length).toBe(told.guideTaps.length * told.targetTaps.length);
  // They differ: the comparison is not one of constants.
  expect(new Set(told.values).size).toBeGreaterThan(told.values.length / 2);
  const pairs = pairsBySimilarity(experiment, guide, told);
  expect(pairs.map(({ target }) => target)).toEqual(mappedPairs(experiment, guide, { rule: 'even' }).map(({ targetTap }) => targetTap));
});

it('can be asked while nothing is open, and changes nothing of a run that is', async () => {
  const experiment = tinyExperiment();
  const alone = createLab({ assets: null, wasmFiles: nodeWasmFiles });
  const { values } = await alone.similarityBefore(experiment, { arm: 'unguided', guide: 'trained' }, 'wasm');
  await alone.dispose();
  const { lab, result } = await openLab(experiment, 'wasm');
  const done = result();
  expect((await lab.similarityBefore(experiment, { arm: 'guided', guide: 'trained' }, 'wasm')).values).toEqual(values);
  const plain = await runToEnd(experiment, 'wasm');
  expect((await done).members.map(curve)).toEqual(plain.result.members.map(curve));
  await lab.dispose();
  await expect(lab.similarityBefore(experiment, { arm: 'gone', guide: 'trained' }, 'wasm')).rejects.toThrow('has no arm "gone"');
});
