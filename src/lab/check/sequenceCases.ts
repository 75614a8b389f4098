/** The cases of `checkCases.ts` for sequences. */
import * as tf from '@tensorflow/tfjs-core';
import { dense } from '../autodiff/ops.ts';
import * as ops from '../autodiff/sequenceOps.ts';
import { Tape, type Value } from '../autodiff/tape.ts';
import { guideGram } from '../similarity/alignment.ts';
import { BatchView } from '../similarity/tokenViews.ts';
import { stream } from '../random/stream.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import { GATES, type RecurrentKind } from '../backend/kernels/sequenceTypes.ts';

type Case = (kernels: Kernels) => Record<string, tf.Tensor>;

const random = <T extends tf.Tensor>(name: string, shape: number[], scale = 1): T =>
  tf.tensor(
    stream(0, 'check', name)
      .normals(shape.reduce((a, b) => a * b, 1))
      .map((v) => scale * v),
    shape,
  ) as T;

const tokens = (members: number, batch: number, length: number, vocabulary: number): tf.Tensor3D => {
  const values = Int32Array.from({ length: members * batch * length }, (_, i) => ((i * 5) % (vocabulary + 1)) - 1);
  return tf.tensor3d(values, [members, batch, length], 'int32');
};

function recurrentCase(kind: RecurrentKind): Case {
  return (k) => {
    // More positions than a shader has inputs.
    const [members, batch, length, hidden] = [2, 5, 12, 6];
    const columns = GATES[kind] * hidden;
    const weights = random<tf.Tensor3D>('weights', [members, hidden, columns], 0.4);
    const bias = kind === 'gru' ? random<tf.Tensor2D>('bias', [members, columns]) : undefined;
    const options = { kind, bias, initial: random<tf.Tensor3D>('initial', [members, batch, hidden]) };
    const forward = k.recurrent(random('projected', [members, batch, length, columns]), weights, options);
    const gradient = k.recurrentGrad(random('d', [members, batch, length, hidden]), weights, forward, options);
    const all = Object.entries({ ...forward, ...gradient }).filter(([, tensor]) => tensor !== undefined);
    return Object.fromEntries(all) as Record<string, tf.Tensor>;
  };
}

/** Value and all gradients of a small network on the tape. */
function onTape(
  kernels: Kernels,
  shapes: Record<string, number[]>,
  forward: (tape: Tape, p: (name: string) => Value<never>) => Value,
): Record<string, tf.Tensor> {
  const tape = new Tape(kernels, true);
  const names = Object.keys(shapes);
  const parameters = names.map((name) => tape.parameter(random(name, shapes[name], 0.5)));
  const y = forward(tape, (name) => parameters[names.indexOf(name)] as Value<never>);
  const gradients = tape.gradients([[y, random('seed', y.tensor.shape)]], parameters);
  const named = names.map((name, i) => [`d ${name}`, gradients[i] ?? tf.fill([1], Number.NaN)] as const);
  return { y: y.tensor, ...Object.fromEntries(named) };
}

