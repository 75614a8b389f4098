import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { Tape } from '../autodiff/tape.ts';
import { composed } from '../backend/kernels/composed/index.ts';
import { stream } from '../random/stream.ts';
import { momentsOf } from '../similarity/moments.ts';
import { prepare } from '../similarity/measures/forms.ts';
import { intrinsicDimensions, type OfSpectrum, participation } from '../similarity/spectrum.ts';
import { BatchView } from '../similarity/tokenViews.ts';
import { type ActivationInput, activationRoots } from './activationTerms.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const [MEMBERS, N, F] = [3, 9, 6];
const SIZE = N * F;
const WEIGHTS = [0.5, 2, 0];
/** Of spread that falls from unit to unit, around means that are not 0. */
const activations = [...stream(5, 'x').normals(MEMBERS * SIZE)].map((value, i) => Math.fround(value * 0.6 ** (i % F) + 0.3 * (i % F)));
const other = [...stream(5, 'y').normals(MEMBERS * SIZE)].map(Math.fround);
const tensor = (values: readonly number[], f = F) => tf.tensor3d([...values], [MEMBERS, values.length / MEMBERS / f, f]);
const members = { first: 0, count: MEMBERS };

/** Rows of a member. */
const rowsOf = (values: readonly number[], e: number): number[][] =>
  Array.from({ length: N }, (_, i) => values.slice(e * SIZE + i * F, e * SIZE + (i + 1) * F));
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function centredGram(rows: readonly number[][]): number[][] {
  const means = rows[0].map((_, f) => mean(rows.map((row) => row[f])));
  const z = rows.map((row) => row.map((value, f) => value - means[f]));
  const norm = z.flat().reduce((sum, value) => sum + value * value, 0);
  return z.map((a) => z.map((b) => a.reduce((sum, value, f) => sum + value * b[f], 0) / norm));
}

/** Eigenvalues of a symmetric matrix, largest first (Jacobi). */
function eigenvalues(matrix: readonly number[][]): number[] {
  const a = matrix.map((row) => [...row]);
  const n = a.length;
  for (let sweep = 0; sweep < 20; sweep++) {
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (Math.abs(a[p][q]) < 1e-300) continue;
        const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const [c, s] = [1 / Math.sqrt(t * t + 1), t / Math.sqrt(t * t + 1)];
        for (let k = 0; k < n; k++) [a[k][p], a[k][q]] = [c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]];
        for (let k = 0; k < n; k++) [a[p][k], a[q][k]] = [c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]];
      }
    }
  }
  return a.map((row, i) => row[i]).sort((x, y) => y - x);
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** The paper's eq. 10–14 in double precision. */
function paper(rows: readonly number[][], t: number): number {
  const values = eigenvalues(centredGram(rows));
  const share = (k: number) => values.slice(0, k).reduce((sum, value) => sum + value, 0);
  const below = Array.from({ length: t - 1 }, (_, k) => sigmoid(20 * (share(k + 1) - 0.9)));
  return below.reduce((sum, value) => sum + value, 0) + sigmoid(20 * (0.9 - share(t)));
}

const participationOf = (rows: readonly number[][]): number => {
  const square = centredGram(rows)
    .flat()
    .reduce((sum, value) => sum + value * value, 0);
  return 1 - 1 / square / (N - 1);
};

const weighted = (of: (rows: number[][], e: number) => number) => (values: readonly number[]) =>
  WEIGHTS.reduce((sum, weight, e) => sum + (weight === 0 ? 0 : weight * of(rowsOf(values, e), e)), 0);

/** Largest difference to central differences, over the gradient's largest entry. */
function error(input: ActivationInput, loss: (values: readonly number[]) => number, shown = tensor(activations)): number {
  const taps = new Map([['tap', new Tape(composed, true).parameter(shown)]]);
  const roots = activationRoots(composed, taps, input, tf.tensor2d([WEIGHTS]));
  expect(roots).toHaveLength(1);
  const gradient = roots[0][1].dataSync();
  const h = 1e-5;
  const slopes = activations.map((_, i) => {
    const moved = (by: number) => loss(activations.map((value, j) => (j === i ? value + by : value)));
    return (moved(h) - moved(-h)) / (2 * h);
  });
  const largest = Math.max(...slopes.map(Math.abs));
  expect(largest).toBeGreaterThan(1e-3);
  return Math.max(...slopes.map((slope, i) => Math.abs(slope - gradient[i]))) / largest;
}

const moment = (column: readonly number[]): [number, number] => [mean(column), mean(column.map((value) => (value - mean(column)) ** 2))];
const apart = (own: readonly number[][], guide: readonly number[][]): number =>
  mean(
    own[0].map((_, f) => {
      const [[m, v], [gm, gv]] = [own, guide].map((rows) => moment(rows.map((row) => row[f])));
      return (m - gm) ** 2 + (v - gv) ** 2;
    }),
  );

