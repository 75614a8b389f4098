import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, it } from 'vitest';
import { pack, packStep, STEP_PARTS, unpack, unpackStep } from './pack.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

it('gives the parts of a training step back by name', () => {
  const parts = { loss: [1, 2], accuracy: [3, 4], active: [5, 6], alignment: [7, 8] };
  const tensors = Object.fromEntries(STEP_PARTS.map((name) => [name, tf.tensor1d(parts[name])])) as Record<(typeof STEP_PARTS)[number], tf.Tensor1D>;
  const read = unpackStep(packStep(tensors).dataSync<'float32'>());
  for (const name of STEP_PARTS) expect([...read[name]]).toEqual(parts[name]);
});

const NAMES = ['first', 'none', 'open', 'last'] as const;
const values = () =>
  pack(NAMES, { last: [tf.tensor1d([6])], first: [tf.tensor2d([[1, 2]])], none: [], open: [tf.tensor1d([3]), tf.tensor1d([4, 5])] }).dataSync<'float32'>();

it('gives parts of any shape back, in the order of their names', () => {
  const read = unpack(NAMES, { first: 2, none: 0, open: 'rest', last: 1 }, values());
  expect(NAMES.map((name) => [...read[name]])).toEqual([[1, 2], [], [3, 4, 5], [6]]);
});

it.each([
  ['too many', { first: 2, none: 0, open: 2, last: 1 }],
  ['too few', { first: 2, none: 2, open: 3, last: 1 }],
  ['fewer than there must be', { first: 4, none: 0, open: 'rest', last: 3 }],
] as const)('refuses values that are %s', (_, sizes) => {
  expect(() => unpack(NAMES, sizes, values())).toThrow(/6 values of a step/);
});
