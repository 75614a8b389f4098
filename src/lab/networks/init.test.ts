import { describe, expect, it } from 'vitest';
import { INITS } from '../../experiment/schema/schema.ts';
import { stream } from '../random/stream.ts';
import { bias, headWeight, hiddenWeight, type LayerSize, type Nonlinearity, type WeightInit } from './init.ts';

const SEEN = stream(1, 'init');
const drawn = (init: WeightInit, size: LayerSize, next?: Nonlinearity) => {
  const { inputs, outputs, kernel = 1 } = size;
  const values = hiddenWeight(init, size, next)(stream(4, init), kernel * kernel * inputs * outputs);
  expect(values).toHaveLength(kernel * kernel * inputs * outputs);
  return values;
};
const meanSquare = (values: Float32Array) => values.reduce((sum, x) => sum + x * x, 0) / values.length;
const largest = (values: Float32Array) => values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);

/** Largest deviation of W·Wᵀ from c² times the identity, for the rows of a matrix `[rows, columns]`. */
function deviation(matrix: Float32Array, rows: number, columns: number, c: number, transposed = false): number {
  const at = (i: number, k: number) => (transposed ? matrix[k * rows + i] : matrix[i * columns + k]);
  let worst = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < rows; j++) {
      let dot = 0;
      for (let k = 0; k < columns; k++) dot += at(i, k) * at(j, k);
      worst = Math.max(worst, Math.abs(dot - (i === j ? c * c : 0)));
    }
  }
  return worst;
}

describe('initial weights', () => {
  it('have the spread of their definitions, for matrices and kernels', () => {
    for (const size of [
      { inputs: 60, outputs: 40 },
      { inputs: 16, outputs: 24, kernel: 3 },
    ] as LayerSize[]) {
      const fanIn = size.inputs * (size.kernel ?? 1) ** 2;
      const fanOut = size.outputs * (size.kernel ?? 1) ** 2;
      expect(largest(drawn('default', size)) * Math.sqrt(fanIn)).toBeCloseTo(1, 2);
      expect(meanSquare(drawn('default', size)) * fanIn * 3).toBeCloseTo(1, 1);
      expect(meanSquare(drawn('he', size)) * fanIn).toBeGreaterThan(1.85);
      expect(meanSquare(drawn('he', size)) * fanIn).toBeLessThan(2.15);
      expect(largest(drawn('xavier', size)) / Math.sqrt(6 / (fanIn + fanOut))).toBeCloseTo(1, 2);
      expect((meanSquare(drawn('xavier', size)) * (fanIn + fanOut)) / 2).toBeCloseTo(1, 1);
    }
  });

  it('orthogonal: the fewer of rows and columns are orthonormal, larger by √2 before ReLU and GELU', () => {
    expect(deviation(drawn('orthogonal', { inputs: 12, outputs: 30 }, 'tanh'), 12, 30, 1)).toBeLessThan(1e-6);
    expect(deviation(drawn('orthogonal', { inputs: 30, outputs: 12 }, 'relu'), 12, 30, Math.SQRT2, true)).toBeLessThan(1e-6);
    expect(deviation(drawn('orthogonal', { inputs: 20, outputs: 20 }, 'gelu'), 20, 20, Math.SQRT2)).toBeLessThan(1e-6);
  });

  it('identity: exact where a layer is square, orthonormal elsewhere', () => {
    const square = drawn('identity', { inputs: 9, outputs: 9 });
    expect([...square]).toEqual(Array.from({ length: 81 }, (_, i) => (i % 10 === 0 ? 1 : 0)));
    expect(deviation(drawn('identity', { inputs: 30, outputs: 12 }), 12, 30, 1, true)).toBeLessThan(1e-6);
  });

  it('of a kernel orthogonal and identity fill the middle alone', () => {
    const size = { inputs: 5, outputs: 5, kernel: 3 };
    expect([...drawn('identity', size)]).toEqual(Array.from({ length: 225 }, (_, i) => (i >= 100 && i < 125 && (i - 100) % 6 === 0 ? 1 : 0)));
    const orthogonal = drawn('orthogonal', size, 'none');
    expect(deviation(orthogonal.slice(100, 125), 5, 5, 1)).toBeLessThan(1e-6);
    expect(meanSquare(orthogonal) * 225).toBeCloseTo(5, 5);
  });

  it('heads have no ReLU behind them, and biases are zero but by default', () => {
    const head = (init: WeightInit) => headWeight(init, 50, 8)(stream(2, init), 400);
    expect(meanSquare(head('he')) * 50).toBeCloseTo(1, 0);
    for (const init of ['orthogonal', 'identity'] as const) expect(deviation(head(init), 8, 50, 1, true)).toBeLessThan(1e-6);
    for (const init of INITS.fcn) expect(largest(bias(init, 50)(SEEN, 20)) > 0).toBe(init === 'default' || init === 'mimetic');
  });
});
