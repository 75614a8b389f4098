import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { composed } from './index.ts';
import { relativeError } from '../wasm/testing.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const tensor = <T extends tf.Tensor>(values: ArrayLike<number>, ...shape: number[]): T => tf.tensor(Float32Array.from(values), shape) as T;

function close(actual: tf.Tensor, expected: ArrayLike<number>, tolerance = 1e-6): void {
  expect(relativeError(actual.dataSync(), expected)).toBeLessThan(tolerance);
}

describe('rows without a label', () => {
  // Two classes; softmax of (ln 3, 0) is (3/4, 1/4), of (0, 0) is (1/2, 1/2).
  const ln3 = Math.log(3);
  const logits = tensor<tf.Tensor3D>([ln3, 0, 0, 0, ln3, 0, NaN, 5], 1, 4, 2);

  test('softmax cross-entropy', () => {
    const { loss, accuracy, dLogits } = composed.softmaxCrossEntropy(logits, tf.tensor2d([[0, 1, 1, -1]], [1, 4], 'int32'));
    close(loss, [(Math.log(4 / 3) + Math.log(2) + Math.log(4)) / 3]);
    close(accuracy, [1 / 3]);
    close(dLogits, [-1 / 12, 1 / 12, 1 / 6, -1 / 6, 1 / 4, -1 / 4, 0, 0]);
  });

  test('each member has its own, one may have none', () => {
    const two = tf.concat([logits, logits]);
    const labels = tf.tensor2d(
      [
        [-1, -1, -1, -1],
        [-1, 0, -1, -1],
      ],
      [2, 4],
      'int32',
    );
    const { loss, accuracy, dLogits } = composed.softmaxCrossEntropy(two, labels);
    close(loss, [0, Math.log(2)]);
    expect([...accuracy.dataSync()]).toEqual([0, 1]);
    close(dLogits, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -0.5, 0.5, 0, 0, 0, 0]);
  });

  test('distillation', () => {
    const teacher = tf.zeros<tf.Rank.R3>([1, 4, 2]);
    const labels = tf.tensor2d([[0, 1, -1, -1]], [1, 4], 'int32');
    const forward = composed.distillation(logits, teacher, { temperature: 1, direction: 'forward', labels });
    // KL((1/2, 1/2) ‖ (3/4, 1/4)) = ½ ln(2/3) + ½ ln 2, and 0 for the second row.
    close(forward.loss, [(0.5 * Math.log(2 / 3) + 0.5 * Math.log(2)) / 2]);
    close(forward.dLogits, [1 / 8, -1 / 8, 0, 0, 0, 0, 0, 0]);
    const reverse = composed.distillation(logits, teacher, { temperature: 1, direction: 'reverse', labels });
    const kl = 0.75 * Math.log(1.5) + 0.25 * Math.log(0.5);
    close(reverse.loss, [kl / 2]);
    close(reverse.dLogits, [(0.75 * (Math.log(1.5) - kl)) / 2, (0.25 * (Math.log(0.5) - kl)) / 2, 0, 0, 0, 0, 0, 0]);
    const none = tf.fill([1, 4], -1, 'int32') as tf.Tensor2D;
    const nothing = composed.distillation(logits, teacher, { temperature: 2, direction: 'forward', labels: none });
    expect([...nothing.loss.dataSync(), ...nothing.dLogits.dataSync()]).toEqual(Array(9).fill(0));
  });
});
