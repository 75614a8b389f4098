/** The control "random orthogonal weights": a network as it is, but for the singular values of its matrices. */
import type { Stream } from '../random/stream.ts';
import type { NetworkProgram, ParameterSpec } from './program.ts';

/**
 * A random matrix with orthonormal rows or columns, whichever are fewer: Gram–Schmidt on normal draws, twice for the
 * sake of rounding.
 * @returns `[rows × columns]`
 */
export function orthonormal(random: Stream, rows: number, columns: number): Float64Array {
  const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)];
  const vectors = Array.from({ length: count }, () => Float64Array.from(random.normals(length)));
  vectors.forEach((vector, i) => {
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j++) {
        const other = vectors[j];
        let dot = 0;
        for (let k = 0; k < length; k++) dot += vector[k] * other[k];
        for (let k = 0; k < length; k++) vector[k] -= dot * other[k];
      }
    }
    const norm = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
    for (let k = 0; k < length; k++) vector[k] /= norm;
  });
  const matrix = new Float64Array(rows * columns);
  vectors.forEach((vector, i) => {
    for (let k = 0; k < length; k++) matrix[rows <= columns ? i * columns + k : k * columns + i] = vector[k];
  });
  return matrix;
}

/** All axes but the last are inputs: `[…, out]` as a matrix `[in × out]`. */
function orthogonalised({ name, shape, init }: ParameterSpec): ParameterSpec {
  if (shape.length < 2) return { name, shape, init };
  const columns = shape[shape.length - 1];
  return {
    name, shape,
    init: (random, count) => {
      const usual = init(random, count);
      const matrix = orthonormal(random, count / columns, columns);
      const size = (values: ArrayLike<number>) => {
        let squares = 0;
        for (let i = 0; i < values.length; i++) squares += values[i] * values[i];
        return Math.sqrt(squares);
      };
      const scale = size(usual) / size(matrix);
      return Float32Array.from(matrix, (value) => value * scale);
    },
  };
}

/**
 * The same network with random orthogonal weight matrices: all singular values of a matrix are equal, and its
 * Frobenius norm is that of the network's own random weights, so that nothing but its spectrum differs from them.
 */
export const withOrthogonalWeights = (program: NetworkProgram): NetworkProgram =>
  ({ ...program, parameters: program.parameters.map(orthogonalised) });
