import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor3D, Tensor5D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { referenceCka } from '../../../testing/referenceCka.ts';
import { composed } from './index.ts';
import type { ConvOptions, Shape5D } from '../types.ts';
import { dropoutMask, numericalGradient, randomTensor, relativeError } from '../wasm/testing.ts';

const TOLERANCE = 2e-5;

beforeAll(async () => {
  await tf.setBackend('cpu');
  await tf.ready();
});

function close(actual: tf.Tensor, expected: ArrayLike<number>, tolerance = TOLERANCE): void {
  expect(relativeError(actual.dataSync(), expected)).toBeLessThan(tolerance);
}

describe('matmul', () => {
  test.each([
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ])('transposes %s %s', (ta, tb) => {
    const [e, m, k, n] = [2, 3, 5, 4];
    const a = randomTensor<Tensor3D>(ta ? [1, k, m] : [1, m, k], 1);
    const b = randomTensor<Tensor3D>(tb ? [e, n, k] : [e, k, n], 2);
    const [av, bv] = [a.dataSync(), b.dataSync()];
    const expected = new Float64Array(e * m * n);
    for (let i = 0; i < expected.length; i++) {
      const [member, row, col] = [Math.floor(i / (m * n)), Math.floor(i / n) % m, i % n];
      for (let j = 0; j < k; j++) {
        expected[i] += av[ta ? j * m + row : row * k + j] * bv[member * k * n + (tb ? col * k + j : j * n + col)];
      }
    }
    close(composed.matmul(a, b, { transposeA: ta, transposeB: tb }), expected);
  });
});

describe.each([false, true])('dense, ReLU %s', (relu) => {
  const [rows, inputs, outputs] = [5, 4, 3];
  const numbers = (t: tf.Tensor) => Float64Array.from(t.dataSync());
  const mask = dropoutMask<Tensor3D>([1, rows, inputs], 4);
  const [x, w, dy] = [
    [rows, inputs],
    [inputs, outputs],
    [rows, outputs],
  ].map((shape, i) => randomTensor<Tensor3D>([1, ...shape], i));
  const bias = randomTensor<Tensor2D>([1, outputs], 3);

  function byHand(xs: ArrayLike<number>, ws: ArrayLike<number>, bs: ArrayLike<number>): Float64Array {
    const m = mask.dataSync();
    return Float64Array.from({ length: rows * outputs }, (_, i) => {
      const [r, o] = [Math.floor(i / outputs), i % outputs];
      let sum = bs[o];
      for (let k = 0; k < inputs; k++) sum += m[r * inputs + k] * (relu ? Math.max(0, xs[r * inputs + k]) : xs[r * inputs + k]) * ws[k * outputs + o];
      return sum;
    });
  }

  test('is what the textbook says', () => {
    close(composed.dense(x, w, { relu, mask, bias }), byHand(numbers(x), numbers(w), numbers(bias)));
  });

  test('has the gradients of finite differences', () => {
    const { dx, dWeights, dBias } = composed.denseGrad(dy, x, w, { relu, mask, input: true, bias: true });
    const at = [x, w, bias].map(numbers);
    [dx, dWeights, dBias].forEach((gradient, i) => {
      const loss = (values: Float64Array) => {
        const [xs, ws, bs] = at.map((own, j) => (i === j ? values : own));
        return byHand(xs, ws, bs).reduce((sum, y, k) => sum + y * dy.dataSync()[k], 0);
      };
      close(gradient as tf.Tensor, numericalGradient(loss, at[i]), 1e-4);
    });
    expect(Object.keys(composed.denseGrad(dy, x, w, { input: false, bias: false }))).toEqual(['dWeights']);
  });
});

