import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { composed } from './index.ts';
import { GATES, type RecurrentKind } from '../sequenceTypes.ts';
import { numericalGradient, relativeError } from '../wasm/testing.ts';
import { affine, attentionReference, geluReference, layerNormReference, type RecurrentShape, recurrentReference, waves } from './reference.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const tensor = <T extends tf.Tensor>(values: ArrayLike<number>, ...shape: number[]): T => tf.tensor(Float32Array.from(values), shape) as T;

function close(actual: tf.Tensor, expected: ArrayLike<number>, tolerance = 1e-6): void {
  expect(relativeError(actual.dataSync(), expected)).toBeLessThan(tolerance);
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a).reduce((sum, v, i) => sum + v * b[i], 0);

/** Computed with NumPy from PyTorch's equations: inputs waves(·, 1) and so on as in the test. */
const STATES: Record<RecurrentKind, number[]> = {
  'rnn-tanh': [-0.1695487, -0.8092593, 0.9342473, -0.3889594, -0.6315717, -0.9796218, 0.8264553, -0.4435298, -0.7498949, -0.9810116, 0.8849368, -0.8007048],
  'rnn-relu': [0, 0, 1.0902547, 0.263974, 0, 0, 1.1768485, 0, 0, 0, 1.019101, 0],
  gru: [0.80306, 0.2719466, 0.2549128, 0.2219928, 0.1462638, 0.0730544, 0.1616808, 0.303568, 0.1034715, 0.1699663, 0.7894873, 0.3595848],
  lstm: [0.1581996, 0.1524404, 0.0627278, 0.3442656, 0.0743434, -0.1265858, 0.0960528, -0.0299506, 0.1204835, -0.3288403, 0.1895559, 0.0287456],
};
const KINDS = Object.keys(STATES) as RecurrentKind[];

describe.each(KINDS)('recurrent layer, %s', (kind) => {
  const [batch, length, inputs, hidden] = [2, 3, 2, 2];
  const columns = GATES[kind] * hidden;
  const shape: RecurrentShape = { kind, batch, length, hidden };
  const x = waves(batch * length * inputs, 1);
  const [inputWeights, weights] = [waves(inputs * columns, 2), waves(hidden * columns, 3)];
  const [inputBias, hiddenBias] = [waves(columns, 4, 0.3), waves(columns, 5, 0.3)];
  const initial = waves(batch * hidden, 6, 0.5);
  const folded = kind === 'gru' ? inputBias : inputBias.map((b, i) => b + hiddenBias[i]);
  const projected = affine(x, inputWeights, folded, columns);
  const bias = kind === 'gru' ? hiddenBias : null;

  test('gives the values of the equations', () => {
    expect(relativeError(recurrentReference(shape, projected, weights, bias, initial), STATES[kind])).toBeLessThan(1e-6);
    const { states } = composed.recurrent(tensor(projected, 1, batch, length, columns), tensor(weights, 1, hidden, columns), {
      kind,
      bias: bias ? tensor(bias, 1, columns) : undefined,
      initial: tensor(initial, 1, batch, hidden),
    });
    expect(states.shape).toEqual([1, batch, length, hidden]);
    close(states, STATES[kind]);
  });

  test.each([true, false])('gradients, with initial state and bias %s', (complete) => {
    const [b, h0] = complete ? [bias, initial] : [null, null];
    const options = {
      kind,
      bias: b ? tensor<tf.Tensor2D>(b, 1, columns) : undefined,
      initial: h0 ? tensor<tf.Tensor3D>(h0, 1, batch, hidden) : undefined,
    };
    const w = tensor<tf.Tensor3D>(weights, 1, hidden, columns);
    const forward = composed.recurrent(tensor(projected, 1, batch, length, columns), w, options);
    const dStates = waves(batch * length * hidden, 7);
    const gradient = composed.recurrentGrad(tensor(dStates, 1, batch, length, hidden), w, forward, options);
    const loss = (p: ArrayLike<number>, v: ArrayLike<number>, c: ArrayLike<number> | null, s: ArrayLike<number> | null) =>
      dot(recurrentReference(shape, p, v, c, s), dStates);
    close(
      gradient.dProjected,
      numericalGradient((p) => loss(p, weights, b, h0), projected),
      1e-5,
    );
    close(
      gradient.dWeights,
      numericalGradient((v) => loss(projected, v, b, h0), weights),
      1e-5,
    );
    expect(gradient.dBias === undefined).toBe(b === null);
    if (gradient.dBias && b)
      close(
        gradient.dBias,
        numericalGradient((c) => loss(projected, weights, c, h0), b),
        1e-5,
      );
    expect(gradient.dInitial === undefined).toBe(h0 === null);
    if (gradient.dInitial && h0) {
      close(
        gradient.dInitial,
        numericalGradient((s) => loss(projected, weights, b, s), h0),
        1e-5,
      );
    }
  });
});

