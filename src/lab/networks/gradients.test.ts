/** Every layer and loss: analytic gradients of whole networks against finite differences. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NetworkSpec } from '../../experiment/schema/schema.ts';
import { describeNetwork, type TaskShape } from '../../experiment/networks/describe.ts';
import { composed } from '../backend/kernels/composed/index.ts';
import { centredGram } from '../similarity/alignment.ts';
import { stream } from '../random/stream.ts';
import { builtNetwork, expectGradients, type GradientInput } from '../testing/gradients.ts';

const TASK: TaskShape = { input: [6, 6, 3], classes: 4, trainExamples: 10, valExamples: 10 };
const BATCH = 10;
const MEMBERS = 2;

const random = (name: string, shape: number[]) => tf.tensor(stream(3, name).normals(shape.reduce((a, b) => a * b, 1)), shape);
const fcn = (over: Partial<Extract<NetworkSpec, { family: 'fcn' }>>): NetworkSpec => ({
  family: 'fcn',
  depth: 2,
  width: 8,
  norm: 'batch',
  dropout: 0,
  init: 'default',
  tap: 'pre',
  ...over,
});

const CASES: Record<string, { network: NetworkSpec; tap: string; dropout?: boolean }> = {
  'FCN with batch norm': { network: fcn({}), tap: 'linear1' },
  'FCN with batch norm and dropout': { network: fcn({ dropout: 0.3 }), tap: 'linear2' },
  'FCN without norm, He': { network: fcn({ norm: 'none', init: 'he' }), tap: 'linear1' },
  'FCN without norm, dropout': { network: fcn({ norm: 'none', dropout: 0.3 }), tap: 'linear1' },
  'FCN without norm, dropout, taps behind the activation': { network: fcn({ norm: 'none', dropout: 0.3, tap: 'post' }), tap: 'linear1' },
  'FCN with layer norm, GELU, Xavier': { network: fcn({ norm: 'layer', activation: 'gelu', init: 'xavier' }), tap: 'linear1' },
  'FCN with layer norm, ReLU, dropout, identity': { network: fcn({ norm: 'layer', dropout: 0.3, init: 'identity' }), tap: 'linear2' },
  'FCN with batch norm, tanh and dropout': { network: fcn({ activation: 'tanh', dropout: 0.3 }), tap: 'linear1' },
  'FCN without norm, tanh, taps behind the activation, orthogonal': {
    network: fcn({ norm: 'none', activation: 'tanh', init: 'orthogonal', tap: 'post' }),
    tap: 'linear2',
  },
  'FCN with batch norm, dropout, taps behind the activation': { network: fcn({ dropout: 0.3, tap: 'post' }), tap: 'linear2' },
  'ResNet with a strided projection': { network: { family: 'resnet', stages: [1, 1], width: 4, init: 'he', tap: 'pre' }, tap: 'block2.proj' },
  'ResNet of bottleneck blocks, the second with an identity skip': {
    network: { family: 'resnet', block: 'bottleneck', stages: [2], width: 3, init: 'he', tap: 'pre' },
    tap: 'block2.conv2',
  },
  'ResNet of bottleneck blocks with a stride, taps behind the activation': {
    network: { family: 'resnet', block: 'bottleneck', stages: [1, 1], width: 3, init: 'he', tap: 'post' },
    tap: 'block1.proj',
  },
  'plain ConvNet': { network: { family: 'convnet', stages: [2, 2], width: 4, stride: 1, norm: 'batch', init: 'he', tap: 'pre' }, tap: 'conv3' },
  'plain ConvNet without norm, strided stem, taps behind the activation': {
    network: { family: 'convnet', stages: [2, 1], width: 4, stride: 2, norm: 'none', init: 'default', tap: 'post' },
    tap: 'conv2',
  },
  'ConvNeXt, an odd size halved': {
    network: { family: 'convnext', stages: [1, 1], width: 5, patch: 2, kernel: 3, init: 'default' },
    tap: 'block1.depthwise',
  },
  'ConvNeXt with large filters, taps on the stream': {
    network: { family: 'convnext', stages: [2], width: 6, patch: 1, kernel: 7, init: 'default' },
    tap: 'block2.output',
  },
  'ViT with a class token': {
    network: { family: 'vit', patch: 3, layers: 2, width: 8, heads: 2, ffn: 10, pooling: 'class', init: 'default' },
    tap: 'block1.attention',
  },
  'ViT, mean over the patches': {
    network: { family: 'vit', patch: 2, layers: 1, width: 8, heads: 4, ffn: 10, pooling: 'mean', init: 'default' },
    tap: 'patches',
  },
  'ResNet, taps behind the activation': { network: { family: 'resnet', stages: [2], width: 4, init: 'default', tap: 'post' }, tap: 'block2.conv2' },
};

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe.each(Object.entries(CASES))('%s', (_, { network, tap }) => {
  const maskCache = new Map<string, tf.Tensor3D>();
  const input: GradientInput = {
    inputs: random('images', [MEMBERS, BATCH, 6, 6, 3]) as tf.Tensor5D,
    labels: tf.tensor2d(
      Int32Array.from({ length: MEMBERS * BATCH }, (_, i) => (i * 3) % 4),
      [MEMBERS, BATCH],
      'int32',
    ),
    masks: (layer, features, rate) => {
      const key = `${layer} ${features}`;
      const keep = 1 - rate;
      const made =
        maskCache.get(key) ?? (tf.keep(tf.mul(tf.cast(tf.less(tf.abs(random(key, [MEMBERS, BATCH, features])), 1), 'float32'), 1 / keep)) as tf.Tensor3D);
      maskCache.set(key, made);
      return made;
    },
    align: [{ targetTap: tap, guideGram: centredGram(composed, random('guide', [MEMBERS, BATCH, 12]) as tf.Tensor3D), weight: 1.5, measure: { name: 'cka' } }],
    distil: { logits: random('teacher', [MEMBERS, BATCH, 4]) as tf.Tensor3D, temperature: 3, ceWeight: 0.4, weight: 0.6, direction: 'forward' },
  };

  it('has the gradient of its loss in every parameter', () => expectGradients({ network, task: TASK, seeds: [0, 1] }, input));

  it('has the taps, shapes and parameter count of its description', () => {
    const description = describeNetwork(network, TASK);
    const { taps, parameters } = builtNetwork({ network, task: TASK, seeds: [0] }, input.inputs);
    expect(taps).toEqual(description.taps.map(({ name, features }) => `${name} ${features}`).sort());
    expect(parameters).toBe(description.parameters);
  });
});
