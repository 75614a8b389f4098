import '@tensorflow/tfjs-backend-cpu';
import { fileURLToPath } from 'node:url';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { composed } from '../backend/kernels/composed/index.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import { createWasmKernels } from '../backend/kernels/wasm/index.ts';
import { stream } from '../random/stream.ts';
import { learntGradient, pooled, unpooled } from './learntMap.ts';

type Rows = number[][];
const random = (name: string, rows: number, columns: number, offset = 0): Rows =>
  Array.from({ length: rows }, (_, i) => [...stream(i, 'learnt', name).normals(columns)].map((value) => value + offset));
const fed = (matrices: Rows[]): tf.Tensor3D => tf.tensor3d(matrices);

/** Rows that count, centred over themselves. */
function centred(rows: Rows): Rows {
  const means = rows[0].map((_, j) => rows.reduce((sum, row) => sum + row[j], 0) / rows.length);
  return rows.map((row) => row.map((value, j) => value - means[j]));
}

/** In float64: mean squared error between y of mean square 1 and x·w, both centred over the rows that count. */
function meanSquaredError(x: Rows, y: Rows, w: Rows, real: boolean[]): number {
  const [own, other] = [x, y].map((rows) => centred(rows.filter((_, i) => real[i])));
  const count = other.length * other[0].length;
  const unit = Math.sqrt(other.flat().reduce((sum, value) => sum + value ** 2, 0) / count);
  const errors = own.flatMap((row, i) => other[i].map((value, k) => row.reduce((sum, a, j) => sum + a * w[j][k], 0) - value / unit));
  return errors.reduce((sum, error) => sum + error ** 2, 0) / count;
}

/** Central differences of f for every entry of some rows. */
function differences(rows: Rows, f: (changed: Rows) => number, h = 1e-5): Rows {
  return rows.map((row, i) =>
    row.map((_, j) => {
      const moved = (by: number) => f(rows.map((other, k) => (k === i ? other.map((value, l) => (l === j ? value + by : value)) : other)));
      return (moved(h) - moved(-h)) / (2 * h);
    }),
  );
}

/** The largest difference over the largest entry expected. */
function worst(actual: ArrayLike<number>, expected: Rows[]): number {
  const flat = expected.flat(2);
  return Math.max(...flat.map((value, i) => Math.abs(value - actual[i]))) / Math.max(...flat.map(Math.abs));
}

const [MEMBERS, GROUPS, N, P, Q] = [2, 2, 7, 4, 3];
const matrices = MEMBERS * GROUPS;
const WEIGHTS = [0.5, 2, 1, 3];
const map = Array.from({ length: MEMBERS }, (_, e) => random(`map ${e}`, P, Q));
const all = Array.from({ length: matrices }, () => new Array<boolean>(N).fill(true));
const some = all.map((rows, m) => rows.map((_, i) => i < N - (m % 3)));

/** What is fed of a padded layer: rows that do not count are 0. */
const rowsOf = (x: Rows, real: boolean[]): Rows => {
  const own = real.every(Boolean) ? x : centred(x.filter((_, i) => real[i]));
  return real.map((counts, i) => (counts ? own[i] : x[i].map(() => 0)));
};

