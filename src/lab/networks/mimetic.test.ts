/** Mimetic weights: what of the products of trained networks is in them, family by family. */
import { describe, expect, it } from 'vitest';
import type { TaskShape } from '../../experiment/networks/describe.ts';
import { parseExperiment } from '../../experiment/parse.ts';
import { formatProblem } from '../../experiment/schema/problem.ts';
import { INITS, type NetworkSpec, networkSchema } from '../../experiment/schema/schema.ts';
import { presetExperiment } from '../../experiment/testing.ts';
import { stream } from '../random/stream.ts';
import { buildNetwork } from './index.ts';
import { sinusoids } from './transformer.ts';

const IMAGES: TaskShape = { input: [8, 12, 3], classes: 4, trainExamples: 10, valExamples: 10 };
const TOKENS: TaskShape = { input: [9], classes: 4, trainExamples: 10, valExamples: 10, tokens: { vocabulary: 6, padded: false, outputs: 1 } };
const SPECS: Record<string, [object, TaskShape]> = {
  fcn: [{ family: 'fcn', depth: 2, width: 40, norm: 'none', dropout: 0, tap: 'pre' }, IMAGES],
  resnet: [{ family: 'resnet', stages: [1, 1], width: 8, tap: 'pre' }, IMAGES],
  convnet: [{ family: 'convnet', stages: [1, 1], width: 8, stride: 1, norm: 'none', tap: 'pre' }, IMAGES],
  convnext: [{ family: 'convnext', stages: [1, 1], width: 16, patch: 2, kernel: 3 }, IMAGES],
  vit: [{ family: 'vit', patch: 4, layers: 2, width: 32, heads: 4, ffn: 48, pooling: 'class' }, IMAGES],
  rnn: [{ family: 'rnn', cell: 'gru', layers: 2, width: 32, chained: false }, TOKENS],
  transformer: [
    { family: 'transformer', layers: 2, width: 64, heads: 2, ffn: 64, causal: true, positions: 'learned', norm: 'pre', activation: 'gelu', pooling: 'last' },
    TOKENS,
  ],
};

/** Initial values by name, of one network with two initialisations. */
function drawn(family: string): { name: string; shape: number[]; mimetic: Float32Array; usual: Float32Array }[] {
  const [spec, task] = SPECS[family];
  const [usual, mimetic] = (['default', 'mimetic'] as const).map((init) => buildNetwork(networkSchema.parse({ ...spec, init }), task).parameters);
  return mimetic.map(({ name, shape, init }, i) => {
    const count = shape.reduce((a, b) => a * b, 1);
    return { name, shape, mimetic: init(stream(3, 'init', name), count), usual: usual[i].init(stream(3, 'init', name), count) };
  });
}
const changed = (family: string) => drawn(family).flatMap(({ name, mimetic, usual }) => (mimetic.every((value, i) => value === usual[i]) ? [] : name));

/** Columns `from` … `from + count` of a matrix `[rows, columns]`, one by one. */
const columnsOf = (matrix: Float32Array, columns: number, from: number, count: number): number[][] =>
  Array.from({ length: count }, (_, j) => Array.from({ length: matrix.length / columns }, (__, i) => matrix[i * columns + from + j]));
/** Σ over columns of a bᵀ. */
const outer = (a: number[][], b: number[][]): number[][] => a[0].map((_, i) => b[0].map((__, j) => a.reduce((sum, column, c) => sum + column[i] * b[c][j], 0)));
const trace = (matrix: number[][]): number => matrix.reduce((sum, row, i) => sum + row[i], 0);
const size = (matrix: number[][]): number => Math.sqrt(matrix.flat().reduce((sum, value) => sum + value * value, 0));

