import { describeGuide } from '../plan/guides.ts';
import { describe, expect, it } from 'vitest';
import { classNames, describeNetwork, type ImageShape, resnetPlan, taskMetric, taskShape, tokenNames } from './describe.ts';
import { RESNET_8 } from '../presets/imageSettings.ts';
import { findPreset } from '../presets/presets.ts';
import { alignedPairs, guidesInUse, observedPairs } from '../plan/arms.ts';
import { mappedPairs } from '../plan/pairs.ts';
import { cost, members } from '../plan/plan.ts';
import type { ConvNetSpec, Experiment, FcnSpec, NetworkSpec, RnnSpec } from '../schema/schema.ts';

const preset = (id: string): Experiment => {
  const found = findPreset(id);
  if (!found) throw new Error(`no preset ${id}`);
  return found.experiment;
};
const WIDE = preset('wide-fcn');
const SHAPE = taskShape(WIDE.task) as ImageShape;

describe('ResNet-8 on 16×16 images', () => {
  const description = describeNetwork(RESNET_8, SHAPE);

  it('has 77,912 parameters, counted by hand', () => {
    const stem = 3 * 3 * 3 * 16 + 2 * 16;
    const block1 = 2 * (3 * 3 * 16 * 16 + 2 * 16);
    const block2 = 3 * 3 * 16 * 32 + 3 * 3 * 32 * 32 + 16 * 32 + 3 * 2 * 32;
    const block3 = 3 * 3 * 32 * 64 + 3 * 3 * 64 * 64 + 32 * 64 + 3 * 2 * 64;
    const head = 64 * 8 + 8;
    expect(stem + block1 + block2 + block3 + head).toBe(77_912);
    expect(description.parameters).toBe(77_912);
    expect(description.title).toBe('ResNet-8');
  });

  it('takes 3.13 million multiply-adds an image', () => {
    expect(description.flops / 2).toBe(3_125_760);
  });

  it('has ten taps in the order of execution', () => {
    expect(description.taps.map((tap) => tap.name)).toEqual([
      'stem',
      'block1.conv1',
      'block1.conv2',
      'block2.conv1',
      'block2.conv2',
      'block2.proj',
      'block3.conv1',
      'block3.conv2',
      'block3.proj',
      'pool',
    ]);
    expect(description.taps.map((tap) => tap.features)).toEqual([4096, 4096, 4096, 2048, 2048, 2048, 1024, 1024, 1024, 64]);
    for (const tap of description.taps) expect(tap.features).toBe(tap.shape.reduce((a, b) => a * b, 1));
  });

  it('projects the skip only where the shape changes, and rounds odd sizes up', () => {
    expect(resnetPlan(RESNET_8, SHAPE).blocks.map((block) => block.proj !== undefined)).toEqual([false, true, true]);
    expect(resnetPlan({ ...RESNET_8, stages: [2, 2] }, { ...SHAPE, input: [9, 9, 3] }).blocks.map((b) => b.convs[0].height)).toEqual([9, 9, 5, 5]);
  });
});

describe('deeper residual networks', () => {
  const LARGE: ImageShape = { input: [32, 32, 3], classes: 1000, trainExamples: 1, valExamples: 1 };

  it('have the parameters of torchvision’s, but for the stem, which is 3×3 here and 7×7 there', () => {
    const of = (block: 'basic' | 'bottleneck', stages: number[]) => describeNetwork({ ...RESNET_8, block, stages, width: 64 }, LARGE);
    const stem = (7 ** 2 - 3 ** 2) * 3 * 64;
    expect(of('basic', [2, 2, 2, 2]).title).toBe('ResNet-18');
    expect(of('basic', [2, 2, 2, 2]).parameters + stem).toBe(11_689_512);
    expect(of('bottleneck', [3, 4, 6, 3]).title).toBe('ResNet-50');
    expect(of('bottleneck', [3, 4, 6, 3]).parameters + stem).toBe(25_557_032);
  });

  it('put the stride of a bottleneck block into its 3×3 convolution, and project wherever the shape changes', () => {
    const { blocks } = resnetPlan({ ...RESNET_8, block: 'bottleneck', stages: [2, 1] }, SHAPE);
    expect(blocks.map(({ convs, proj }) => [...convs, ...(proj ? [proj] : [])].map((c) => [c.kernel, c.stride, c.height, c.outChannels]))).toEqual([
      [
        [1, 1, 16, 16],
        [3, 1, 16, 16],
        [1, 1, 16, 64],
        [1, 1, 16, 64],
      ],
      [
        [1, 1, 16, 16],
        [3, 1, 16, 16],
        [1, 1, 16, 64],
      ],
      [
        [1, 1, 16, 32],
        [3, 2, 8, 32],
        [1, 1, 8, 128],
        [1, 2, 8, 128],
      ],
    ]);
  });
});

