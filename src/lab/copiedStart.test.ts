/** Arms that begin with a guide's weights: what they hold before step 1, and that nothing else changes. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as layers from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { StartingPoint } from '../experiment/contract/startingPoint.ts';
import type { ArmSpec, Experiment, StartSpec } from '../experiment/schema/schema.ts';
import { copyInto } from './networks/copied.ts';
import { namedWeights } from './networks/importedWeights.ts';
import { Weights } from './networks/weights.ts';
import { stream } from './random/stream.ts';
import { copiesOf } from './training/copiedStart.ts';
import { runToEnd } from './testing/collect.ts';
import { curve, member, openLab } from './testing/drive.ts';
import { tinyExperiment } from './testing/experiments.ts';

const TINY = tinyExperiment({ 'target.norm': 'batch', 'target.dropout': 0, seeds: [3, 4] });
const guides: Experiment['guides'] = {
  ...TINY.guides,
  learnt: { ...(TINY.guides.trained as Extract<Experiment['guides'][string], { state: 'trained' }>), network: TINY.target },
  drawn: { state: 'untrained', network: TINY.target },
};
const from = (guide: string, noise: number): StartSpec => ({ kind: 'copied', guide, by: 'names', noise });
const arm = (id: string, own: Partial<ArmSpec> = {}): ArmSpec => ({ id, name: id, terms: [], ...own });
const withArms = (...arms: ArmSpec[]): Experiment => ({ ...TINY, asks: undefined, guides, arms });

const PLAIN = arm('plain');
const LEARNT = arm('learnt', { start: from('learnt', 0) });
const NOISY = arm('noisy', { start: from('learnt', 0.2) });
const DRAWN = arm('drawn', { start: from('drawn', 0) });

beforeAll(() => tf.setBackend('cpu'));

describe('weights copied from a guide', () => {
  let start: StartingPoint;
  beforeAll(async () => {
    const { lab } = await openLab(withArms(PLAIN), 'wasm');
    start = await lab.startingPoint(withArms(PLAIN, LEARNT, NOISY, DRAWN), 'wasm');
    await lab.dispose();
  });
  const targetOf = (id: string, seed: number) => start.targets.find((target) => target.start === id && target.seed === seed)?.tensors ?? {};
  const guideOf = (id: string, seed: number | null) => start.guides.find((guide) => guide.guide === id && guide.seed === seed)?.tensors ?? {};

  it('are those of the trained guide with its statistics, for every seed, and of an untrained one those of the seed', () => {
    for (const seed of [3, 4]) {
      expect(targetOf('target-learnt', seed)).toEqual(guideOf('learnt', null));
      expect(targetOf('target-drawn', seed)).toEqual(guideOf('drawn', seed));
    }
    expect(guideOf('drawn', 3)).not.toEqual(guideOf('drawn', 4));
    expect(Object.keys(guideOf('learnt', null))).toContain('mean/norm1');
  });

  it('get noise in relation to the spread of each tensor, other noise for every seed, and none on statistics', () => {
    const [own, other, clean] = [targetOf('target-noisy', 3), targetOf('target-noisy', 4), guideOf('learnt', null)];
    for (const name of ['parameter/linear1.weight', 'parameter/linear2.weight']) {
      const spreadOf = (values: ArrayLike<number>) => {
        const all = Array.from(values);
        const mean = all.reduce((a, b) => a + b, 0) / all.length;
        return Math.sqrt(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length);
      };
      const noise = own[name].data.map((value, i) => value - clean[name].data[i]);
      expect(spreadOf(noise) / spreadOf(clean[name].data)).toBeGreaterThan(0.17);
      expect(spreadOf(noise) / spreadOf(clean[name].data)).toBeLessThan(0.23);
      expect(own[name]).not.toEqual(other[name]);
    }
    expect(own['variance/norm1']).toEqual(clean['variance/norm1']);
  });

  it('score at step 0 what the guide scores; arms without them start as ever', async () => {
    const { result } = await runToEnd(withArms(PLAIN, LEARNT, NOISY), 'wasm');
    const alone = await runToEnd(withArms(PLAIN), 'wasm');
    const score = result.guides.find(({ id }) => id === 'learnt');
    for (const seed of [3, 4]) {
      expect(member(result, 'learnt', seed).initial.valLoss).toBeCloseTo(score?.valLoss ?? Number.NaN, 5);
      expect(member(result, 'noisy', seed).initial.valLoss).not.toBe(member(result, 'learnt', seed).initial.valLoss);
      expect(curve(member(result, 'plain', seed)).loss).toEqual(curve(member(alone.result, 'plain', seed)).loss);
    }
  });

  it('go through a warm-up and into forks, and a run that is resumed is the same', async () => {
    const warmup = { steps: 2, inputs: 'training', loss: 'align', keepOptimiser: false } as const;
    const align = { kind: 'align', guide: 'drawn', weight: 1 } as const;
    const warm = arm('warm', { start: from('drawn', 0.1), terms: [align], warmup });
    const experiment = withArms(warm, arm('fork', { fork: { of: 'warm', step: 4 } }), arm('cold', { terms: [align], warmup }));
    const { result: whole } = await runToEnd(experiment, 'wasm');
    const { lab, steps } = await openLab(experiment, 'wasm');
    await steps(4);
    const checkpoint = structuredClone(await lab.checkpoint());
    await lab.dispose();
    const next = await openLab(experiment, 'wasm', { checkpoint });
    const resumed = await next.result();
    await next.lab.dispose();
    expect(resumed.members).toEqual(whole.members);
    // It is as its guide was, but for the noise, before its first step.
    const alignment = (id: string) => member(whole, id, 3).warmup?.alignmentLoss?.[0] ?? Number.NaN;
    expect(alignment('warm')).toBeLessThan(0.1 * alignment('cold'));
    expect(member(whole, 'fork', 3).history.trainLoss.slice(0, 4)).toEqual(member(whole, 'warm', 3).history.trainLoss.slice(0, 4));
  });
});

it('what is copied without noise is a tensor of its own: steps that change it in place leave the guide alone', () => {
  const program = { parameters: [{ name: 'w', shape: [2, 3], init: () => new Float32Array(6).fill(2) }], statistics: [], forward: () => never() };
  const never = (): never => {
    throw new Error('nothing is run');
  };
  const [guide, target] = [1, 2].map((seed) => Weights.create([program], (_, name) => stream(seed, name)));
  copyInto(target, [{ tensors: new Map(guide.named()), noise: 0 }], () => stream(1, 'noise'));
  expect(target.parameter('w').dataId).not.toBe(guide.parameter('w').dataId);
  expect([...target.parameter('w').dataSync()]).toEqual(Array(6).fill(2));
  for (const weights of [guide, target]) weights.dispose();
});

it('a network out of a file gives what agrees, by its layers’ names or by shapes, or says that nothing does', () => {
  const { dense, batchNormalization } = layers.layers;
  const build = (...names: [string, string]) =>
    layers.sequential({
      layers: [
        dense({ inputShape: [192], units: 16, name: names[0] }),
        batchNormalization({ name: 'norm1' }),
        dense({ units: 16, name: names[1] }),
        dense({ units: 5, name: 'classes' }),
      ],
    });
  const before = tf.memory().numTensors;
  const taken = (model: layers.LayersModel, by: StartSpec['by']) => {
    const start: StartSpec = { ...from('file', 0), by };
    const models = [{ named: () => namedWeights(model) }] as never;
    return [...(copiesOf(withArms(PLAIN), arm('x', { start }), new Map([['file', { models }]]))[0]?.tensors.keys() ?? [])];
  };
  tf.tidy(() => {
    const [ours, foreign] = [build('linear1', 'linear2'), build('first', 'second')];
    const normalised = ['gamma', 'beta'].map((name) => `parameter/norm1.${name}`);
    expect(taken(ours, 'names').sort()).toEqual(
      ['mean/norm1', 'variance/norm1', ...normalised, ...[1, 2].flatMap((i) => ['weight', 'bias'].map((name) => `parameter/linear${i}.${name}`))].sort(),
    );
    expect(() => taken(foreign, 'names')).toThrow(/^The arm “x” cannot start: the guide “file” has no matrix with the name and the shape/);
    expect(taken(foreign, 'shapes').filter((name) => name.endsWith('weight'))).toEqual(['parameter/linear1.weight', 'parameter/linear2.weight']);
    for (const model of [ours, foreign]) model.dispose();
  });
  expect(tf.memory().numTensors).toBeLessThanOrEqual(before);
});