describe('batchNorm', () => {
  const [rows, features] = [7, 3];
  const epsilon = 1e-3;

  function forward(x: ArrayLike<number>, gamma: ArrayLike<number>, beta: ArrayLike<number>, relu: boolean) {
    const y = new Float64Array(rows * features);
    for (let f = 0; f < features; f++) {
      let [mean, variance] = [0, 0];
      for (let r = 0; r < rows; r++) mean += x[r * features + f] / rows;
      for (let r = 0; r < rows; r++) variance += (x[r * features + f] - mean) ** 2 / rows;
      for (let r = 0; r < rows; r++) {
        const value = (gamma[f] * (x[r * features + f] - mean)) / Math.sqrt(variance + epsilon) + beta[f];
        y[r * features + f] = relu ? Math.max(0, value) : value;
      }
    }
    return y;
  }

  test.each([true, false])('value and gradients, relu %s', (relu) => {
    const x = randomTensor<Tensor3D>([1, rows, features], 1, 1, 2);
    const gamma = randomTensor<Tensor2D>([1, features], 2, 1, 1);
    const beta = randomTensor<Tensor2D>([1, features], 3);
    const mask = dropoutMask<Tensor3D>([1, rows, features], 4);
    const dy = randomTensor<Tensor3D>([1, rows, features], 5);
    const [xv, gv, bv, mv, dv] = [x, gamma, beta, mask, dy].map((t) => t.dataSync());
    const options = { epsilon, relu, mask };
    const result = composed.batchNorm(x, gamma, beta, options);
    close(
      result.y,
      forward(xv, gv, bv, relu).map((v, i) => v * mv[i]),
    );
    const loss = (y: Float64Array) => y.reduce((sum, v, i) => sum + v * mv[i] * dv[i], 0);
    const gradient = composed.batchNormGrad(dy, x, gamma, result, options);
    close(
      gradient.dx,
      numericalGradient((v) => loss(forward(v, gv, bv, relu)), xv),
      1e-4,
    );
    close(
      gradient.dGamma,
      numericalGradient((v) => loss(forward(xv, v, bv, relu)), gv),
      1e-4,
    );
    close(
      gradient.dBeta,
      numericalGradient((v) => loss(forward(xv, gv, v, relu)), bv),
      1e-4,
    );
    const { mean, variance } = result;
    close(composed.batchNormInference(x, gamma, beta, mean, variance, { epsilon, relu }), forward(xv, gv, bv, relu));
  });
});

test('relu and its gradient respect the mask', () => {
  const x = tf.tensor1d([-1, 2, 3, 0]);
  const mask = tf.tensor1d([2, 2, 0, 2]);
  const y = composed.relu(x, mask);
  expect([...y.dataSync()]).toEqual([0, 4, 0, 0]);
  expect([...composed.reluGrad(tf.tensor1d([5, NaN, NaN, NaN]), y, mask).dataSync()]).toEqual([0, NaN, 0, 0]);
  expect([...composed.reluGrad(tf.tensor1d([5, 6, 7, 8]), composed.relu(x)).dataSync()]).toEqual([0, 6, 7, 0]);
});

describe('conv2d', () => {
  const cases: Array<[Shape5D, Shape5D, ConvOptions]> = [
    [[2, 2, 5, 5, 3], [2, 3, 3, 3, 4], { stride: 1, pad: 1 }],
    [[1, 2, 6, 7, 2], [2, 3, 3, 2, 3], { stride: 2, pad: 1 }],
    [[2, 1, 7, 7, 2], [2, 1, 1, 2, 3], { stride: 2, pad: 0 }],
    [[1, 1, 8, 6, 1], [1, 5, 5, 1, 2], { stride: 2, pad: 2 }],
  ];

  function convolve(x: ArrayLike<number>, filter: ArrayLike<number>, xs: Shape5D, fs: Shape5D, o: ConvOptions) {
    const [xe, batch, h, w, inputs] = xs;
    const [members, k, , , outputs] = fs;
    const [oh, ow] = [h, w].map((size) => Math.floor((size + 2 * o.pad - k) / o.stride) + 1);
    const y = new Float64Array(members * batch * oh * ow * outputs);
    for (let i = 0; i < y.length; i++) {
      let rest = i;
      const [out, col, row, b, e] = [outputs, ow, oh, batch, members].map((size) => {
        const index = rest % size;
        rest = Math.floor(rest / size);
        return index;
      });
      for (let ky = 0; ky < k; ky++) {
        for (let kx = 0; kx < k; kx++) {
          const [yy, xx] = [row * o.stride + ky - o.pad, col * o.stride + kx - o.pad];
          if (yy < 0 || yy >= h || xx < 0 || xx >= w) continue;
          for (let c = 0; c < inputs; c++) {
            y[i] += x[((((xe === 1 ? 0 : e) * batch + b) * h + yy) * w + xx) * inputs + c] * filter[(((e * k + ky) * k + kx) * inputs + c) * outputs + out];
          }
        }
      }
    }
    return y;
  }

  test.each(cases)('value and gradients %j %j %j', (xs, fs, options) => {
    const x = randomTensor<Tensor5D>(xs, 1);
    const filter = randomTensor<Tensor5D>(fs, 2);
    const [xv, fv] = [x.dataSync(), filter.dataSync()];
    const y = composed.conv2d(x, filter, options);
    close(y, convolve(xv, fv, xs, fs, options));
    const dy = randomTensor<Tensor5D>(y.shape, 3);
    const dv = dy.dataSync();
    const loss = (values: Float64Array) => values.reduce((sum, v, i) => sum + v * dv[i], 0);
    close(
      composed.conv2dInputGrad(dy, filter, xs, options),
      numericalGradient((v) => loss(convolve(v, fv, xs, fs, options)), xv, 1e-2),
    );
    close(
      composed.conv2dFilterGrad(dy, x, fs, options),
      numericalGradient((v) => loss(convolve(xv, v, xs, fs, options)), fv, 1e-2),
    );
  });
});