it('images have the channels of their kind, and as many classes as are asked for', () => {
  const images = { size: 16, train: 100, val: 64, seed: 0, noise: 0 };
  expect(taskShape({ kind: 'digits', ...images })).toMatchObject({ input: [16, 16, 1], classes: 10 });
  expect(taskShape({ kind: 'grey-textures', ...images })).toMatchObject({ input: [16, 16, 3], classes: 8 });
  expect(classNames({ kind: 'digits', ...images, classes: 3 })).toEqual(['0', '1', '2']);
  expect(taskMetric({ kind: 'shapes', ...images, classes: 4 }).chance).toBe(0.25);
});

describe('a plain ConvNet', () => {
  const spec: ConvNetSpec = { family: 'convnet', stages: [13, 12], width: 12, stride: 2, norm: 'batch', init: 'he', tap: 'pre' };
  const { title, taps, parameters, flops } = describeNetwork(spec, SHAPE);

  it('has a tap for every convolution and the pool, at half the resolution in every stage', () => {
    expect(title).toBe('ConvNet-26');
    expect(taps.map((tap) => tap.name)).toEqual([...Array.from({ length: 25 }, (_, i) => `conv${i + 1}`), 'pool']);
    expect([0, 12, 13, 24, 25].map((i) => taps[i].shape)).toEqual([[8, 8, 12], [8, 8, 12], [4, 4, 24], [4, 4, 24], [24]]);
  });

  it('has these parameters and operations, counted by hand', () => {
    const weights = [27 * 12, 12 * 9 * 12 * 12, 9 * 12 * 24, 11 * 9 * 24 * 24];
    const norms = 2 * (13 * 12 + 12 * 24);
    expect(parameters).toBe(weights.reduce((a, b) => a + b) + norms + 24 * 8 + 8);
    expect(flops).toBe(2 * (64 * (weights[0] + weights[1]) + 16 * (weights[2] + weights[3]) + 24 * 8));
    expect(describeNetwork({ ...spec, norm: 'none' }, SHAPE).parameters).toBe(parameters - norms / 2);
  });
});

describe('ConvNeXt and ViT', () => {
  const PHOTO: ImageShape = { input: [224, 224, 3], classes: 1000, trainExamples: 1, valExamples: 1 };

  it('have the parameters of torchvision’s, but for layer scale and the bias of the attention’s projections', () => {
    const tiny = describeNetwork({ family: 'convnext', stages: [3, 3, 9, 3], width: 96, patch: 4, kernel: 7, init: 'default' }, PHOTO);
    expect(tiny.parameters + 3 * 96 + 3 * 192 + 9 * 384 + 3 * 768).toBe(28_589_128);
    const base = describeNetwork({ family: 'vit', patch: 16, layers: 12, width: 768, heads: 12, ffn: 3072, pooling: 'class', init: 'default' }, PHOTO);
    expect(base.parameters + 12 * 3 * 768).toBe(86_567_656);
    expect([tiny.title, base.title]).toEqual(['18×96 ConvNeXt', '12×768 ViT/16']);
    // torchvision's 4.456 and 17.56 billion multiply-adds.
    expect(tiny.flops / 2e9).toBeCloseTo(4.456, 2);
    expect(base.flops / 2e9).toBeCloseTo(17.56, 1);
  });

  it('named mappings use attention outputs of the one, and layers but not streams of the other', () => {
    const primary = (network: NetworkSpec) =>
      describeNetwork(network, SHAPE)
        .taps.filter((t) => t.primary)
        .map((t) => t.name);
    expect(primary({ family: 'vit', patch: 4, layers: 2, width: 8, heads: 2, ffn: 8, pooling: 'mean', init: 'default' })).toEqual([
      'block1.attention',
      'block2.attention',
    ]);
    expect(primary({ family: 'convnext', stages: [1, 1], width: 8, patch: 2, kernel: 3, init: 'default' })).toEqual([
      'stem',
      'block1.depthwise',
      'block1.mlp',
      'down2',
      'block2.depthwise',
      'block2.mlp',
      'pool',
    ]);
  });
});

