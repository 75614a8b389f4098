/** Terms that are no similarities: twenty steps of each make smaller what it says, and nothing else of the run is touched. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Checkpoint } from '../experiment/contract/lab.ts';
import type { RunResult } from '../experiment/contract/result.ts';
import { guideNetwork } from '../experiment/plan/guides.ts';
import type { ArmSpec, Experiment, Term } from '../experiment/schema/schema.ts';
import { composed } from './backend/kernels/composed/index.ts';
import { Guide } from './guidance/guide.ts';
import type { PlainTensors } from './networks/weights.ts';
import { prepare } from './similarity/measures/forms.ts';
import { momentsApart, momentsOf } from './similarity/moments.ts';
import { intrinsicDimensions, participation } from './similarity/spectrum.ts';
import { inputTensor, sliceSplit } from './steps/inputs.ts';
import { createTask } from './tasks/index.ts';
import { curve, member, openLab } from './testing/drive.ts';
import { tinyExperiment, tinySequences } from './testing/experiments.ts';
import { groupOf } from './training/groupOf.ts';

const STEPS = 20;
const match = (what: 'outputs' | 'moments', weight: number, rest: object = {}): Term => ({ kind: 'match', guide: 'untrained', what, weight, ...rest });
const regularise = (what: 'intrinsic-dimension' | 'participation-ratio', weight: number, rest: object = {}): Term => ({
  kind: 'regularise',
  what,
  weight,
  ...(what === 'intrinsic-dimension' && { dimension: 4 }),
  ...rest,
});
const pairs = [
  { guide: 'linear1', target: 'linear1' },
  { guide: 'linear2', target: 'linear2', weight: 2 },
];

const ARMS: Record<string, Pick<ArmSpec, 'terms' | 'labelSmoothing'>> = {
  unguided: { terms: [] },
  nothing: { terms: [match('outputs', 0), match('moments', 0, { mapping: pairs }), regularise('participation-ratio', 0)] },
  outputs: { terms: [match('outputs', 10)] },
  'outputs at first': { terms: [match('outputs', 10, { course: { kind: 'until', step: 3 } })] },
  moments: { terms: [match('moments', 20, { mapping: pairs })] },
  participation: { terms: [regularise('participation-ratio', 20)] },
  'participation of the last': { terms: [regularise('participation-ratio', 20, { taps: ['linear2'] })] },
  dimension: { terms: [regularise('intrinsic-dimension', 5)] },
  smoothed: { terms: [], labelSmoothing: 0.5 },
};

const network = { ...tinyExperiment().target, norm: 'none', dropout: 0 } as Experiment['target'];
const experiment: Experiment = {
  ...tinyExperiment({ 'base.steps': STEPS, 'base.evaluateEvery': STEPS, 'base.batchSize': 32, 'base.learningRate': 0.01, seeds: [0, 1] }),
  asks: undefined,
  target: network,
  guides: { untrained: { state: 'untrained', network } },
  arms: Object.entries(ARMS).map(([id, arm], i) => ({ id: `arm-${i}`, name: id, ...arm })),
};
const idOf = (name: string): string => experiment.arms.find((arm) => arm.name === name)?.id ?? '';

/** What the terms of the arms are of, on the validation examples with the weights at the end, one number per seed. */
function numbersOf(name: string, checkpoint: Checkpoint): Record<'outputs' | 'moments' | 'participation' | 'dimension' | 'confidence', number[]> {
  const task = createTask(experiment.task);
  const spec = experiment.arms.find((arm) => arm.name === name) as ArmSpec;
  const { group } = groupOf(experiment, [spec], new Map(), composed);
  const own = Object.entries(checkpoint.tensors).filter(([key]) => key.startsWith(`${spec.id}/`));
  group.load(Object.fromEntries(own.map(([key, value]) => [key.slice(spec.id.length + 1), value])) as PlainTensors);
  const options = { task: task.shape, train: null, seeds: experiment.seeds, network: guideNetwork(experiment, 'untrained') };
  const guide = new Guide('untrained', experiment.guides.untrained, options, composed);
  const numbers = tf.tidy(() => {
    const inputs = inputTensor([sliceSplit(task.val, 0, 32)], task.shape.input);
    const { logits, taps } = group.model.infer(inputs);
    const guides = guide.models.map((model) => model.infer(inputs));
    const layer = (tap: string) => taps.get(tap) as tf.Tensor3D;
    const ofGuides = (tap: string) =>
      momentsOf(
        tf.concat3d(
          guides.map((each) => each.taps.get(tap) as tf.Tensor3D),
          0,
        ),
      );
    const z = (tap: string) => prepare(composed, layer(tap), 'centred').z;
    const read = (...parts: tf.Tensor[]) => [...tf.addN(parts).dataSync()];
    const one = tf.ones<tf.Rank.R1>([experiment.seeds.length]);
    return {
      outputs: read(
        tf.mean(
          tf.squaredDifference(
            logits,
            tf.concat3d(
              guides.map((each) => each.logits),
              0,
            ),
          ),
          [1, 2],
        ),
      ),
      moments: read(...['linear1', 'linear2', 'linear2'].map((tap) => momentsApart(layer(tap), ofGuides(tap), one).value)),
      participation: read(...['linear1', 'linear2'].map((tap) => participation(composed, z(tap)).value)),
      dimension: read(...intrinsicDimensions(composed, ['linear1', 'linear2'].map(z), 4).map(({ value }) => value)),
      confidence: read(tf.mean(tf.max(tf.softmax(logits), 2), 1)),
    };
  });
  group.dispose();
  guide.dispose();
  return numbers;
}