function logSoftmax(row: number[]): number[] {
  const top = Math.max(...row);
  const log = Math.log(row.reduce((sum, v) => sum + Math.exp(v - top), 0)) + top;
  return row.map((v) => v - log);
}

function rowsOf(values: ArrayLike<number>, width: number): number[][] {
  return Array.from({ length: values.length / width }, (_, r) => Array.from(values).slice(r * width, (r + 1) * width));
}

test('softmaxCrossEntropy: value, accuracy and gradient per member', () => {
  const [members, batch, classes] = [2, 4, 5];
  const logits = randomTensor<Tensor3D>([members, batch, classes], 1, 3);
  const labels = tf.tensor2d([[0, 3, 2, 4]], [1, batch], 'int32');
  const labelValues = labels.dataSync();
  const loss = (values: ArrayLike<number>) => rowsOf(values, classes).map((row, r) => -logSoftmax(row)[labelValues[r % batch]] / batch);
  const result = composed.softmaxCrossEntropy(logits, labels);
  const values = logits.dataSync();
  const perRow = loss(values);
  const perMember = [0, 1].map((e) => perRow.slice(e * batch, (e + 1) * batch).reduce((a, b) => a + b));
  close(result.loss, perMember);
  close(
    result.dLogits,
    numericalGradient((v) => loss(v).reduce((a, b) => a + b), values),
  );
  const hits = rowsOf(values, classes).map((row, r) => Number(row.indexOf(Math.max(...row)) === labelValues[r % batch]));
  close(
    result.accuracy,
    [0, 1].map((e) => hits.slice(e * batch, (e + 1) * batch).reduce((a, b) => a + b) / batch),
  );
});

test.each(['forward', 'reverse'] as const)('distillation %s: value and gradient', (direction) => {
  const [members, batch, classes] = [2, 3, 4];
  const logits = randomTensor<Tensor3D>([members, batch, classes], 1, 3);
  const teacher = randomTensor<Tensor3D>([1, batch, classes], 2, 3);
  const temperature = 3;
  const teacherRows = rowsOf(teacher.dataSync(), classes);
  const perRow = (values: ArrayLike<number>) =>
    rowsOf(values, classes).map((row, r) => {
      const q = logSoftmax(row.map((v) => v / temperature));
      const p = logSoftmax(teacherRows[r % batch].map((v) => v / temperature));
      const [from, to] = direction === 'forward' ? [p, q] : [q, p];
      return (from.reduce((sum, v, c) => sum + Math.exp(v) * (v - to[c]), 0) * temperature ** 2) / batch;
    });
  const result = composed.distillation(logits, teacher, { temperature, direction });
  const rows = perRow(logits.dataSync());
  close(
    result.loss,
    [0, 1].map((e) => rows.slice(e * batch, (e + 1) * batch).reduce((a, b) => a + b)),
  );
  close(
    result.dLogits,
    numericalGradient((v) => perRow(v).reduce((a, b) => a + b), logits.dataSync()),
  );
});

test('Gram products, by hand', () => {
  // Two members of four rows; the second set of rows turns the first round.
  const x = tf.tensor3d([1, 0, 0, 1, -1, 0, 0, -1, 2, 2, 0, 0, 0, 0, 2, 2], [2, 4, 2]);
  const rows = tf.tensor2d([0, 1, 2, 3, 3, 2, 1, 0], [2, 4], 'int32');
  const l = [4, 1, 0, 2, 1, 3, 5, 0, 0, 5, 2, 1, 2, 0, 1, 1];
  const k = [
    [1, 0, -1, 0, 0, 1, 0, -1, -1, 0, 1, 0, 0, -1, 0, 1],
    [1, -1, -1, 1, -1, 1, 1, -1, -1, 1, 1, -1, 1, -1, -1, 1],
  ].map((m) => m.map((v) => v / 4));
  const dot = (a: number[], b: number[]) => a.reduce((sum, v, i) => sum + v * b[i], 0);
  /** Without the diagonal, and so that rows sum to 0. */
  const byHand = (m: number[]) => {
    const hollow = m.map((v, at) => (at % 5 === 0 ? 0 : v));
    const rows = [0, 4, 8, 12].map((at) => hollow.slice(at, at + 4).reduce((a, b) => a + b));
    const mean = rows.reduce((a, b) => a + b) / 6;
    return hollow.map((v, at) => (at % 5 === 0 ? 0 : v - (rows[at >> 2] + rows[at % 4]) / 2 + mean));
  };
  const expected = k.flatMap((own) =>
    [own, [...own].reverse()].flatMap((turned, set) => {
      const centred = byHand(turned);
      const others = set === 0 ? [l, own] : [own, l];
      return [dot(own, own), dot(centred, centred), 1, ...others.map((m) => dot(turned, m)), ...others.map((m) => dot(centred, byHand(m)))];
    }),
  );
  const others = tf.tensor(
    k.flatMap((own) => [l, own, own, l].flat()),
    [2, 2, 2, 4, 4],
  ) as Tensor5D;
  close(composed.gramProducts(x, rows, [others]), expected);
});

