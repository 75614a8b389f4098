import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor3D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { composed } from './index.ts';
import { oneUpdate, type OptimiserState, randomTensor, randomValues, relativeError, sameFactors } from '../wasm/testing.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
  await tf.ready();
});

function close(actual: tf.Tensor, expected: ArrayLike<number>): void {
  expect(relativeError(actual.dataSync(), expected)).toBeLessThan(2e-5);
}

describe('optimisers', () => {
  const shape = [3, 2, 2];
  const scale = tf.tensor1d([1, 0.5, 1]);
  const active = tf.tensor1d([1, 1, 0]);
  const gradientValues = randomValues(shape, 1);

  function gradient() {
    return tf.tensor(
      gradientValues.map((v, i) => (i >= 8 ? NaN : v)),
      shape,
    );
  }

  test.each([true, false])('adam follows the formula and leaves inactive members alone, decoupled %s', (decoupled) => {
    const hyper = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, coupledDecay: decoupled ? 0 : 0.1 };
    let state: OptimiserState = { parameter: randomTensor(shape, 2), slots: [tf.zeros(shape), tf.zeros(shape)] };
    const p = Float64Array.from(state.parameter.dataSync());
    const [m, v] = [new Float64Array(12), new Float64Array(12)];
    for (let step = 1; step <= 3; step++) {
      const decoupledDecay = decoupled ? 0.1 : 0;
      const factors = sameFactors(3, { learningRate: 0.1, step, betas: [0.9, 0.99], decoupledDecay });
      state = oneUpdate(composed, state, gradient(), { scale, active, factors }, hyper);
      for (let i = 0; i < 8; i++) {
        const g = gradientValues[i] * (i < 4 ? 1 : 0.5) + (decoupled ? 0 : 0.1 * p[i]);
        m[i] = 0.9 * m[i] + 0.1 * g;
        v[i] = 0.99 * v[i] + 0.01 * g * g;
        if (decoupled) p[i] -= 0.1 * 0.1 * p[i];
        p[i] -= (0.1 * (m[i] / (1 - 0.9 ** step))) / (Math.sqrt(v[i] / (1 - 0.99 ** step)) + 1e-8);
      }
    }
    close(state.parameter, p);
    close(state.slots[0], m);
    close(state.slots[1], v);
  });

  test('sgd with momentum and weight decay', () => {
    const hyper = { momentum: 0.9, weightDecay: 0.01 };
    const factors = sameFactors(3, { learningRate: 0.1, step: 1, decoupledDecay: 0 });
    let state: OptimiserState = { parameter: randomTensor(shape, 2), slots: [tf.zeros(shape)] };
    const p = Float64Array.from(state.parameter.dataSync());
    const velocity = new Float64Array(12);
    for (let step = 0; step < 3; step++) {
      state = oneUpdate(composed, state, gradient(), { scale, active, factors }, hyper);
      for (let i = 0; i < 8; i++) {
        velocity[i] = 0.9 * velocity[i] + gradientValues[i] * (i < 4 ? 1 : 0.5) + 0.01 * p[i];
        p[i] -= 0.1 * velocity[i];
      }
    }
    close(state.parameter, p);
    close(state.slots[0], velocity);
  });

  test('several parameters share a state, and what has no gradient keeps its part', () => {
    const [a, b] = [randomTensor([3, 2], 4), randomTensor([3, 3], 5)];
    const before = randomTensor([2, 30], 6) as tf.Tensor2D;
    const hyper = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, coupledDecay: 0 };
    const members = { scale, active, factors: sameFactors(3, { learningRate: 0.1, step: 1, betas: [0.9, 0.99], decoupledDecay: 0 }) };
    const squared = tf.square(before) as tf.Tensor2D;
    const { parameters, state } = composed.adam(
      [
        { parameter: a, gradient: a, at: 4 },
        { parameter: b, gradient: b, at: 17 },
      ],
      squared,
      members,
      hyper,
    );
    const rows = (x: tf.Tensor, from: number, size: number) => tf.unstack(tf.slice(x as tf.Tensor2D, [0, from], [2, size]));
    [a, b].forEach((parameter, i) => {
      const at = [4, 17][i];
      const alone = oneUpdate(
        composed,
        { parameter, slots: rows(squared, at, parameter.size).map((row) => tf.reshape(row, parameter.shape)) },
        parameter,
        members,
        hyper,
      );
      close(parameters[i], alone.parameter.dataSync());
      alone.slots.forEach((slot, row) => close(rows(state, at, parameter.size)[row], slot.dataSync()));
    });
    for (const [from, size] of [
      [0, 4],
      [10, 7],
      [26, 4],
    ])
      rows(state, from, size).forEach((row, i) => close(row, rows(squared, from, size)[i].dataSync()));
  });

  test('control stops what is not finite, for good, and clips the others', () => {
    const loss = tf.tensor1d([1, NaN, 1, 1, 1]);
    const norms = tf.tensor1d([0.25, 1, Infinity, 16, 16]);
    const before = tf.tensor1d([1, 1, 1, 1, 0]);
    const { active: after, scale: factor } = composed.control(before, loss, norms, 2);
    close(after, [1, 0, 0, 1, 0]);
    close(tf.gather(factor, [0, 3]), [1, 0.5]);
    close(composed.control(before, loss, norms, null).scale, [1, 1, 1, 1, 1]);
  });

  test('addToMembers adds to those members alone', () => {
    const [x, part] = [
      tf.ones<tf.Rank.R2>([4, 2]),
      tf.tensor2d([
        [1, 2],
        [3, 4],
      ]),
    ];
    close(composed.addToMembers(x, part, 1), [1, 1, 2, 3, 4, 5, 1, 1]);
    close(composed.addToMembers(x, part, 2), [1, 1, 1, 1, 2, 3, 4, 5]);
    close(composed.addToMembers(x, x, 0), [2, 2, 2, 2, 2, 2, 2, 2]);
  });

  test('runningAverages and sumSquares', () => {
    const running = tf.tensor2d([
      [1, 2],
      [3, 4],
    ]);
    const batch = tf.tensor2d([
      [2, 4],
      [NaN, 1],
    ]);
    close(composed.runningAverages([{ running, batch, factor: 2 }], 0.5, tf.tensor1d([1, 0]))[0], [2.5, 5, 3, 4]);
    close(composed.sumSquares([running, tf.ones([2, 3])]), [8, 28]);
    close(composed.sumRows(tf.expandDims(running) as Tensor3D), [4, 6]);
  });
});