describe('fully connected networks', () => {
  it('3×384: layers by hand', () => {
    const { parameters, taps, flops, layers, title } = describeNetwork(WIDE.target, SHAPE);
    expect(parameters).toBe(768 * 384 + 384 + 2 * (384 * 384 + 384) + 3 * 2 * 384 + 384 * 8 + 8);
    expect(flops).toBe(2 * (768 * 384 + 2 * 384 * 384 + 384 * 8));
    expect(taps.map((tap) => [tap.name, tap.features])).toEqual([
      ['linear1', 384],
      ['linear2', 384],
      ['linear3', 384],
    ]);
    expect(layers).toBe(4);
    expect(title).toBe('3×384 FCN');
  });

  it('has no batch-norm parameters without batch norm', () => {
    const fcn = WIDE.target as FcnSpec;
    expect(describeNetwork(fcn, SHAPE).parameters - describeNetwork({ ...fcn, norm: 'none' }, SHAPE).parameters).toBe(3 * 2 * 384);
  });
});

describe('tasks', () => {
  it('are described before they exist', () => {
    expect(SHAPE).toEqual({ input: [16, 16, 3], classes: 8, trainExamples: 3000, valExamples: 800 });
    expect(taskMetric(WIDE.task)).toEqual({ name: 'accuracy', higherIsBetter: true, chance: 0.125 });
    for (const id of ['wide-fcn', 'shapes']) expect(new Set(classNames(preset(id).task)).size).toBe(8);
  });
});

describe('plan', () => {
  it('orders members by arm, then seed', () => {
    expect(members(WIDE).slice(0, 4)).toEqual([
      { arm: 'unguided', seed: 0 },
      { arm: 'unguided', seed: 1 },
      { arm: 'unguided', seed: 2 },
      { arm: 'guided', seed: 0 },
    ]);
  });

  it('measures every guide on the shared mapping, and every arm on its own', () => {
    const shared = [
      ['block1.conv2', 'linear1'],
      ['block3.conv1', 'linear2'],
      ['pool', 'linear3'],
    ];
    expect(observedPairs(WIDE)).toEqual(['trained', 'untrained'].flatMap((guide) => shared.map(([guideTap, targetTap]) => ({ guide, guideTap, targetTap }))));
    const own = structuredClone(WIDE);
    own.arms[1].terms = [{ kind: 'align', guide: 'trained', weight: 4, mapping: [{ guide: 'stem', target: 'linear3' }] }];
    expect(alignedPairs(own, own.arms[1])).toEqual([{ guide: 'trained', guideTap: 'stem', targetTap: 'linear3' }]);
    expect(observedPairs(own)).toHaveLength(7);
    expect(alignedPairs(WIDE, WIDE.arms[0])).toEqual([]);
  });

  it('knows which guides training needs', () => {
    expect(guidesInUse(WIDE)).toEqual(['trained', 'untrained']);
    expect(guidesInUse({ ...WIDE, arms: [WIDE.arms[0]] })).toEqual([]);
  });

  it('estimates more for more seeds, arms and steps', () => {
    const one = cost(WIDE);
    expect(one.members).toBe(12);
    expect(one.flops).toBeGreaterThan(1e11);
    expect(cost({ ...WIDE, seeds: [0, 1, 2, 3, 4, 5] }).flops).toBeGreaterThan(1.5 * one.flops);
    expect(cost({ ...WIDE, arms: WIDE.arms.slice(0, 2) }).flopsPerStep).toBeLessThan(one.flopsPerStep);
    expect(cost({ ...WIDE, seeds: [0] }).bytes).toBeLessThan(one.bytes);
  });
});