describe('cka', () => {
  const n = 8;

  function ckaOf(x: Tensor3D, y: Tensor3D, debiased: boolean) {
    const [zx, zy] = [composed.centreNormalise(x), composed.centreNormalise(y)];
    const [k, l] = [zx.z, zy.z].map((z) => composed.matmul(z, z, { transposeB: true }));
    const { value, g } = composed.cka(k, l, { debiased });
    return { value, g, z: zx.z, norm: zx.norm };
  }

  test.each([true, false])('value and gradient, debiased %s', (debiased) => {
    const x = randomTensor<Tensor3D>([2, n, 3], 1, 1, 0.5);
    const y = randomTensor<Tensor3D>([1, n, 5], 2);
    const { value, g, z, norm } = ckaOf(x, y, debiased);
    const xv = x.dataSync();
    const yv = y.dataSync();
    const half = xv.length / 2;
    const both = (v: ArrayLike<number>) => [0, 1].map((e) => referenceCka(Array.from(v).slice(e * half, (e + 1) * half), yv, n, debiased));
    close(value, both(xv));
    const dx = tf.div(composed.matmul(g, z), tf.reshape(norm, [2, 1, 1]));
    close(
      dx,
      numericalGradient((v) => both(v).reduce((a, b) => a + b), xv),
      1e-4,
    );
  });

  test('a large offset costs no accuracy', () => {
    const x = randomTensor<Tensor3D>([1, 32, 16], 1, 1, 1000);
    const y = randomTensor<Tensor3D>([1, 32, 8], 2, 1, 1000);
    const expected = referenceCka(x.dataSync(), y.dataSync(), 32, false);
    expect(Math.abs(ckaOf(x, y, false).value.dataSync()[0] - expected)).toBeLessThan(1e-5);
  });

  test.each([true, false])('a constant layer gives zeros, debiased %s', (debiased) => {
    const x = tf.concat([tf.fill([1, 100, 3], 0.1), randomTensor<Tensor3D>([1, 100, 3], 1)]) as Tensor3D;
    const { value, g, z, norm } = ckaOf(x, randomTensor<Tensor3D>([1, 100, 4], 2), debiased);
    expect(norm.dataSync()[0]).toBe(0);
    expect(value.dataSync()[0]).toBe(0);
    expect(value.dataSync()[1]).not.toBe(0);
    expect(
      tf
        .slice(z, 0, 1)
        .dataSync()
        .every((v) => v === 0),
    ).toBe(true);
    expect(
      tf
        .slice(g, 0, 1)
        .dataSync()
        .every((v) => v === 0),
    ).toBe(true);
  });

  test('the identity Gram matrix is a collapsed layer for the debiased measure', () => {
    const k = tf.expandDims(tf.sub(tf.eye(n), 1 / n)) as Tensor3D;
    const other = ckaOf(randomTensor<Tensor3D>([1, n, 3], 1), randomTensor<Tensor3D>([1, n, 3], 2), true);
    const l = composed.matmul(other.z, other.z, { transposeB: true });
    expect(composed.cka(l, k, { debiased: true }).value.dataSync()[0]).toBe(0);
  });
});

test('kernels leave nothing behind but their results', () => {
  const x = randomTensor<Tensor3D>([2, 6, 3], 1);
  const gamma = tf.ones<tf.Rank.R2>([2, 3]);
  const weights = randomTensor<Tensor3D>([2, 3, 3], 2);
  const before = tf.memory().numTensors;
  const results = [
    composed.matmul(x, x, { transposeB: true }),
    composed.dense(x, weights, { relu: true, mask: x, bias: gamma }),
    ...Object.values(composed.denseGrad(x, x, weights, { relu: true, mask: x, input: true, bias: true })),
    composed.sumRows(x),
    composed.relu(x),
    ...Object.values(composed.batchNorm(x, gamma, gamma, { epsilon: 1e-3, relu: true })),
    ...Object.values(composed.centreNormalise(x)),
    composed.sumSquares([x]),
  ];
  expect(tf.memory().numTensors - before).toBe(results.length);
});