describe('gradients against central differences', () => {
  it('of moments that are matched', () => {
    const guide = momentsOf(tensor(other));
    const term = { members, weightRow: 0, pairWeight: 3, targetTap: 'tap', guide };
    const loss = weighted((rows, e) => 3 * apart(rows, rowsOf(other, e)));
    expect(error({ moments: [term] }, loss)).toBeLessThan(1e-5);
  });

  it('of moments over the tokens of padded sequences', () => {
    // Three sequences of three tokens, of which some are padding.
    const tokens = [0, 1, 2, 3, 4, -1, 5, -1, -1];
    const view = new BatchView('all-tokens', 3, tf.tensor3d(new Array(MEMBERS).fill(tokens).flat(), [MEMBERS, 3, 3], 'int32'));
    const real = (rows: readonly number[][]) => rows.filter((_, i) => tokens[i] >= 0);
    const guide = momentsOf(view.take(tensor(other, 3 * F), false), view.real(MEMBERS));
    const term = { members, weightRow: 0, pairWeight: 1, targetTap: 'tap', guide, view };
    expect(
      error(
        { moments: [term] },
        weighted((rows, e) => apart(real(rows), real(rowsOf(other, e)))),
        tensor(activations, 3 * F),
      ),
    ).toBeLessThan(1e-5);
    view.dispose();
  });

  const term = { members, weightRow: 0, taps: ['tap'] };

  it('of the participation ratio', () => {
    expect(error({ regularise: [{ ...term, what: 'participation-ratio', dimension: 10 }] }, weighted(participationOf))).toBeLessThan(1e-5);
  });

  it.each([2, 4, 6])('of the paper’s regulariser, of %i dimensions', (dimension) => {
    const loss = weighted((rows) => paper(rows, dimension));
    expect(error({ regularise: [{ ...term, what: 'intrinsic-dimension', dimension }] }, loss)).toBeLessThan(1e-4);
  });
});

const dimensionOf = (z: tf.Tensor3D): OfSpectrum => intrinsicDimensions(composed, [z], 4)[0];

describe('numbers of a spectrum', () => {
  const z = (values: readonly number[]) => prepare(composed, tensor(values), 'centred').z;

  it('are those of double precision', () => {
    const values = [participation(composed, z(activations)).value.dataSync(), dimensionOf(z(activations)).value.dataSync()];
    for (let e = 0; e < MEMBERS; e++) {
      expect(values[0][e]).toBeCloseTo(participationOf(rowsOf(activations, e)), 5);
      expect(values[1][e]).toBeCloseTo(paper(rowsOf(activations, e), 4), 4);
    }
  });

  it('of several layers are those of each', () => {
    const layers = [z(activations), z(other)];
    const together = intrinsicDimensions(composed, layers, 4);
    layers.forEach((layer, i) => {
      const { value, dz } = dimensionOf(layer);
      expect([...together[i].value.dataSync()]).toEqual([...value.dataSync()]);
      expect([...together[i].dz.dataSync()]).toEqual([...dz.dataSync()]);
    });
    // A narrower layer has fewer components, in the place where it was given.
    const narrow = prepare(composed, tf.slice(tensor(activations), [0, 0, 0], [MEMBERS, N, 2]), 'centred').z;
    expect([...intrinsicDimensions(composed, [layers[0], narrow, layers[1]], 4)[1].value.dataSync()]).toEqual([...dimensionOf(narrow).value.dataSync()]);
  });

  it('of a layer in all directions alike are as large as they can be', () => {
    // Every example on an axis of its own.
    const eye = prepare(composed, tf.expandDims(tf.eye(8), 0) as tf.Tensor3D, 'centred').z;
    expect(participation(composed, eye).value.dataSync()[0]).toBeCloseTo(0, 5);
    // The shares of the components, 1/7 each, are told from sums, whatever vectors stand for them.
    const expected = [1, 2, 3].reduce((sum, k) => sum + sigmoid(20 * (k / 7 - 0.9)), 0) + sigmoid(20 * (0.9 - 4 / 7));
    expect(dimensionOf(eye).value.dataSync()[0]).toBeCloseTo(expected, 4);
  });

  it('of a layer that has collapsed, or varies in one direction, are finite and push nowhere', () => {
    const flat = z(activations.map((_, i) => i % F));
    const line = z(activations.map((_, i) => Math.floor(i / F) * (1 + (i % F))));
    for (const of of [(x: tf.Tensor3D) => participation(composed, x), dimensionOf]) {
      expect([...of(flat).value.dataSync()]).toEqual([1, 1, 1].map((value) => expect.closeTo(value, 5)));
      expect(
        of(flat)
          .dz.dataSync()
          .every((value) => value === 0),
      ).toBe(true);
      const { value, dz } = of(line);
      expect([...value.dataSync(), ...dz.dataSync()].every(Number.isFinite)).toBe(true);
    }
  });
});
