import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, test } from 'vitest';
import { composed } from '../backend/kernels/composed/index.ts';
import type { RecurrentKind } from '../backend/kernels/sequenceTypes.ts';
import { stream } from '../random/stream.ts';
import { dense } from './ops.ts';
import * as ops from './sequenceOps.ts';
import { Tape, type Value } from './tape.ts';

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const random = (name: string, shape: readonly number[]) =>
  stream(1, 'ops', name)
    .normals(size(shape))
    .map((v) => 0.5 * v);

type Forward = (tape: Tape, p: (name: string) => Value<never>) => Value;

/** Σ ⟨y, seed⟩ of a network at given parameters, and its gradient. */
function evaluate(shapes: Record<string, number[]>, values: Map<string, Float32Array>, forward: Forward) {
  return tf.tidy(() => {
    const tape = new Tape(composed, true);
    const parameters = new Map(Object.entries(shapes).map(([name, shape]) => [name, tape.parameter(tf.tensor(values.get(name) as Float32Array, shape))]));
    const y = forward(tape, (name) => parameters.get(name) as Value as Value<never>);
    const seed = random('seed', y.tensor.shape);
    const gradients = tape.gradients([[y, tf.tensor(seed, y.tensor.shape)]], [...parameters.values()]);
    const out = y.tensor.dataSync();
    return {
      loss: seed.reduce((sum, v, i) => sum + v * out[i], 0),
      gradients: gradients.map((g, i) => {
        expect(g?.shape).toEqual(Object.values(shapes)[i]);
        return Float32Array.from(g?.dataSync() ?? []);
      }),
    };
  });
}

/** In every parameter the slope along the gradient is the gradient's norm. */
function hasItsGradient(shapes: Record<string, number[]>, forward: Forward): void {
  const values = new Map(Object.entries(shapes).map(([name, shape]) => [name, Float32Array.from(random(name, shape))]));
  const { gradients } = evaluate(shapes, values, forward);
  Object.keys(shapes).forEach((name, i) => {
    const norm = Math.hypot(...gradients[i]);
    expect(norm, name).toBeGreaterThan(1e-3);
    const at = (by: number) => {
      const moved = (values.get(name) as Float32Array).map((v, j) => v + (by * gradients[i][j]) / norm);
      return evaluate(shapes, new Map(values).set(name, moved), forward).loss;
    };
    const h = 4e-3;
    expect((at(h) - at(-h)) / (2 * h) / norm, name).toBeCloseTo(1, 2);
  });
}

const tokens = () => tf.tensor3d([0, 3, -1, 2, 1, 1, 2, 0, 3, 3, 4, 0], [1, 3, 4], 'int32');

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe.each([
  ['rnn-tanh', 1],
  ['rnn-relu', 1],
  ['gru', 3],
  ['lstm', 4],
] as Array<[RecurrentKind, number]>)('%s', (kind, gates) => {
  const columns = gates * 6;
  const weights = { input: [2, 5, columns], hidden: [2, 6, columns], inputBias: [2, columns], hiddenBias: [2, columns] };

  test('has its gradient, with both biases and an initial state', () => {
    hasItsGradient({ table: [2, 5, 5], ...weights, initial: [2, 3, 6] }, (tape, p) => {
      const x = ops.embedding(tape, tokens(), p('table'));
      const layer = { input: p('input'), hidden: p('hidden'), inputBias: p('inputBias'), hiddenBias: p('hiddenBias') };
      return ops.recurrent(tape, kind, x, layer, p('initial'));
    });
  });

  // Of a table smaller than the tokens, whose rows are projected, and of a larger one.
  test.each([5, 13])('of tokens out of %i has the gradient and the values of their embedding', (vocabulary) => {
    const own = { table: [2, vocabulary, 5], input: weights.input, hidden: weights.hidden, inputBias: weights.inputBias };
    const all = tf.tensor3d([0, 3, 1, 2, 1, 1, 2, 0, 3, 3, 4, 0], [1, 3, 4], 'int32');
    const both = [true, false].map(
      (embedded): Forward =>
        (tape, p) => {
          const x = embedded ? ops.embedding(tape, all, p('table')) : { tokens: all, table: p('table') };
          return ops.recurrent(tape, kind, x, { input: p('input'), hidden: p('hidden'), inputBias: p('inputBias') });
        },
    );
    const values = new Map(Object.entries(own).map(([name, shape]) => [name, Float32Array.from(random(name, shape))]));
    const [expected, actual] = both.map((forward) => evaluate(own, values, forward));
    expect(actual.loss).toBeCloseTo(expected.loss, 5);
    actual.gradients.forEach((gradient, i) => {
      gradient.forEach((value, j) => {
        expect(value).toBeCloseTo(expected.gradients[i][j], 5);
      });
    });
  });

  test('has its gradient without either, its last state the next layer’s first', () => {
    hasItsGradient({ input: weights.input, hidden: weights.hidden, input2: [2, 6, columns], hidden2: weights.hidden }, (tape, p) => {
      // Data that both members share.
      const x = tape.constant(tf.tensor4d(random('x', [1, 3, 4, 5]), [1, 3, 4, 5]));
      const states = ops.recurrent(tape, kind, x, { input: p('input'), hidden: p('hidden') });
      const last = ops.takePosition(tape, states);
      return ops.recurrent(tape, kind, states, { input: p('input2'), hidden: p('hidden2') }, last);
    });
  });
});

