/** Networks for images learn drawn digits and shapes, on WASM, in the fewest steps that are safe. */
import { describe, expect, it } from 'vitest';
import type { FcnSpec, ImageTaskSpec, NetworkSpec } from '../experiment/schema/schema.ts';
import { tinyExperiment } from './testing/experiments.ts';
import { learn as teach } from './testing/learn.ts';

const DIGITS: ImageTaskSpec = { kind: 'digits', size: 12, classes: 4, train: 600, val: 200, seed: 0, noise: 0.05 };

/** @returns final validation accuracy */
const learn = (target: NetworkSpec, steps: number, learningRate: number, task: ImageTaskSpec = DIGITS): Promise<number> =>
  teach(tinyExperiment(), { task, target, steps, learningRate, warmup: 0 });

const fcn = (over: Partial<FcnSpec>): FcnSpec => ({ family: 'fcn', depth: 3, width: 48, norm: 'none', dropout: 0, init: 'default', tap: 'pre', ...over });

describe('learns on WASM', () => {
  it.each<[string, Partial<FcnSpec>]>([
    ['layer norm, GELU, Xavier', { norm: 'layer', activation: 'gelu', init: 'xavier' }],
    ['tanh, orthogonal', { activation: 'tanh', init: 'orthogonal' }],
    ['16 layers, ReLU, identity', { depth: 16, init: 'identity' }],
  ])('FCN, %s: four digits', async (_, over) => {
    expect(await learn(fcn(over), 60, 2e-3)).toBeGreaterThan(0.85);
  });

  it('ResNet: four digits in one channel', async () => {
    expect(await learn({ family: 'resnet', stages: [1, 1], width: 8, init: 'orthogonal', tap: 'pre' }, 60, 1e-2)).toBeGreaterThan(0.9);
  });

  it('ResNet: shapes', async () => {
    const shapes: ImageTaskSpec = { kind: 'shapes', size: 12, classes: 4, train: 1000, val: 200, seed: 0, noise: 0.02, rotation: 0 };
    expect(await learn({ family: 'resnet', stages: [1, 1, 1], width: 8, init: 'he', tap: 'pre' }, 60, 5e-3, shapes)).toBeGreaterThan(0.85);
  });

  it.each<[string, NetworkSpec, number, number]>([
    ['ResNet of bottleneck blocks', { family: 'resnet', block: 'bottleneck', stages: [1, 1], width: 6, init: 'he', tap: 'pre' }, 50, 0.7],
    ['plain ConvNet', { family: 'convnet', stages: [3, 3], width: 8, stride: 1, norm: 'batch', init: 'he', tap: 'pre' }, 50, 0.9],
    ['ConvNeXt', { family: 'convnext', stages: [1, 1], width: 16, patch: 2, kernel: 3, init: 'default' }, 80, 0.85],
    ['ViT, mean', { family: 'vit', patch: 3, layers: 1, width: 32, heads: 4, ffn: 64, pooling: 'mean', init: 'default' }, 100, 0.7],
    ['ViT, class token', { family: 'vit', patch: 3, layers: 1, width: 32, heads: 4, ffn: 64, pooling: 'class', init: 'default' }, 100, 0.7],
  ])('%s: four digits', async (_, target, steps, score) => {
    expect(await learn(target, steps, 5e-3)).toBeGreaterThan(score);
  });
});
