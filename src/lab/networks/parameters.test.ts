/** The lab's networks have the parameters that their descriptions say. */
import { expect, it } from 'vitest';
import { describeNetwork, type TaskShape } from '../../experiment/networks/describe.ts';
import { parametersOf } from '../../experiment/networks/parameters.ts';
import { networkSchema } from '../../experiment/schema/schema.ts';
import { buildNetwork } from './index.ts';

const IMAGES: TaskShape = { input: [8, 12, 3], classes: 4, trainExamples: 10, valExamples: 10 };
const TOKENS: TaskShape = { input: [9], classes: 4, trainExamples: 10, valExamples: 10, tokens: { vocabulary: 6, padded: false, outputs: 1 } };
const INIT = { init: 'default' };
const BLOCKS = { layers: 2, width: 8, heads: 2, ffn: 12, ...INIT };
const TRANSFORMER = { family: 'transformer', ...BLOCKS, causal: true, activation: 'gelu', pooling: 'last' };

it.each<[string, object, TaskShape]>([
  ['fcn, no norm', { family: 'fcn', depth: 2, width: 5, norm: 'none', dropout: 0, tap: 'pre', ...INIT }, IMAGES],
  ['fcn, layer norm', { family: 'fcn', depth: 3, width: 5, norm: 'layer', dropout: 0, tap: 'pre', ...INIT }, IMAGES],
  ['resnet', { family: 'resnet', stages: [1, 2], width: 4, tap: 'pre', ...INIT }, IMAGES],
  ['resnet of bottlenecks', { family: 'resnet', block: 'bottleneck', stages: [1, 1], width: 4, tap: 'pre', ...INIT }, IMAGES],
  ['convnet', { family: 'convnet', stages: [2, 1], width: 4, stride: 2, norm: 'none', tap: 'pre', ...INIT }, IMAGES],
  ['convnet, batch norm', { family: 'convnet', stages: [1, 1], width: 4, stride: 1, norm: 'batch', tap: 'pre', ...INIT }, IMAGES],
  ['convnext', { family: 'convnext', stages: [1, 2], width: 4, patch: 2, kernel: 5, ...INIT }, IMAGES],
  ['vit, class token', { family: 'vit', patch: 4, pooling: 'class', ...BLOCKS }, IMAGES],
  ['vit, mean', { family: 'vit', patch: 2, pooling: 'mean', ...BLOCKS }, IMAGES],
  ['rnn', { family: 'rnn', cell: 'tanh', layers: 2, width: 6, chained: true, ...INIT }, TOKENS],
  ['lstm', { family: 'rnn', cell: 'lstm', layers: 1, width: 6, chained: false, ...INIT }, TOKENS],
  ['transformer, sines', { ...TRANSFORMER, positions: 'sinusoidal', norm: 'post' }, TOKENS],
  ['transformer, learned positions', { ...TRANSFORMER, positions: 'learned', norm: 'pre' }, TOKENS],
  ['text', { family: 'custom', text: 'conv 6\nbatchnorm\nrelu\naveragepool\ndense 5\nrelu', tap: 'pre', ...INIT }, IMAGES],
])('%s', (_, data, task) => {
  const spec = networkSchema.parse(data);
  const named = parametersOf(spec, task);
  expect(named).toEqual(buildNetwork(spec, task).parameters.map(({ name, shape }) => ({ name, shape })));
  expect(named.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)).toBe(describeNetwork(spec, task).parameters);
});

it('a network that cannot read the task has none', () => {
  expect(parametersOf(networkSchema.parse({ ...TRANSFORMER, positions: 'learned', norm: 'pre' }), IMAGES)).toEqual([]);
  expect(parametersOf(networkSchema.parse({ family: 'vit', patch: 2, pooling: 'mean', ...BLOCKS }), TOKENS)).toEqual([]);
});