describe('mimetic weights', () => {
  it.each([
    ['fcn', ['linear1.weight']],
    ['resnet', ['stem.weight']],
    ['convnet', ['conv1.weight']],
    ['rnn', ['layer1.input']],
    ['convnext', ['block1.up.weight', 'block2.up.weight']],
    ['vit', ['positions', ...[1, 2].flatMap((i) => ['qkv', 'out.weight', 'up.weight'].map((name) => `block${i}.${name}`))]],
    ['transformer', ['positions', ...[1, 2].flatMap((i) => ['qkv', 'out.weight', 'up.weight'].map((name) => `block${i}.${name}`))]],
  ])('of %s differ from the default in its first layers, and in attention', (family, names) => {
    expect(changed(family)).toEqual(names);
    expect(INITS[family as NetworkSpec['family']]).toContain('mimetic');
  });

  it.each(['fcn', 'resnet', 'convnet', 'rnn', 'convnext', 'vit', 'transformer'])(
    'shift a first layer of %s by its deviation over √fan-in, and nothing else',
    (family) => {
      const first = drawn(family).find(
        ({ name }) => /^(linear1|stem|conv1)\.weight$|^layer1\.input$|\.up\.weight$/.test(name) && (family !== 'convnext' || name !== 'stem.weight'),
      );
      if (!first) throw new Error(`no first layer in ${family}`);
      const { shape, mimetic, usual } = first;
      const fanIn = usual.length / shape[shape.length - 1];
      const deviation = 1 / Math.sqrt(3 * fanIn);
      for (const [i, value] of mimetic.entries()) expect((value - usual[i]) * Math.sqrt(fanIn)).toBeCloseTo(deviation, 5);
    },
  );

  it('attend near the identity: of every head as much of 0.7 (Z + I) as its rank holds', () => {
    const width = 64;
    const qkv = drawn('transformer').find(({ name }) => name === 'block1.qkv')?.mimetic as Float32Array;
    for (const head of [0, 1]) {
      const [queries, keys] = [0, 1].map((part) => columnsOf(qkv, 3 * width, part * width + head * 32, 32));
      const product = outer(queries, keys);
      // Half of the directions, the larger ones: more than half of the trace and of the squares.
      expect(trace(product) / width).toBeGreaterThan(0.35);
      expect(trace(product) / width).toBeLessThan(0.7);
      expect(size(product) ** 2 / width).toBeGreaterThan(0.6 * 2 * 0.49);
      // The scale is shared evenly.
      expect(size(queries)).toBeCloseTo(size(keys), 3);
    }
  });

  it('hand on minus the identity: values times projection are 0.4 (Z − I)', () => {
    const width = 64;
    const all = drawn('transformer');
    const read = (name: string) => all.find((parameter) => parameter.name === name)?.mimetic as Float32Array;
    const values = columnsOf(read('block2.qkv'), 3 * width, 2 * width, width);
    const projection = read('block2.out.weight');
    const product = outer(
      values,
      Array.from({ length: width }, (_, j) => Array.from(projection.subarray(j * width, (j + 1) * width))),
    );
    expect(trace(product) / width).toBeCloseTo(-0.4, 1);
    expect(size(product) ** 2 / width).toBeCloseTo(2 * 0.16, 1);
    expect(size(values)).toBeCloseTo(size([Array.from(projection)]), 0);
  });

  it('know places from the start: sines along a sequence, along rows and columns of an image, none for the class token', () => {
    const positions = (family: string) => drawn(family).find(({ name }) => name === 'positions')?.mimetic as Float32Array;
    expect(positions('transformer')).toEqual(sinusoids(9, 64));
    const image = positions('vit');
    const row = (at: number) => [...image.subarray(at * 32, (at + 1) * 32)];
    expect(row(0)).toEqual(Array(32).fill(0));
    // 2 × 3 patches behind the class token.
    expect(image).toHaveLength(7 * 32);
    expect(row(1).slice(0, 16)).toEqual(row(3).slice(0, 16));
    expect(row(1).slice(16)).toEqual(row(4).slice(16));
    expect(row(4).slice(0, 16)).toEqual([...sinusoids(2, 16).subarray(16, 32)]);
    expect(row(6).slice(16)).toEqual([...sinusoids(3, 16).subarray(32, 48)]);
  });

  it('are refused where they mean nothing or take minutes to draw, with what to do', () => {
    const problems = (of: unknown) => {
      const parsed = parseExperiment(of);
      return parsed.ok ? [] : parsed.problems.map(formatProblem);
    };
    const images = presetExperiment('wide-fcn');
    const text = 'flatten\ndense 8\nrelu';
    const custom = {
      ...images,
      target: { family: 'custom', text, init: 'default', tap: 'pre' },
      arms: [{ ...images.arms[0], init: 'mimetic' }],
      asks: undefined,
    };
    expect(problems(custom)).toContain('arms.0.init must be one of default, he for custom, not "mimetic"');
    const copying = presetExperiment('copy-paste');
    const guides = { untrained: { state: 'untrained', network: { ...(SPECS.transformer[0] as object), width: 512, init: 'mimetic' } } };
    expect(problems({ ...copying, guides })).toContain(
      'guides.untrained.network.init can be mimetic for at most 256 units a layer, not 512: use fewer, or another start',
    );
  });
});