describe('sequence tasks and networks', () => {
  const FIRST = preset('first-token');
  const shape = taskShape(FIRST.task);

  it('first-token: 24 tokens out of 4 symbols and a query, one label', () => {
    expect(shape).toEqual({
      input: [24],
      tokens: { vocabulary: 5, padded: false, outputs: 1 },
      classes: 4,
      trainExamples: Infinity,
      valExamples: 1024,
    });
    expect(taskMetric(FIRST.task).chance).toBe(0.25);
    expect(classNames(FIRST.task)).toEqual(['a', 'b', 'c', 'd']);
    expect(tokenNames(FIRST.task)).toEqual(['a', 'b', 'c', 'd', '?']);
  });

  it('2×64 RNN: layers by hand', () => {
    const { title, parameters, flops, taps } = describeNetwork(FIRST.target, shape);
    expect(title).toBe('2×64 RNN');
    expect(parameters).toBe(5 * 64 + 2 * (2 * 64 * 64 + 2 * 64) + 64 * 4 + 4);
    expect(flops).toBe(2 * (24 * 2 * 2 * 64 * 64 + 64 * 4));
    expect(taps.map((tap) => [tap.name, tap.shape])).toEqual([
      ['layer1', [24, 64]],
      ['layer2', [24, 64]],
    ]);
  });

  it('a gated cell has three or four times the weights', () => {
    const of = (cell: 'tanh' | 'gru' | 'lstm') => describeNetwork({ ...(FIRST.target as RnnSpec), cell }, shape);
    const outside = 5 * 64 + 64 * 4 + 4;
    expect(of('gru').parameters - outside).toBe(3 * (of('tanh').parameters - outside));
    expect(of('lstm').parameters - outside).toBe(4 * (of('tanh').parameters - outside));
  });

  it('2×32 Transformer: named mappings use the attention outputs, an explicit one any tap', () => {
    const { title, parameters, taps } = describeGuide(FIRST, 'untrained');
    expect(title).toBe('2×32 Transformer');
    const block = 4 * 32 + 3 * 32 * 32 + 32 * 32 + 32 + 32 * 64 + 64 + 64 * 32 + 32;
    expect(parameters).toBe(5 * 32 + 2 * block + 2 * 32 + 32 * 4 + 4);
    expect(taps.map((tap) => tap.name)).toEqual(['block1.attention', 'block1.mlp', 'block1.output', 'block2.attention', 'block2.mlp', 'block2.output']);
    expect(mappedPairs(FIRST, 'untrained', { rule: 'even' })).toEqual([
      { guideTap: 'block1.attention', targetTap: 'layer1', weight: 1 },
      { guideTap: 'block2.attention', targetTap: 'layer2', weight: 1 },
    ]);
    expect(mappedPairs(FIRST, 'untrained', { rule: 'last', count: 1 })).toEqual([{ guideTap: 'block2.attention', targetTap: 'layer2', weight: 1 }]);
    expect(mappedPairs(FIRST, 'untrained', [{ guide: 'block1.mlp', target: 'layer2' }])).toHaveLength(1);
  });

  it('costs what it costs: fresh data is never cached, all tokens as examples cost more', () => {
    const { bytes, flopsPerStep } = cost(FIRST);
    expect(bytes).toBeGreaterThan(1e8); // Gram matrices of the guides of six seeds at 24 positions
    expect(bytes).toBeLessThan(7e8);
    expect(flopsPerStep).toBeGreaterThan(1e9);
    const all = { ...FIRST, base: { ...FIRST.base, tokens: 'all-tokens' as const } };
    expect(cost(all).flopsPerStep).toBeGreaterThan(2 * flopsPerStep);
  });

  it('describes a network on the wrong kind of task, for an experiment in the middle of an edit', () => {
    expect(describeNetwork(FIRST.target, SHAPE).taps).toHaveLength(2);
    expect(describeNetwork(WIDE.target, shape).taps).toHaveLength(3);
  });
});
