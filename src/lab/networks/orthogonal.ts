/** The control "random orthogonal weights": a network as it is, but for the singular values of its matrices. */
import { semiOrthogonal } from './init.ts';
import type { NetworkProgram, ParameterSpec } from './program.ts';

/** All axes but the last are inputs: `[…, out]` as a matrix `[in × out]`. */
function orthogonalised({ name, shape, init }: ParameterSpec): ParameterSpec {
  if (shape.length < 2) return { name, shape, init };
  const columns = shape[shape.length - 1];
  return {
    name,
    shape,
    init: (random, count) => {
      const usual = init(random, count);
      const matrix = semiOrthogonal(random, count / columns, columns);
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
export const withOrthogonalWeights = (program: NetworkProgram): NetworkProgram => ({ ...program, parameters: program.parameters.map(orthogonalised) });