describe('attention', () => {
  const shape = { batch: 2, length: 3, heads: 2, width: 2 };
  const qkv = waves(2 * 3 * 12, 7);
  const cases: Array<[boolean, number[] | null, number[]]> = [
    [
      true,
      null,
      [
        -0.9577338, 0.3475415, 1.0632415, 0.1969463, 0.1399415, 0.0277956, 0.0554626, -0.0793747, -0.4590672, 0.009717, 0.3809489, 0.212589, 0.7844117,
        0.8718389, -0.3853418, -1.1347284, -0.4400755, -0.3072253, 0.3598238, 0.5814409, 0.629936, 0.4138044, -0.4518599, -0.6765071,
      ],
    ],
    [
      false,
      null,
      [
        -0.6215862, 0.0955899, 0.4883698, 0.1961068, -0.0858493, -0.1208534, 0.1540253, 0.2060963, -0.4590672, 0.009717, 0.3809489, 0.212589, 0.5401485,
        0.3650314, -0.4292671, -0.6710564, -0.0762276, -0.0846964, 0.1278788, 0.2619619, 0.629936, 0.4138044, -0.4518599, -0.6765071,
      ],
    ],
    [
      true,
      [0, 1, 1, 1, 0, 1],
      [
        0, 0, 0, 0, 0.5902677, -0.1033816, -0.58758, -0.2556894, -0.0397263, -0.2743679, -0.1130208, 0.2239142, 0.7844117, 0.8718389, -0.3853418, -1.1347284,
        0.7844117, 0.8718389, -0.3853418, -1.1347284, 1.1680427, 0.840359, -0.7615247, -1.2274649,
      ],
    ],
    [
      false,
      [1, 1, 0, 0, 0, 0],
      [
        -0.6566959, 0.259851, 0.5451725, 0.0548979, 0.1399415, 0.0277956, 0.0554626, -0.0793747, -0.4340064, 0.194983, 0.4140189, 0.0189372, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0,
      ],
    ],
  ];

  test.each(cases)('causal %s, key mask %j: values (from NumPy) and gradient', (causal, mask, expected) => {
    expect(relativeError(attentionReference({ ...shape, causal }, qkv, mask), expected)).toBeLessThan(1e-6);
    const options = { heads: 2, causal, keyMask: mask ? tensor<tf.Tensor3D>(mask, 1, 2, 3) : undefined };
    const input = tensor<tf.Tensor4D>(qkv, 1, 2, 3, 12);
    const forward = composed.attention(input, options);
    close(forward.y, expected);
    const dy = waves(expected.length, 3);
    close(
      composed.attentionGrad(tensor(dy, 1, 2, 3, 4), input, forward, options),
      numericalGradient((v) => dot(attentionReference({ ...shape, causal }, v, mask), dy), qkv),
      1e-5,
    );
  });

  test('what a query may not see changes nothing', () => {
    const options = { heads: 2, causal: true };
    const input = tensor<tf.Tensor4D>(qkv, 1, 2, 3, 12);
    const changed = qkv.map((v, i) => (i % 36 >= 24 ? v + 100 : v));
    const early = (values: tf.Tensor4D) => tf.slice(composed.attention(values, options).y, [0, 0, 0, 0], [1, 2, 2, 4]);
    expect(early(tensor(changed, 1, 2, 3, 12)).dataSync()).toEqual(early(input).dataSync());
  });
});

