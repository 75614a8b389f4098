/** Recurrent networks and Transformers: gradients of task, distillation and alignment losses against finite differences. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeNetwork, type SequenceShape, taskShape } from '../../experiment/networks/describe.ts';
import type { RnnSpec, SequenceTaskSpec, TokenView, TransformerSpec } from '../../experiment/schema/schema.ts';
import { composed } from '../backend/kernels/composed/index.ts';
import { guideGram } from '../similarity/alignment.ts';
import { BatchView } from '../similarity/tokenViews.ts';
import { stream } from '../random/stream.ts';
import { createTask } from '../tasks/index.ts';
import { builtNetwork, expectGradients } from '../testing/gradients.ts';
import { inputTensor, labelTensor } from '../steps/inputs.ts';

const BATCH = 9;
const SEEDS = [0, 1];
const GUIDE_WIDTH = 7;

const rnn = (over: Partial<RnnSpec> = {}): RnnSpec => ({ family: 'rnn', cell: 'tanh', layers: 2, width: 6, init: 'default', chained: false, ...over });
const transformer = (over: Partial<TransformerSpec> = {}): TransformerSpec => ({
  family: 'transformer',
  layers: 2,
  width: 8,
  heads: 2,
  ffn: 10,
  causal: true,
  positions: 'sinusoidal',
  norm: 'pre',
  activation: 'gelu',
  pooling: 'last',
  init: 'default',
  ...over,
});

const data = { train: 'fresh', val: 64, seed: 0 } as const;
const COPY: SequenceTaskSpec = { kind: 'copy-paste', length: 3, vocabulary: 3, ...data };
const FIRST: SequenceTaskSpec = { kind: 'first-token', length: 5, vocabulary: 3, ...data };
const PADDED: SequenceTaskSpec = { kind: 'parity', length: 6, minLength: 2, labels: 'final', ...data };
const PREFIX: SequenceTaskSpec = { kind: 'parity', length: 6, minLength: 2, labels: 'prefix', ...data };

const CASES: Record<string, { network: RnnSpec | TransformerSpec; task: SequenceTaskSpec; tap: string; view: TokenView }> = {
  'RNN, one label, per position': { network: rnn(), task: FIRST, tap: 'layer2', view: 'position' },
  'ReLU RNN, a label a token, flattened': { network: rnn({ cell: 'relu', init: 'identity' }), task: COPY, tap: 'layer1', view: 'flattened' },
  'GRU, padded, last token': { network: rnn({ cell: 'gru' }), task: PADDED, tap: 'layer2', view: 'last-token' },
  'LSTM, padded labels, all tokens': { network: rnn({ cell: 'lstm', init: 'orthogonal' }), task: PREFIX, tap: 'layer1', view: 'all-tokens' },
  'chained RNN, padded, per position': { network: rnn({ chained: true, init: 'good' }), task: PADDED, tap: 'layer1', view: 'position' },
  'Transformer, causal, per position': { network: transformer(), task: COPY, tap: 'block1.attention', view: 'position' },
  'Transformer, post-norm, learned positions, stream': {
    network: transformer({ norm: 'post', positions: 'learned', layers: 1 }),
    task: FIRST,
    tap: 'block1.output',
    view: 'all-tokens',
  },
  'Transformer encoder, padded, mean pooled, MLP': {
    network: transformer({ causal: false, pooling: 'mean' }),
    task: PADDED,
    tap: 'block2.mlp',
    view: 'position',
  },
};

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe.each(Object.entries(CASES))('%s', (_, { network, task: spec, tap, view: kind }) => {
  const shape = taskShape(spec) as SequenceShape;
  const task = createTask(spec);
  const [length] = shape.input;

  it('has the gradient of its loss in every parameter', async () => {
    const batches = SEEDS.map((seed) => task.batch(seed, 0, BATCH));
    const inputs = inputTensor(batches, shape.input);
    const labels = labelTensor(batches);
    const view = new BatchView(kind, length, shape.tokens.padded ? (inputs as tf.Tensor3D) : undefined);
    const random = (name: string, dimensions: [number, number, number]) =>
      tf.tensor3d(stream(3, name).normals(dimensions.reduce((a, b) => a * b, 1)), dimensions);
    const { gram, shares } = guideGram(composed, random('guide', [2, BATCH, length * GUIDE_WIDTH]), view);
    await expectGradients(
      { network, task: shape, seeds: SEEDS },
      {
        inputs,
        labels,
        align: [{ targetTap: tap, guideGram: gram, shares, view, weight: 2, measure: { name: 'cka' } }],
        distil: {
          logits: random('teacher', [2, BATCH * shape.tokens.outputs, shape.classes]),
          labels,
          temperature: 2,
          ceWeight: 1,
          weight: 0.7,
          direction: 'forward',
        },
      },
    );
  });

  it('has the taps, shapes and parameter count of its description', () => {
    const description = describeNetwork(network, shape);
    const { taps, parameters } = builtNetwork({ network, task: shape, seeds: [0] }, inputTensor([task.batch(0, 0, 3)], shape.input));
    expect(taps).toEqual(description.taps.map(({ name, features }) => `${name} ${features}`).sort());
    expect(parameters).toBe(description.parameters);
  });
});
