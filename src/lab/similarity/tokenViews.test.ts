import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TokenView } from '../../experiment/schema/schema.ts';
import { composed } from '../backend/kernels/composed/index.ts';
import { stream } from '../random/stream.ts';
import { centredGram, guideGram } from './alignment.ts';
import { BatchView } from './tokenViews.ts';

const VIEWS: TokenView[] = ['position', 'flattened', 'all-tokens', 'last-token'];
const random = (name: string, shape: [number, number, number]) => tf.tensor3d(stream(1, name).normals(shape[0] * shape[1] * shape[2]), shape);
const inner = (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.mul(a, b)).dataSync()[0];

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('views of a batch', () => {
  // One member, two sequences of three tokens with two features.
  const x = tf.tensor3d([
    [
      [1, 2, 3, 4, 5, 6],
      [7, 8, 9, 10, 11, 12],
    ],
  ]);
  const take = (kind: TokenView, tokens?: tf.Tensor3D) => new BatchView(kind, 3, tokens).take(x);

  it('take what they say, by hand', () => {
    expect(take('flattened').arraySync()).toEqual(x.arraySync());
    expect(take('position').arraySync()).toEqual([
      [
        [1, 2],
        [7, 8],
      ],
      [
        [3, 4],
        [9, 10],
      ],
      [
        [5, 6],
        [11, 12],
      ],
    ]);
    expect(take('all-tokens').arraySync()).toEqual([
      [
        [1, 2],
        [3, 4],
        [5, 6],
        [7, 8],
        [9, 10],
        [11, 12],
      ],
    ]);
    expect(take('last-token').arraySync()).toEqual([
      [
        [5, 6],
        [11, 12],
      ],
    ]);
  });

  it('leave padding out, by hand', () => {
    const tokens = tf.tensor3d(
      [
        [
          [0, 0, -1],
          [0, 0, 0],
        ],
      ],
      [1, 2, 3],
      'int32',
    );
    expect(take('last-token', tokens).arraySync()).toEqual([
      [
        [3, 4],
        [11, 12],
      ],
    ]);
    // Centred over the tokens that are there.
    // (+ 0: −0 is 0.)
    expect(tf.add(take('position', tokens), 0).arraySync()).toEqual([
      [
        [-3, -3],
        [3, 3],
      ],
      [
        [-3, -3],
        [3, 3],
      ],
      [
        [0, 0],
        [0, 0],
      ],
    ]);
    const mean = [(1 + 3 + 7 + 9 + 11) / 5, (2 + 4 + 8 + 10 + 12) / 5];
    const rows = [[1, 2], [3, 4], null, [7, 8], [9, 10], [11, 12]].map((row) => (row ? row.map((v, f) => v - mean[f]) : [0, 0]));
    const difference = tf.sub(take('all-tokens', tokens), tf.tensor3d([rows]));
    expect(tf.max(tf.abs(difference)).dataSync()[0]).toBeLessThan(1e-5);
  });

  it.each(VIEWS)('%s: gradients go back where the examples came from', (kind) => {
    const view = new BatchView(kind, 4);
    const activations = random('x', [2, 5, 12]);
    const taken = view.take(activations);
    const g = random('g', taken.shape);
    expect(inner(view.spread(g, 5), activations)).toBeCloseTo(inner(g, taken), 3);
  });
});

describe('Gram matrices with padding', () => {
  it('are those of the examples that are there', () => {
    // Eight sequences, of which five have a second token.
    const tokens = tf.tensor3d(Array.from({ length: 8 }, (_, i) => [0, i < 5 ? 0 : -1]).flat(), [1, 8, 2], 'int32');
    const x = random('x', [1, 8, 6]);
    const { gram, shares } = guideGram(composed, x, new BatchView('position', 2, tokens));
    const second = tf.slice(tf.reshape(x, [8, 2, 3]), [0, 1, 0], [5, 1, 3]);
    const alone = centredGram(composed, tf.reshape(second, [1, 5, 3])).arraySync()[0];
    const padded = gram.arraySync()[1];
    for (let i = 0; i < 8; i++) for (let j = 0; j < 8; j++) expect(padded[i][j]).toBeCloseTo(i < 5 && j < 5 ? alone[i][j] : 0, 5);
    expect(shares?.arraySync()).toEqual([0.5, 0.5]);
  });

  it('count positions only where the guide varies and at least four sequences reach', () => {
    const tokens = tf.tensor3d(Array.from({ length: 8 }, (_, i) => [0, 0, 0, i < 3 ? 0 : -1]).flat(), [1, 8, 4], 'int32');
    // The second position is the same for all, up to rounding.
    const varying = random('x', [1, 8, 12])
      .arraySync()
      .map((sequences) => sequences.map((row) => row.map((v, i) => (i >= 3 && i < 6 ? 5 : v))));
    const { shares } = guideGram(composed, tf.tensor3d(varying), new BatchView('position', 4, tokens));
    expect(shares?.arraySync()).toEqual([0.5, 0, 0.5, 0]);
  });
});
