/** Every layer and loss: analytic gradients of whole networks against finite differences. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NetworkSpec } from '../../experiment/schema.ts';
import { describeNetwork, type TaskShape } from '../../experiment/describe.ts';
import { composed } from '../backend/kernels/composed.ts';
import { Tape } from '../autodiff/tape.ts';
import { centredGram } from '../guidance/alignment.ts';
import { stream } from '../random/stream.ts';
import { Group, type StepInput } from '../training/group.ts';
import { ForwardContext } from './program.ts';

const TASK: TaskShape = { input: [6, 6, 3], classes: 4, trainExamples: 10, valExamples: 10 };
const BATCH = 10;
const MEMBERS = 2;

const random = (name: string, shape: number[]) => tf.tensor(stream(3, name).normals(shape.reduce((a, b) => a * b, 1)), shape);
const fcn = (over: Partial<Extract<NetworkSpec, { family: 'fcn' }>>): NetworkSpec =>
  ({ family: 'fcn', depth: 2, width: 8, norm: 'batch', dropout: 0, init: 'default', tap: 'pre', ...over });

const CASES: Record<string, { network: NetworkSpec; tap: string; dropout?: boolean }> = {
  'FCN with batch norm': { network: fcn({}), tap: 'linear1' },
  'FCN with batch norm and dropout': { network: fcn({ dropout: 0.3 }), tap: 'linear2' },
  'FCN without norm, He': { network: fcn({ norm: 'none', init: 'he' }), tap: 'linear1' },
  'FCN without norm, dropout, taps behind the activation': { network: fcn({ norm: 'none', dropout: 0.3, tap: 'post' }), tap: 'linear1' },
  'FCN with batch norm, dropout, taps behind the activation': { network: fcn({ dropout: 0.3, tap: 'post' }), tap: 'linear2' },
  'ResNet with a strided projection': { network: { family: 'resnet', stages: [1, 1], width: 4, init: 'he', tap: 'pre' }, tap: 'block2.proj' },
  'ResNet, taps behind the activation': { network: { family: 'resnet', stages: [2], width: 4, init: 'default', tap: 'post' }, tap: 'block2.conv2' },
};

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe.each(Object.entries(CASES))('%s', (_, { network, tap }) => {
  const maskCache = new Map<string, tf.Tensor3D>();
  const input: Omit<StepInput, 'learningRate' | 'step'> = {
    inputs: random('images', [MEMBERS, BATCH, 6, 6, 3]) as tf.Tensor5D,
    labels: tf.tensor2d(Int32Array.from({ length: MEMBERS * BATCH }, (_, i) => (i * 3) % 4), [MEMBERS, BATCH], 'int32'),
    masks: (layer, features, rate) => {
      const key = `${layer} ${features}`;
      const keep = 1 - rate;
      const made = maskCache.get(key) ?? tf.keep(tf.mul(tf.cast(tf.less(tf.abs(random(key, [MEMBERS, BATCH, features])), 1), 'float32'), 1 / keep)) as tf.Tensor3D;
      maskCache.set(key, made);
      return made;
    },
    align: [{ targetTap: tap, guideGram: centredGram(composed, random('guide', [MEMBERS, BATCH, 12]) as tf.Tensor3D), weight: 1.5, measure: 'cka' }],
    distil: { logits: random('teacher', [MEMBERS, BATCH, 4]) as tf.Tensor3D, temperature: 3, ceWeight: 0.4, kdWeight: 0.6, direction: 'forward' },
  };

  /** The group's total loss, from forward kernels only. */
  function loss(group: Group): number {
    return tf.tidy(() => {
      const tape = new Tape(composed, false);
      const context = new ForwardContext({
        tape, mode: 'train', masks: input.masks,
        parameter: (name) => tape.constant(group.model.weights.parameter(name)), running: (name) => group.model.weights.running(name),
      });
      const logits = group.model.program.forward(context, tape.constant(input.inputs)).tensor;
      const [{ targetTap, guideGram, weight }] = input.align;
      const activations = context.taps.get(targetTap);
      if (!activations || !input.distil) throw new Error('no tap');
      const similarity = composed.cka(centredGram(composed, activations.tensor), guideGram, { debiased: false }).value;
      const total = tf.addN([
        tf.mul(composed.softmaxCrossEntropy(logits, input.labels).loss, input.distil.ceWeight),
        tf.mul(composed.distillation(logits, input.distil.logits, input.distil).loss, input.distil.kdWeight),
        tf.mul(tf.sub(1, similarity), weight),
      ]);
      return tf.sum(total).dataSync()[0];
    });
  }

  it('has the gradient of its loss in every parameter', async () => {
    const make = () => new Group({
      network, task: TASK, seeds: [0, 1], streamName: 'test', clipNorm: null, optimiser: { kind: 'sgd', momentum: 0, weightDecay: 0 },
    }, composed);
    const trained = make();
    const probe = make();
    const before = new Map(await Promise.all([...probe.model.weights.parameters].map(async ([name, t]) => [name, new Float32Array(await t.data())] as const)));
    const rate = 0.5;
    trained.step({ ...input, learningRate: rate, step: 0 });
    for (const [name, values] of before) {
      const after = await trained.model.weights.parameter(name).data();
      const shape = probe.model.weights.parameter(name).shape;
      const gradient = values.map((v, i) => (v - after[i]) / rate);
      // The steepest direction of each parameter: its slope is the gradient's norm, which no rounding hides.
      const norm = Math.hypot(...gradient);
      if (norm < 1e-2) continue; // e.g. a bias before batch norm, which has no effect
      const h = 1.5e-3; // small enough to cross few kinks of the ReLU, large enough for float32
      const moved = (by: number) => {
        probe.model.weights.replace(`parameter/${name}`, tf.tensor(values.map((v, i) => v + (by * gradient[i]) / norm), shape));
        return loss(probe);
      };
      const slope = (moved(h) - moved(-h)) / (2 * h);
      moved(0);
      expect(slope / norm, name).toBeGreaterThan(0.97);
      expect(slope / norm, name).toBeLessThan(1.03);
    }
  });

  it('has the taps, shapes and parameter count of its description', () => {
    const description = describeNetwork(network, TASK);
    const group = new Group({ network, task: TASK, seeds: [0], streamName: 'test', clipNorm: null, optimiser: { kind: 'sgd', momentum: 0, weightDecay: 0 } }, composed);
    const taps = tf.tidy(() => [...group.model.infer(input.inputs).taps].map(([name, tensor]) => `${name} ${tensor.shape[2]}`));
    expect(taps.sort()).toEqual(description.taps.map(({ name, features }) => `${name} ${features}`).sort());
    const count = group.model.program.parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
    expect(count).toBe(description.parameters);
  });
});