export const SEQUENCE_CASES: Record<string, Case> = {
  'losses with ignored rows': (k) => {
    const labels = tf.tensor2d(
      Int32Array.from({ length: 22 }, (_, i) => (i < 11 ? (i % 4) - 1 : -1)),
      [2, 11],
      'int32',
    );
    const logits = random<tf.Tensor3D>('logits', [2, 11, 3], 3);
    const teacher = random<tf.Tensor3D>('teacher', [1, 11, 3], 3);
    const ce = k.softmaxCrossEntropy(logits, labels);
    const kd = k.distillation(logits, teacher, { temperature: 2, direction: 'forward', labels });
    const reverse = k.distillation(logits, teacher, { temperature: 2, direction: 'reverse', labels });
    return { ce: ce.loss, accuracy: ce.accuracy, dCe: ce.dLogits, kd: kd.loss, dKd: kd.dLogits, reverse: reverse.loss, dReverse: reverse.dLogits };
  },
  embedding: (k) => {
    const table = random<tf.Tensor3D>('table', [2, 7, 5]);
    const dy = random<tf.Tensor4D>('dy', [2, 3, 6, 5]);
    return {
      shared: k.embedding(tokens(1, 3, 6, 7), table),
      own: k.embedding(tokens(2, 3, 6, 7), table),
      dShared: k.embeddingGrad(dy, tokens(1, 3, 6, 7), 7),
      dOwn: k.embeddingGrad(dy, tokens(2, 3, 6, 7), 7),
    };
  },
  'padded positions': (k) => {
    const view = new BatchView('position', 4, tokens(2, 6, 4, 2));
    const { gram, shares } = guideGram(k, random('shown', [2, 6, 20]), view);
    const spread = view.spread(random('gradient', [8, 6, 5]), 6);
    view.dispose();
    return { gram, shares: shares as tf.Tensor, spread };
  },
  'RNN, tanh': recurrentCase('rnn-tanh'),
  'RNN, ReLU': recurrentCase('rnn-relu'),
  GRU: recurrentCase('gru'),
  LSTM: recurrentCase('lstm'),
  layerNorm: (k) => {
    const [x, gamma] = [random<tf.Tensor3D>('x', [2, 9, 13], 3), random<tf.Tensor2D>('gamma', [2, 13])];
    const forward = k.layerNorm(x, gamma, random('beta', [2, 13]), 1e-5);
    return { ...forward, ...k.layerNormGrad(random('dy', [2, 9, 13]), x, gamma, forward) };
  },
  attention: (k) => {
    const qkv = random<tf.Tensor4D>('qkv', [2, 3, 5, 24]);
    const dy = random<tf.Tensor4D>('dy', [2, 3, 5, 8]);
    const keyMask = tf.cast(tf.greater(random('mask', [1, 3, 5]), -0.3), 'float32') as tf.Tensor3D;
    const results = [
      { heads: 2, causal: true },
      { heads: 4, causal: false, keyMask },
    ].map((options, i) => {
      const forward = k.attention(qkv, options);
      return { [`y${i}`]: forward.y, [`weights${i}`]: forward.weights, [`dQkv${i}`]: k.attentionGrad(dy, qkv, forward, options) };
    });
    return Object.assign({}, ...results) as Record<string, tf.Tensor>;
  },
  activations: (k) => {
    const [x, dy] = [random<tf.Tensor5D>('x', [2, 3, 2, 2, 5], 3), random<tf.Tensor5D>('dy', [2, 3, 2, 2, 5])];
    const y = k.tanh(x);
    return { tanh: y, dTanh: k.tanhGrad(dy, y), gelu: k.gelu(x), dGelu: k.geluGrad(dy, x) };
  },
  'recurrent network': (k) =>
    onTape(k, { table: [2, 7, 5], input: [2, 5, 18], hidden: [2, 6, 18], inputBias: [2, 18], hiddenBias: [2, 18], initial: [2, 3, 6] }, (tape, p) => {
      const x = ops.embedding(tape, tokens(1, 3, 4, 7), p('table'));
      const weights = { input: p('input'), hidden: p('hidden'), inputBias: p('inputBias'), hiddenBias: p('hiddenBias') };
      return ops.takePosition(tape, ops.recurrent(tape, 'gru', x, weights, p('initial')));
    }),
  'attention block': (k) =>
    onTape(k, { table: [2, 7, 8], positions: [2, 4, 8], gamma: [2, 8], beta: [2, 8], qkv: [2, 8, 24], out: [2, 8, 8], bias: [2, 8] }, (tape, p) => {
      const keyMask = tf.tensor3d([1, 1, 1, 0, 1, 1, 0, 0, 1, 1, 1, 1], [1, 3, 4]);
      const x = ops.addPositions(tape, ops.embedding(tape, tokens(1, 3, 4, 7), p('table')), p('positions'));
      const normal = ops.layerNorm<tf.Tensor4D>(tape, x, p('gamma'), p('beta'));
      const { value } = ops.attention(tape, dense(tape, normal, p('qkv')), { heads: 2, causal: true, keyMask });
      const out = ops.gelu(tape, ops.tanh(tape, dense(tape, value, p('out'), p('bias'))));
      return ops.meanOverPositions(tape, out, keyMask);
    }),
};
