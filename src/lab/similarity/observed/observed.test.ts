import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ObservedOnly } from '../../../experiment/schema/measures.ts';
import { optionOf } from '../../../experiment/schema/measures.ts';
import { composed } from '../../backend/kernels/composed/index.ts';
import { stream } from '../../random/stream.ts';
import kornblith from '../fixtures/reference.json' with { type: 'json' };
import { prepare } from '../measures/forms.ts';
import small from '../measures/reference.json' with { type: 'json' };
import { eigen } from './eigen.ts';
import { OBSERVED } from './index.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

function measured(measure: ObservedOnly, x: number[][], y: number[][]): number {
  const { form, of } = OBSERVED[measure.name];
  const side = (values: number[][]) => {
    const { z, norm } = prepare(composed, tf.expandDims(tf.tensor2d(values), 0) as tf.Tensor3D, form);
    return { gram: composed.matmul(z, z, { transposeB: true }).dataSync(), norm: norm.dataSync()[0] };
  };
  return of(side(x), side(y), x.length, optionOf(measure));
}

const rows = (n: number, features: number, name: string): number[][] => {
  const values = stream(1, name).normals(n * features);
  return Array.from({ length: n }, (_, i) => [...values.subarray(i * features, (i + 1) * features)]);
};

// Made elsewhere in float64, from activations.
it.each<[ObservedOnly, number | null, number]>([
  [{ name: 'mutual-knn', neighbours: 3 }, 0.5277777777777778, 0.13333333333333333],
  [{ name: 'mutual-knn', neighbours: 10 }, null, 0.279],
  [{ name: 'svcca', variance: 0.99 }, 0.8541955385649409, 0.7310139587836585],
  [{ name: 'ridge-absolute', ridge: 10 }, 0.5323337625349748, 0.5962104920239951],
])('%j has the values of the reference', (measure, ofSmall, ofKornblith) => {
  if (ofSmall !== null) expect(measured(measure, small.X, small.Y)).toBeCloseTo(ofSmall, 5);
  expect(measured(measure, kornblith.X, kornblith.Y)).toBeCloseTo(ofKornblith, 5);
});

it('correlates ranks, of which only the order counts', () => {
  // On a line through 0 cosines are ±1: angles of points on a circle order them.
  const circle = (angles: number[]) => angles.map((angle) => [Math.cos(angle), Math.sin(angle)]);
  const angles = [0, 0.1, 0.25, 0.6, 1.1, 1.5];
  const stretched = angles.map((angle) => angle * 2);
  expect(measured({ name: 'rsa-spearman' }, circle(angles), circle(stretched))).toBeCloseTo(1, 6);
  expect(measured({ name: 'rsa-spearman' }, circle(angles), circle([...angles].reverse()))).toBeLessThan(0.9);
});

describe.each<ObservedOnly>([{ name: 'mutual-knn' }, { name: 'svcca' }, { name: 'rsa-spearman' }, { name: 'ridge-absolute', ridge: 0.01 }])(
  '$name',
  (measure) => {
    const [x, y] = [rows(30, 5, 'x'), rows(30, 7, 'y')];
    it('is 1 of a layer with itself', () => expect(measured(measure, x, x)).toBeCloseTo(1, 3));

    it('ignores one scale for all, but for a ridge that does not follow it', () => {
      const scaled = measured(
        measure,
        x.map((row) => row.map((value) => 30 * value)),
        y,
      );
      if (measure.name === 'ridge-absolute') expect(scaled).not.toBe(measured(measure, x, y));
      else expect(scaled).toBeCloseTo(measured(measure, x, y), 5);
    });
  },
);

describe('eigenvectors', () => {
  it.each([
    ['of full rank', rows(24, 30, 'full')],
    ['of low rank', rows(40, 3, 'low')],
    ['of one', rows(1, 3, 'one')],
    ['of equal values', Array.from({ length: 7 }, (_, i) => Array.from({ length: 7 }, (__, j) => (i === j ? 1 : 0)))],
  ])('give the matrix back, %s', (_, x) => {
    const n = x.length;
    const gram = x.flatMap((a) => x.map((b) => a.reduce((sum, value, i) => sum + value * b[i], 0)));
    const { values, vectors } = eigen(gram, n);
    const largest = Math.max(...gram.map(Math.abs));
    expect([...values]).toEqual([...values].sort((a, b) => b - a));
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let [sum, inner] = [0, 0];
        for (let k = 0; k < n; k++) {
          sum += values[k] * vectors[k * n + i] * vectors[k * n + j];
          inner += vectors[i * n + k] * vectors[j * n + k];
        }
        expect(Math.abs(sum - gram[i * n + j]) / largest).toBeLessThan(1e-12);
        expect(Math.abs(inner - (i === j ? 1 : 0))).toBeLessThan(1e-12);
      }
    }
  });
});