describe('on WASM', () => {
  let result: RunResult;
  let last: Checkpoint;
  beforeAll(async () => {
    const { lab, steps, result: end } = await openLab(experiment, 'wasm');
    await steps(STEPS - 1);
    last = structuredClone(await lab.checkpoint());
    result = await end();
    await lab.dispose();
    await tf.setBackend('cpu');
  });
  const of = (name: string, seed = 0) => curve(member(result, idOf(name), seed));

  it.each([
    ['outputs', 'outputs'],
    ['moments', 'moments'],
    ['participation', 'participation'],
    ['dimension', 'dimension'],
    ['smoothed', 'confidence'],
  ] as const)('%s makes its number smaller', (arm, number) => {
    const [own, unguided] = [numbersOf(arm, last)[number], numbersOf('unguided', last)[number]];
    for (const seed of experiment.seeds) {
      expect(own[seed]).toBeLessThan(0.9 * unguided[seed]);
      expect(result.members.find((m) => m.arm === idOf(arm) && m.seed === seed)?.diverged).toBe(false);
    }
  });

  it('nothing of weight 0 changes a bit, and a course ends when it says', () => {
    for (const seed of experiment.seeds) expect(of('nothing', seed)).toEqual(of('unguided', seed));
    const shared = of('outputs at first').loss.findIndex((loss, step) => loss !== of('outputs').loss[step]);
    expect(shared).toBe(4);
  });

  it('is of the layers that are named', () => {
    const [all, some] = ['participation', 'participation of the last'].map((name) => numbersOf(name, last).participation);
    expect(of('participation of the last').loss).not.toEqual(of('participation').loss);
    for (const seed of experiment.seeds) expect(all[seed]).not.toBe(some[seed]);
  });

  it('records the loss on the labels as they are', () => {
    expect(of('smoothed').loss[0]).toBe(of('unguided').loss[0]);
  });
});

it.each(['first-token', 'parity'] as const)('takes part in steps on sequences (%s)', async (id) => {
  const preset = tinySequences(id, {
    'base.steps': 3,
    'base.evaluateEvery': 3,
    'base.mapping': { rule: 'even' },
    seeds: [0],
    ...(id === 'parity' && { 'task.minLength': 3 }),
  });
  const target = preset.target;
  const { lab, result } = await openLab(
    {
      ...preset,
      asks: undefined,
      guides: { untrained: { state: 'untrained', network: target } },
      arms: [
        [],
        [match('outputs', 1)],
        [match('moments', 1, { mapping: { rule: 'even' } })],
        [regularise('participation-ratio', 1)],
        [regularise('intrinsic-dimension', 1)],
      ].map((terms, i) => ({ id: `arm-${i}`, name: `${i}`, terms })),
    },
    'wasm',
  );
  const { members } = await result();
  await lab.dispose();
  expect(new Set(members.map(({ final }) => final.trainLoss)).size).toBe(5);
  expect(members.every(({ diverged }) => !diverged)).toBe(true);
});
