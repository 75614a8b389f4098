/** Networks in text form: gradients of every layer, agreement with their description and with the built-in families. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { LAYER_NAMES } from '../../experiment/custom/grammar.ts';
import { parseText, type Statement } from '../../experiment/custom/parse.ts';
import { textOf } from '../../experiment/networks/asText.ts';
import { describeNetwork, type SequenceShape, type TaskShape, taskShape } from '../../experiment/networks/describe.ts';
import type { CustomSpec, NetworkSpec, TaskSpec } from '../../experiment/schema/schema.ts';
import { averagePool, maxPool } from '../autodiff/pooling.ts';
import { Tape } from '../autodiff/tape.ts';
import { composed } from '../backend/kernels/composed/index.ts';
import { guideGram } from '../similarity/alignment.ts';
import { BatchView } from '../similarity/tokenViews.ts';
import { stream } from '../random/stream.ts';
import { createTask } from '../tasks/index.ts';
import { builtNetwork, expectGradients } from '../testing/gradients.ts';
import { inputTensor, labelTensor, StepMasks } from '../steps/inputs.ts';
import { Model } from './model.ts';

const BATCH = 9;
const SEEDS = [0, 1];
const TEXTURES: TaskSpec = { kind: 'textures', size: 8, train: 64, val: 16, seed: 0, noise: 0.3 };
const COPY: TaskSpec = { kind: 'copy-paste', length: 3, vocabulary: 3, train: 'fresh', val: 16, seed: 0 };
const PADDED: TaskSpec = { kind: 'parity', length: 6, minLength: 2, labels: 'final', train: 'fresh', val: 16, seed: 0 };

const own = (text: string, over: Partial<CustomSpec> = {}): CustomSpec => ({ family: 'custom', text, init: 'default', tap: 'pre', ...over });

const CASES: Record<string, { network: CustomSpec; task: TaskSpec; tap: string }> = {
  'convolutions, pooling, residual with a skip': {
    network: own(
      `conv 4
layernorm
gelu
maxpool 3x3
residual
  conv 6 bias=yes
  batchnorm
  relu
  dropout 0.2
  conv 6 2x2 pad=1
  averagepool 2x2
  skip
    averagepool
    dense 6
flatten`.replace('  averagepool 2x2\n  skip\n    averagepool\n    dense 6\n', '  skip\n    conv 6 2x2 pad=1\n    tanh\n'),
    ),
    task: TEXTURES,
    tap: 'conv3',
  },
  'convolution with stride, windows, dense, taps behind': {
    network: own(
      'batchnorm\nconv 4 stride=2\nrelu\naveragepool 2x2\ntap pooled\nconv 5 1x1\nbatchnorm\nrelu\naveragepool\ndense 6 bias=no\nlayernorm\ntanh\ndropout 0.1',
      { tap: 'post', init: 'he' },
    ),
    task: TEXTURES,
    tap: 'dense1',
  },
  'a ReLU between dense layers, one of them tapped': { network: own('flatten\ndense 7\nrelu\ndense 5 bias=no\nrelu'), task: TEXTURES, tap: 'dense1' },
  'image as tokens, learned positions, attention': {
    network: own('conv 6 4x4 stride=4\ntokens\npositions learned\nresidual\n  layernorm\n  attention heads=2\n  tap heads\nlayernorm\ndropout 0.1\nlast'),
    task: TEXTURES,
    tap: 'heads',
  },
  'recurrent layers of every kind, a label a token': {
    network: own('embed 5\nrnn 6 relu\ngru 4\nlstm 6\nresidual\n  rnn 6\ndense 5\ngelu'),
    task: COPY,
    tap: 'gru1',
  },
  'padded sequences, causal attention, mean': {
    network: own('embed 6\npositions\nrepeat 2\n  residual\n    attention heads=3 causal\n  layernorm\naveragepool'),
    task: PADDED,
    tap: 'attention2',
  },
  'padded sequences, last token by default': { network: own('embed 6\ngru 6\nlayernorm'), task: PADDED, tap: 'gru1' },
};

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const random = (name: string, shape: number[]) => tf.tensor(stream(3, name).normals(shape.reduce((a, b) => a * b, 1)), shape);
const layersOf = (statements: readonly Statement[]): string[] => statements.flatMap(({ layer, body }) => [layer, ...layersOf(body)]);

it('has a case for every layer there is', () => {
  const used = new Set(Object.values(CASES).flatMap(({ network }) => layersOf(parseText(network.text).statements)));
  expect(LAYER_NAMES.filter((layer) => !used.has(layer))).toEqual([]);
});

describe.each(Object.entries(CASES))('%s', (_, { network, task: spec, tap }) => {
  const shape = taskShape(spec);
  const task = createTask(spec);

  it('has the gradient of its loss in every parameter', async () => {
    const batches = SEEDS.map((seed) => task.batch(seed, 0, BATCH));
    const inputs = inputTensor(batches, shape.input);
    const labels = labelTensor(batches);
    const view = shape.tokens && new BatchView('position', shape.input[0], shape.tokens.padded ? (inputs as tf.Tensor3D) : undefined);
    const { gram, shares } = guideGram(composed, random('guide', [2, BATCH, 6 * (shape.tokens ? shape.input[0] : 1)]) as tf.Tensor3D, view);
    const masks = new StepMasks(SEEDS, 0, BATCH);
    await expectGradients(
      { network, task: shape, seeds: SEEDS },
      {
        inputs,
        labels,
        masks: masks.source,
        align: [{ targetTap: tap, guideGram: gram, shares, view, weight: 2, measure: { name: 'cka' } }],
      },
    );
  });

  it('has the taps, shapes and parameter count of its description', () => {
    const description = describeNetwork(network, shape);
    // Three members on inputs that they share, as in an evaluation.
    const { taps, parameters } = builtNetwork({ network, task: shape, seeds: [0, 1, 2] }, inputTensor([task.batch(0, 0, 3)], shape.input));
    expect(taps).toEqual(description.taps.map(({ name, features }) => `${name} ${features}`).sort());
    expect(parameters).toBe(description.parameters);
  });
});

it('pools windows, and leaves out what fills no window', () => {
  tf.tidy(() => {
    const tape = new Tape(composed, true);
    const x = tape.parameter(tf.tensor5d([1, 2, 9, 3, 4, 9, 9, 9, 9], [1, 1, 3, 3, 1]));
    const largest = maxPool(tape, x, 2);
    expect(largest.tensor.arraySync().flat(4)).toEqual([4]);
    expect(
      tape
        .gradients([[largest, tf.ones([1, 1, 1, 1, 1])]], [x])[0]
        ?.arraySync()
        .toString(),
    ).toBe('0,0,0,0,1,0,0,0,0');
    const mean = averagePool(tape, x, 2);
    expect(mean.tensor.arraySync().flat(4)).toEqual([2.5]);
    expect(
      tape
        .gradients([[mean, tf.ones([1, 1, 1, 1, 1])]], [x])[0]
        ?.arraySync()
        .toString(),
    ).toBe('0.25,0.25,0,0.25,0.25,0,0,0,0');
  });
});

/** Built-in networks and the names of their parameters in the order in which the text has them. */
const SAME: Record<string, { network: NetworkSpec; task: TaskShape }> = {
  'residual network': {
    network: { family: 'resnet', stages: [1, 2], width: 4, init: 'he', tap: 'pre' },
    task: taskShape(TEXTURES),
  },
  'fully connected network': {
    network: { family: 'fcn', depth: 2, width: 8, norm: 'batch', dropout: 0.1, init: 'default', tap: 'post' },
    task: taskShape(TEXTURES),
  },
  GRU: { network: { family: 'rnn', cell: 'gru', layers: 2, width: 6, init: 'default', chained: false }, task: taskShape(COPY) },
  Transformer: {
    network: {
      family: 'transformer',
      layers: 2,
      width: 8,
      heads: 2,
      ffn: 12,
      causal: false,
      positions: 'learned',
      norm: 'pre',
      activation: 'gelu',
      pooling: 'mean',
      init: 'default',
    },
    task: taskShape(PADDED) as SequenceShape,
  },
};

