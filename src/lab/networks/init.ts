/** Initial values of parameters. Fan-in is the number of inputs of one output unit. */
import type { RnnSpec } from '../../experiment/schema.ts';
import type { Stream } from '../random/stream.ts';
import type { ParameterSpec } from './program.ts';

type Init = ParameterSpec['init'];
type InitName = 'default' | 'he';

export const uniform = (limit: number): Init => (stream, count) => stream.uniforms(count, -limit, limit);
export const normal = (sd: number): Init => (stream, count) => {
  const values = stream.normals(count);
  for (let i = 0; i < count; i++) values[i] *= sd;
  return values;
};
export const constant = (value: number): Init => (_, count) => new Float32Array(count).fill(value);

/** Hidden weights: 'default' is PyTorch's U(±1/√fanIn); 'he' is N(0, 2/fanIn) (He et al. 2015). */
export const hiddenWeight = (init: InitName, fanIn: number): Init =>
  init === 'he' ? normal(Math.sqrt(2 / fanIn)) : uniform(1 / Math.sqrt(fanIn));

/** Output weights: 'he' networks use N(0, 1/fanIn), for there is no ReLU behind them. */
export const headWeight = (init: InitName, fanIn: number): Init =>
  init === 'he' ? normal(1 / Math.sqrt(fanIn)) : uniform(1 / Math.sqrt(fanIn));

/** Biases: zero under 'he', PyTorch's U(±1/√fanIn) by default. */
export const bias = (init: InitName, fanIn: number): Init => (init === 'he' ? constant(0) : uniform(1 / Math.sqrt(fanIn)));

/** γ = 1, β = 0. */
export const batchNormParameters = (name: string, features: number): ParameterSpec[] => [
  { name: `${name}.gamma`, shape: [features], init: constant(1) },
  { name: `${name}.beta`, shape: [features], init: constant(0) },
];

/** A random orthogonal n×n matrix, row by row: Gram–Schmidt, twice for float32's sake, on normal draws. */
function orthogonal(stream: Stream, n: number): Float64Array {
  const q = Float64Array.from(stream.normals(n * n));
  for (let i = 0; i < n; i++) {
    const row = q.subarray(i * n, (i + 1) * n);
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j++) {
        const other = q.subarray(j * n, (j + 1) * n);
        let dot = 0;
        for (let k = 0; k < n; k++) dot += row[k] * other[k];
        for (let k = 0; k < n; k++) row[k] -= dot * other[k];
      }
    }
    let square = 0;
    for (let k = 0; k < n; k++) square += row[k] * row[k];
    const norm = Math.sqrt(square);
    for (let k = 0; k < n; k++) row[k] /= norm;
  }
  return q;
}

function identity(n: number): Float64Array {
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) matrix[i * n + i] = 1;
  return matrix;
}

/** Gates side by side: `[n, gates·n]` of one n×n matrix each. */
const perGate = (n: number, gates: number, matrix: (stream: Stream) => Float64Array): Init => (stream) => {
  const values = new Float32Array(n * n * gates);
  for (let gate = 0; gate < gates; gate++) {
    const square = matrix(stream);
    for (let i = 0; i < n; i++) values.set(square.subarray(i * n, (i + 1) * n), (i * gates + gate) * n);
  }
  return values;
};

/** Initial values of a recurrent layer of `width` units with as many inputs; see `RnnSpec.init`. */
export function recurrentInit(init: RnnSpec['init'], width: number, gates: number): { input: Init; hidden: Init; bias: Init } {
  if (init === 'default') {
    const torch = uniform(1 / Math.sqrt(width));
    return { input: torch, hidden: torch, bias: torch };
  }
  const glorot = Math.sqrt(6 / (width + width));
  return {
    input: uniform(init === 'good' ? 0.1 * glorot : glorot),
    hidden: perGate(width, gates, init === 'identity' ? () => identity(width) : (stream) => orthogonal(stream, width)),
    bias: constant(0),
  };
}
