/** Initial values of parameters. Fan-in is the number of inputs of one output unit. */
import type { FcnSpec, RnnSpec } from '../../experiment/schema/schema.ts';
import type { Stream } from '../random/stream.ts';
import type { ParameterSpec } from './program.ts';

type Init = ParameterSpec['init'];
/** How a layer with neither gates nor heads may start; see `weightInit` in the schema. */
export type WeightInit = FcnSpec['init'];
/** What follows a layer, as far as the scale of its weights depends on it. */
export type Nonlinearity = 'relu' | 'gelu' | 'tanh' | 'none';

export const uniform =
  (limit: number): Init =>
  (stream, count) =>
    stream.uniforms(count, -limit, limit);
export const normal =
  (sd: number): Init =>
  (stream, count) => {
    const values = stream.normals(count);
    for (let i = 0; i < count; i++) values[i] *= sd;
    return values;
  };
export const constant =
  (value: number): Init =>
  (_, count) =>
    new Float32Array(count).fill(value);

/** A layer's numbers of inputs and outputs (channels), and the side of its kernel where it is a convolution. */
export interface LayerSize {
  inputs: number;
  outputs: number;
  kernel?: number;
}

/** Kernel positions × inputs: what one output unit sums over. */
const fanIn = ({ inputs, kernel = 1 }: LayerSize): number => kernel * kernel * inputs;

/** In front of ReLU and GELU, which let about half of the squares through, weights are larger by √2 (He et al. 2015). */
const gainFor = (next: Nonlinearity): number => (next === 'relu' || next === 'gelu' ? Math.SQRT2 : 1);

/** A matrix `[inputs, outputs]` in the middle of the kernel, zero around it: the layer starts as one without neighbours. */
const centred =
  ({ inputs, outputs, kernel = 1 }: LayerSize, matrix: (stream: Stream) => Float64Array): Init =>
  (stream) => {
    const values = new Float32Array(kernel * kernel * inputs * outputs);
    values.set(matrix(stream), ((kernel * kernel - 1) / 2) * inputs * outputs);
    return values;
  };

/**
 * Weights of a hidden layer, `[inputs, outputs]` or `[k, k, inputs, outputs]`. 'default' is PyTorch's U(±1/√fan-in);
 * 'he' N(0, 2/fan-in); 'xavier' U(±√(6/(fan-in + fan-out))) (Glorot & Bengio 2010); 'orthogonal' has orthonormal rows or
 * columns times √2 before ReLU and GELU (Saxe et al. 2014; of a kernel the middle alone, Xiao et al. 2018); 'identity'
 * is that where outputs are as many as inputs, and orthonormal elsewhere.
 */
export function hiddenWeight(init: WeightInit, size: LayerSize, next: Nonlinearity = 'relu'): Init {
  const { inputs, outputs, kernel = 1 } = size;
  switch (init) {
    case 'default':
    case 'mimetic': // `withMimeticWeights` makes the rest of it
      return uniform(1 / Math.sqrt(fanIn(size)));
    case 'he':
      return normal(Math.sqrt(2 / fanIn(size)));
    case 'xavier':
      return uniform(Math.sqrt(6 / (kernel * kernel * (inputs + outputs))));
    case 'orthogonal':
      return centred(size, (stream) => semiOrthogonal(stream, inputs, outputs).map((value) => value * gainFor(next)));
    case 'identity':
      return centred(size, (stream) => (inputs === outputs ? identity(inputs) : semiOrthogonal(stream, inputs, outputs)));
  }
}

/** Output weights, as if nothing were to follow: 'he' networks use N(0, 1/inputs), for there is no ReLU behind them. */
export function headWeight(init: WeightInit, inputs: number, outputs: number): Init {
  if (init === 'he') return normal(1 / Math.sqrt(inputs));
  return hiddenWeight(init === 'identity' ? 'orthogonal' : init, { inputs, outputs }, 'none');
}

/** Biases: PyTorch's U(±1/√fan-in) by default, zero where weights are chosen for their scale. */
export const bias = (init: WeightInit, inputs: number): Init => (init === 'default' || init === 'mimetic' ? uniform(1 / Math.sqrt(inputs)) : constant(0));

/** Of a batch or layer normalisation: γ = 1, β = 0. */
export const normParameters = (name: string, features: number): ParameterSpec[] => [
  { name: `${name}.gamma`, shape: [features], init: constant(1) },
  { name: `${name}.beta`, shape: [features], init: constant(0) },
];

/** Make `count` rows of `length` ≥ count orthonormal, in place: Gram–Schmidt, twice for float32's sake. */
export function orthonormalise(q: Float64Array, count: number, length: number): void {
  for (let i = 0; i < count; i++) {
    const row = q.subarray(i * length, (i + 1) * length);
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j++) {
        const other = q.subarray(j * length, (j + 1) * length);
        let dot = 0;
        for (let k = 0; k < length; k++) dot += row[k] * other[k];
        for (let k = 0; k < length; k++) row[k] -= dot * other[k];
      }
    }
    let square = 0;
    for (let k = 0; k < length; k++) square += row[k] * row[k];
    const norm = Math.sqrt(square);
    for (let k = 0; k < length; k++) row[k] /= norm;
  }
}

/** `count` orthonormal rows of `length` ≥ count, from normal draws. */
function orthonormalRows(stream: Stream, count: number, length: number): Float64Array {
  const q = Float64Array.from(stream.normals(count * length));
  orthonormalise(q, count, length);
  return q;
}

/** A random matrix `[rows, columns]`, row by row, with orthonormal rows or columns, whichever are fewer. */
export function semiOrthogonal(stream: Stream, rows: number, columns: number): Float64Array {
  if (rows <= columns) return orthonormalRows(stream, rows, columns);
  const transposed = orthonormalRows(stream, columns, rows);
  return Float64Array.from(transposed, (_, i) => transposed[(i % columns) * rows + Math.floor(i / columns)]);
}

function identity(n: number): Float64Array {
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) matrix[i * n + i] = 1;
  return matrix;
}

/** Gates side by side: `[n, gates·n]` of one n×n matrix each. */
const perGate =
  (n: number, gates: number, matrix: (stream: Stream) => Float64Array): Init =>
  (stream) => {
    const values = new Float32Array(n * n * gates);
    for (let gate = 0; gate < gates; gate++) {
      const square = matrix(stream);
      for (let i = 0; i < n; i++) values.set(square.subarray(i * n, (i + 1) * n), (i * gates + gate) * n);
    }
    return values;
  };

/** Initial values of a recurrent layer of `width` units with as many inputs; see `RnnSpec.init`. */
export function recurrentInit(init: RnnSpec['init'], width: number, gates: number): { input: Init; hidden: Init; bias: Init } {
  if (init === 'default' || init === 'mimetic') {
    const torch = uniform(1 / Math.sqrt(width));
    return { input: torch, hidden: torch, bias: torch };
  }
  const glorot = Math.sqrt(6 / (width + width));
  return {
    input: uniform(init === 'good' ? 0.1 * glorot : glorot),
    hidden: perGate(width, gates, init === 'identity' ? () => identity(width) : (stream) => orthonormalRows(stream, width, width)),
    bias: constant(0),
  };
}