describe.each(['composed', 'native'])('on %s kernels', (which) => {
  let kernels: Kernels = composed;
  beforeAll(async () => {
    if (which === 'composed') return tf.setBackend('cpu');
    setWasmPaths(fileURLToPath(new URL('../../../node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/', import.meta.url)));
    await tf.setBackend('wasm');
    const native = await createWasmKernels({ relaxed: false });
    if (!native) throw new Error('No native kernels.');
    kernels = native.kernels;
  });

  const learnt = (x: Rows[], y: Rows[], real: boolean[][], weights = WEIGHTS) =>
    learntGradient(
      kernels,
      fed(x.map((rows, m) => rowsOf(rows, real[m]))),
      kernels.centreNormalise(fed(y.map((rows, m) => rowsOf(rows, real[m])))).z,
      fed(map),
      tf.tensor1d(weights),
      real === all ? undefined : tf.tensor2d(real.map((rows) => rows.map(Number))),
    );

  it.each([
    ['all rows', all, 0],
    ['with padding', some, 0],
    ['at an offset of 1000', all, 1000],
  ] as const)('value and gradients are those in float64, %s', (_, real, offset) => {
    const [x, y] = ['x', 'y'].map((name) => Array.from({ length: matrices }, (__, m) => random(`${name} ${m}`, N, name === 'x' ? P : Q, offset)));
    const { value, gradient, map: ofMap } = learnt(x, y, real);
    const error = (m: number, rows = x[m], w = map[Math.floor(m / GROUPS)]) => meanSquaredError(rows, y[m], w, real[m]);
    const tolerance = offset > 0 ? 1e-3 : 1e-5;
    value.dataSync().forEach((own, m) => expect(1 - own).toBeCloseTo(error(m), offset > 0 ? 3 : 5));
    const ofX = x.map((rows, m) => differences(rows, (moved) => WEIGHTS[m] * error(m, moved)));
    expect(worst(gradient.dataSync(), ofX)).toBeLessThan(tolerance);
    const ofW = map.map((w, e) =>
      differences(w, (moved) => [0, 1].reduce((sum, g) => sum + WEIGHTS[e * GROUPS + g] * error(e * GROUPS + g, x[e * GROUPS + g], moved), 0)),
    );
    expect(worst(ofMap.dataSync(), ofW)).toBeLessThan(tolerance);
  });

  it('a guide that has collapsed pulls nothing; a target that has is pulled apart', () => {
    const x = Array.from({ length: matrices }, (_, m) =>
      m === 1 ? random('x', 1, P).flatMap((row) => new Array<number[]>(N).fill(row)) : random(`x ${m}`, N, P),
    );
    const y = Array.from({ length: matrices }, (_, m) =>
      m === 2 ? random('y', 1, Q).flatMap((row) => new Array<number[]>(N).fill(row)) : random(`y ${m}`, N, Q),
    );
    const { value, gradient, map: ofMap } = learnt(x, y, all);
    const [values, gradients] = [value.dataSync(), gradient.dataSync()];
    for (const m of [1, 2]) expect(values[m]).toBeCloseTo(0, 6);
    const of = (m: number) => gradients.subarray(m * N * P, (m + 1) * N * P);
    expect(of(2).every((each) => Math.abs(each) === 0)).toBe(true);
    expect(Math.max(...of(1).map(Math.abs))).toBeGreaterThan(0.01);
    expect(ofMap.dataSync().every(Number.isFinite)).toBe(true);
  });

  it.each([
    [
      [4, 6],
      [2, 3],
    ],
    [
      [4, 6],
      [1, 1],
    ],
    [
      [4, 1],
      [4, 1],
    ],
  ] as const)('means over %j positions on a grid of %j, and the way back', (from, to) => {
    const [b, units] = [2, 3];
    const positions = from[0] * from[1];
    const x = Float32Array.from(stream(0, 'pooled').normals(2 * b * positions * units));
    const pooling = { from, to };
    const cells = pooled(tf.tensor3d(x, [2, b, positions * units]), pooling);
    expect(cells.shape).toEqual([2, b * to[0] * to[1], units]);
    const cell = (i: number) => {
      const [image, y, column, c] = [
        Math.floor(i / (positions * units)),
        Math.floor(i / (from[1] * units)) % from[0],
        Math.floor(i / units) % from[1],
        i % units,
      ];
      return ((image * to[0] + Math.floor((y * to[0]) / from[0])) * to[1] + Math.floor((column * to[1]) / from[1])) * units + c;
    };
    const expected = new Float64Array(cells.size);
    const size = positions / (to[0] * to[1]);
    x.forEach((value, i) => {
      expected[cell(i)] += value / size;
    });
    cells.dataSync().forEach((value, i) => expect(value).toBeCloseTo(expected[i], 5));
    const back = unpooled(kernels, cells, pooling, b).dataSync();
    back.forEach((value, i) => expect(value).toBeCloseTo(expected[cell(i)] / size, 5));
  });
});
