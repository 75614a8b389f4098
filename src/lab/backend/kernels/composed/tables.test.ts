import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, test } from 'vitest';
import { gatherRows, scatterRows } from './tables.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const rows = tf.tensor2d(
  [
    [2, 0],
    [-1, 3],
  ],
  [2, 2],
  'int32',
);

test('rows of one table for all, zeros where there is no such row', () => {
  const table = tf.tensor3d([1, 2, 3, 4, 5, 6], [1, 3, 2]);
  expect(gatherRows(table, rows).arraySync()).toEqual([
    [
      [5, 6],
      [1, 2],
    ],
    [
      [0, 0],
      [0, 0],
    ],
  ]);
});

test('a table for each seed, and members that follow each other arm by arm', () => {
  const table = tf.tensor3d([1, 2, 3, 10, 20, 30], [2, 3, 1], 'int32');
  const taken = gatherRows(table, rows, 4);
  expect(taken.dtype).toBe('int32');
  expect(taken.arraySync()).toEqual([
    [[3], [1]],
    [[0], [0]],
    [[3], [1]],
    [[0], [0]],
  ]);
});

test('rows are put where they belong', () => {
  const table = tf.zeros<tf.Rank.R3>([2, 3, 2]);
  const next = scatterRows(
    table,
    tf.tensor1d([2, 0], 'int32'),
    tf.tensor2d([
      [1, 2],
      [3, 4],
    ]),
    1,
  );
  expect(next.arraySync()).toEqual([
    [
      [0, 0],
      [0, 0],
      [0, 0],
    ],
    [
      [3, 4],
      [0, 0],
      [1, 2],
    ],
  ]);
});