test('a Transformer block has its gradient', () => {
  const shapes = { table: [2, 5, 8], positions: [2, 4, 8], gamma: [2, 8], beta: [2, 8], qkv: [2, 8, 24], out: [2, 8, 8], bias: [2, 8] };
  for (const causal of [true, false]) {
    hasItsGradient(shapes, (tape, p) => {
      const keyMask = tf.tensor3d([1, 1, 1, 0, 1, 1, 0, 0, 1, 1, 1, 1], [1, 3, 4]);
      const x = ops.addPositions(tape, ops.embedding(tape, tokens(), p('table')), p('positions'));
      const normal = ops.layerNorm<tf.Tensor4D>(tape, x, p('gamma'), p('beta'));
      const { value } = ops.attention(tape, dense(tape, normal, p('qkv')), { heads: 2, causal, keyMask });
      return ops.gelu(tape, ops.tanh(tape, dense(tape, value, p('out'), p('bias'))));
    });
  }
});

test('positions shared by all members have their gradient', () => {
  hasItsGradient({ table: [2, 5, 8], positions: [1, 4, 8] }, (tape, p) =>
    ops.tanh(tape, ops.addPositions(tape, ops.embedding(tape, tokens(), p('table')), p('positions'))),
  );
});

describe('reading positions', () => {
  const x = () =>
    tf.tensor4d(
      Array.from({ length: 12 }, (_, i) => i + 1),
      [1, 2, 3, 2],
    );

  test('the mean over all positions or those of the mask', () => {
    const tape = new Tape(composed, true);
    const value = tape.parameter(x());
    expect([...ops.meanOverPositions(tape, value).tensor.dataSync()].map((v) => +v.toFixed(5))).toEqual([3, 4, 9, 10]);
    const mean = ops.meanOverPositions(tape, value, tf.tensor3d([1, 1, 0, 0, 0, 0], [1, 2, 3]));
    expect([...mean.tensor.dataSync()]).toEqual([2, 3, 0, 0]);
    const [d] = tape.gradients([[mean, tf.tensor3d([2, 4, 6, 8], [1, 2, 2])]], [value]);
    expect([...(d?.dataSync() ?? [])]).toEqual([1, 2, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test('the last position or any other', () => {
    const tape = new Tape(composed, true);
    const value = tape.parameter(x());
    expect([...ops.takePosition(tape, value).tensor.dataSync()]).toEqual([5, 6, 11, 12]);
    const taken = ops.takePosition(tape, value, tf.tensor2d([[1, 0]], [1, 2], 'int32'));
    expect([...taken.tensor.dataSync()]).toEqual([3, 4, 7, 8]);
    const [d] = tape.gradients([[taken, tf.tensor3d([1, 2, 3, 4], [1, 2, 2])]], [value]);
    expect([...(d?.dataSync() ?? [])]).toEqual([0, 0, 1, 2, 0, 0, 3, 4, 0, 0, 0, 0]);
  });
});

test('gradients of some members at a view reach what is viewed', () => {
  const tape = new Tape(composed, true);
  const x = tape.parameter(tf.tensor3d(random('x', [3, 2, 4]), [3, 2, 4]));
  const y = ops.tanh(tape, x);
  const view = tape.reshape<tf.Tensor2D>(y, [3, 8]);
  const seed = random('seed', [1, 8]);
  const whole = [...random('whole', [3, 2, 4])];
  const sum = whole.map((v, i) => v + (i >= 8 && i < 16 ? seed[i - 8] : 0));
  const of = (roots: Parameters<Tape['gradients']>[0]) => [...(tape.gradients(roots, [x])[0]?.dataSync() ?? [])];
  const expected = of([[y, tf.tensor3d(sum, [3, 2, 4])]]);
  expect(
    of([
      [view, tf.tensor2d(seed, [1, 8]), 1],
      [y, tf.tensor3d(whole, [3, 2, 4])],
    ]),
  ).toEqual(expected);
});
