/** Initial values of parameters. Fan-in is the number of inputs of one output unit. */
import type { ParameterSpec } from './program.ts';

type Init = ParameterSpec['init'];
export type InitName = 'default' | 'he';

const uniform = (limit: number): Init => (stream, count) => stream.uniforms(count, -limit, limit);
const normal = (sd: number): Init => (stream, count) => {
  const values = stream.normals(count);
  for (let i = 0; i < count; i++) values[i] *= sd;
  return values;
};
const constant = (value: number): Init => (_, count) => new Float32Array(count).fill(value);

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