describe('the text of a built-in network', () => {
  it.each(Object.entries(SAME))('%s: computes the same from the same weights', async (_, { network, task }) => {
    const text = own(textOf(network, task) ?? '', { tap: 'tap' in network ? network.tap : 'pre' });
    const builtIn = new Model({ network, task, seeds: SEEDS, streamName: 'test' }, composed);
    const written = new Model({ network: text, task, seeds: SEEDS, streamName: 'other' }, composed);
    // A skip is run before the block in the one and behind it in the other: match parameters by order within a shape.
    const pool = [...builtIn.weights.parameters].map(([name, tensor]) => ({ name, tensor }));
    const shapeOf = (t: tf.Tensor) => t.shape.join();
    for (const [name, tensor] of [...written.weights.parameters]) {
      const at = pool.findIndex((candidate) => shapeOf(candidate.tensor) === shapeOf(tensor));
      expect(at, name).toBeGreaterThanOrEqual(0);
      written.weights.replace(`parameter/${name}`, tf.clone(pool.splice(at, 1)[0].tensor));
    }
    expect(pool).toEqual([]);
    const spec = task.tokens ? (task.tokens.padded ? PADDED : COPY) : TEXTURES;
    const inputs = inputTensor(
      SEEDS.map((seed) => createTask(spec).batch(seed, 0, 5)),
      task.input,
    );
    const difference = tf.tidy(() => tf.max(tf.abs(tf.sub(builtIn.infer(inputs).logits, written.infer(inputs).logits))));
    expect((await difference.data())[0]).toBeLessThan(1e-5);
  });
});
