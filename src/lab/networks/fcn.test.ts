/** Normalisations, nonlinearities and initial weights of fully connected networks: what comes out of them. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TaskShape } from '../../experiment/networks/describe.ts';
import type { FcnSpec } from '../../experiment/schema/schema.ts';
import { composed } from '../backend/kernels/composed/index.ts';
import { stream } from '../random/stream.ts';
import { Model } from './model.ts';

const TASK: TaskShape = { input: [4, 4, 1], classes: 3, trainExamples: 10, valExamples: 10 };
const EXAMPLES = 6;

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** Logits and taps of one member on random images, with its parameters. */
function evaluated(over: Partial<FcnSpec>): { model: Model; images: Float32Array; logits: Float32Array; taps: Map<string, Float32Array> } {
  const network: FcnSpec = { family: 'fcn', depth: 2, width: 16, norm: 'none', dropout: 0, init: 'default', tap: 'post', ...over };
  const model = new Model({ network, task: TASK, seeds: [3], streamName: 'init' }, composed);
  const images = stream(1, 'images').normals(EXAMPLES * 16);
  tf.engine().startScope();
  const { logits, taps } = model.infer(tf.tensor(images, [1, EXAMPLES, 4, 4, 1]));
  const read = {
    model,
    images,
    logits: logits.dataSync<'float32'>(),
    taps: new Map([...taps].map(([name, tap]) => [name, tap.dataSync<'float32'>()])),
  };
  tf.engine().endScope();
  return read;
}

/** One hidden layer in plain numbers: rows of x through the layer's parameters, by the textbook. */
function byHand(model: Model, layer: number, x: readonly number[][], norm: FcnSpec['norm'], f: (x: number) => number): number[][] {
  const read = (name: string) => model.weights.parameter(name).dataSync<'float32'>();
  const [weight, bias] = [read(`linear${layer}.weight`), read(`linear${layer}.bias`)];
  return x.map((row) => {
    const linear = Array.from(bias, (b, o) => row.reduce((sum, value, i) => sum + value * weight[i * bias.length + o], b));
    if (norm !== 'layer') return linear.map(f);
    const mean = linear.reduce((a, b) => a + b, 0) / linear.length;
    const variance = linear.reduce((a, b) => a + (b - mean) ** 2, 0) / linear.length;
    const [gamma, beta] = [read(`norm${layer}.gamma`), read(`norm${layer}.beta`)];
    return linear.map((value, o) => f((gamma[o] * (value - mean)) / Math.sqrt(variance + 1e-5) + beta[o]));
  });
}

/** Abramowitz & Stegun 7.1.26 is too coarse: the series of erf, which converges for what layers give. */
function erf(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 80; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

describe('a layer is what the textbook says', () => {
  const FUNCTIONS: Record<'relu' | 'gelu' | 'tanh', (x: number) => number> = {
    relu: (x) => Math.max(0, x),
    gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
    tanh: Math.tanh,
  };
  const cases = (['none', 'layer'] as const).flatMap((norm) => (['relu', 'gelu', 'tanh'] as const).map((activation) => [norm, activation] as const));

  it.each(cases)('norm %s, %s', (norm, activation) => {
    const { model, images, taps } = evaluated({ norm, activation });
    let x = Array.from({ length: EXAMPLES }, (_, i) => Array.from(images.slice(i * 16, (i + 1) * 16)));
    for (const layer of [1, 2]) {
      x = byHand(model, layer, x, norm, FUNCTIONS[activation]);
      const tap = taps.get(`linear${layer}`) as Float32Array;
      const worst = x.flat().reduce((most, value, i) => Math.max(most, Math.abs(value - tap[i])), 0);
      expect(worst).toBeLessThan(2e-6);
    }
    model.dispose();
  });

  it('an activation that is left out is ReLU', () => {
    expect(evaluated({}).logits).toEqual(evaluated({ activation: 'relu' }).logits);
    expect(evaluated({}).logits).not.toEqual(evaluated({ activation: 'gelu' }).logits);
  });
});

describe('64 layers without normalisation', () => {
  /** Spread of the last layer's activations over the examples, relative to that of the first. */
  const passed = (init: FcnSpec['init'], activation: FcnSpec['activation']): number => {
    const { taps } = evaluated({ depth: 64, width: 32, init, activation });
    const spread = (values: Float32Array) => {
      let sum = 0;
      for (let f = 0; f < 32; f++) {
        const column = Array.from({ length: EXAMPLES }, (_, i) => values[i * 32 + f]);
        const mean = column.reduce((a, b) => a + b, 0) / EXAMPLES;
        sum += column.reduce((a, b) => a + (b - mean) ** 2, 0);
      }
      return Math.sqrt(sum);
    };
    return spread(taps.get('linear64') as Float32Array) / spread(taps.get('linear1') as Float32Array);
  };

  it('identity passes all of the signal, the default none of it', () => {
    expect(passed('identity', 'relu')).toBeCloseTo(1, 5);
    expect(passed('default', 'relu')).toBeLessThan(1e-12);
  });

  it('orthogonal weights lose little of it under tanh', () => {
    expect(passed('orthogonal', 'tanh')).toBeGreaterThan(0.1);
    expect(passed('xavier', 'tanh')).toBeLessThan(passed('orthogonal', 'tanh'));
  });
});