test('layer norm: values (from NumPy) and gradients', () => {
  const [x, gamma, beta] = [waves(12, 8, 2), waves(4, 9), waves(4, 10)];
  const expected = [1.2639623, -0.694266, 0.3998957, -0.0871248, 0.502797, -0.8988839, 0.219998, -0.4893474, -0.9258461, -0.8415758, -0.2248408, -0.1556469];
  expect(relativeError(layerNormReference(x, gamma, beta, 1e-5), expected)).toBeLessThan(1e-6);
  const [tx, tg, tb] = [tensor<tf.Tensor3D>(x, 1, 3, 4), tensor<tf.Tensor2D>(gamma, 1, 4), tensor<tf.Tensor2D>(beta, 1, 4)];
  const forward = composed.layerNorm(tx, tg, tb, 1e-5);
  close(forward.y, expected);
  const dy = waves(12, 11);
  const { dx, dGamma, dBeta } = composed.layerNormGrad(tensor(dy, 1, 3, 4), tx, tg, forward);
  close(
    dx,
    numericalGradient((v) => dot(layerNormReference(v, gamma, beta, 1e-5), dy), x),
    1e-5,
  );
  close(
    dGamma,
    numericalGradient((v) => dot(layerNormReference(x, v, beta, 1e-5), dy), gamma),
    1e-5,
  );
  close(
    dBeta,
    numericalGradient((v) => dot(layerNormReference(x, gamma, v, 1e-5), dy), beta),
    1e-5,
  );
});

test('activations and their gradients', () => {
  const x = Float64Array.of(-8, -3, -1, -0.1, 0, 0.5, 2, 7);
  // torch.nn.functional.gelu's formula with Python's math.erf.
  const expected = [0, -0.00404969, -0.15865525, -0.04601722, 0, 0.34573123, 1.95449974, 7];
  x.forEach((v, i) => {
    expect(geluReference(v)).toBeCloseTo(expected[i], 7);
  });
  const [tx, dy] = [tensor(x, 2, 2, 2), waves(8, 1)];
  close(composed.gelu(tx), expected, 1e-7);
  close(
    composed.geluGrad(tensor(dy, 2, 2, 2), tx),
    numericalGradient((v) => dot(v.map(geluReference), dy), x),
    1e-6,
  );
  const y = composed.tanh(tx);
  close(y, x.map(Math.tanh));
  close(
    composed.tanhGrad(tensor(dy, 2, 2, 2), y),
    numericalGradient((v) => dot(v.map(Math.tanh), dy), x),
    1e-6,
  );
});

test('embedding and its gradient, tokens shared or not, padding', () => {
  const table = tensor<tf.Tensor3D>([1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60], 2, 3, 2);
  const shared = tf.tensor3d([0, 2, -1, 0], [1, 2, 2], 'int32');
  const y = composed.embedding(shared, table);
  expect(y.shape).toEqual([2, 2, 2, 2]);
  expect([...y.dataSync()]).toEqual([1, 2, 5, 6, 0, 0, 1, 2, 10, 20, 50, 60, 0, 0, 10, 20]);
  const own = tf.tensor3d([0, 0, 0, 0, 1, 1, 2, 3], [2, 2, 2], 'int32');
  expect([...composed.embedding(own, table).dataSync()]).toEqual([1, 2, 1, 2, 1, 2, 1, 2, 30, 40, 30, 40, 50, 60, 0, 0]);
  const dy = tensor<tf.Tensor4D>(
    Array.from({ length: 16 }, (_, i) => i + 1),
    2,
    2,
    2,
    2,
  );
  expect([...composed.embeddingGrad(dy, shared, 3).dataSync()]).toEqual([8, 10, 0, 0, 3, 4, 24, 26, 0, 0, 11, 12]);
  expect([...composed.embeddingGrad(dy, own, 3).dataSync()]).toEqual([16, 20, 0, 0, 0, 0, 0, 0, 20, 22, 13, 14]);
});
