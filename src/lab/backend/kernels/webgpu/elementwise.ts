/** Kernels that treat every element alike: activations and embeddings. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { dropThreshold } from '../../../random/dropout.ts';
import type { Kernels } from '../types.ts';
import { cover, perElement, type Shader, type ShaderRunner } from './runner.ts';

/** tanh overflows in some drivers where its argument is large. */
export const TANH = 'fn tanhOf(x: f32) -> f32 { return tanh(clamp(x, -15.0, 15.0)); }';

/** Normal distribution function and density, as in the composed kernels (Abramowitz and Stegun 7.1.26). */
const NORMAL = /* wgsl */ `
fn density(x: f32) -> f32 { return exp(-0.5 * x * x); }
fn cdf(x: f32) -> f32 {
  let t = 1.0 / (1.0 + abs(x) * ${0.3275911 * Math.SQRT1_2});
  let series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  let tail = 0.5 * series * density(x);
  return select(1.0 - tail, tail, x < 0.0);
}`;

/** y from x, by an expression in `v`. */
const unary = (name: string, value: string, before = ''): Shader => ({
  name,
  inputs: ['x'],
  outputs: ['y'],
  numbers: ['size'],
  code: perElement(`let v = x[i]; y[i] = ${value};`, before),
});

/** dx from dy and another tensor, by an expression in `d` and `v`. */
const slope = (name: string, value: string, before = ''): Shader => ({
  name,
  inputs: ['dy', 'x'],
  outputs: ['dx'],
  numbers: ['size'],
  code: perElement(`let d = dy[i]; let v = x[i]; dx[i] = ${value};`, before),
});

/** Not max(v, 0), which may turn a NaN into 0. */
const RELU = unary('relu', 'select(v, 0.0, v <= 0.0)');
const RELU_GRAD = slope('relu gradient', 'select(0.0, d, v > 0.0)');
const TANH_OF = unary('tanh', 'tanhOf(v)', TANH);
const TANH_GRAD = slope('tanh gradient', 'd * (1.0 - v * v)');
const GELU = unary('gelu', 'v * cdf(v)', NORMAL);
const GELU_GRAD = slope('gelu gradient', `d * (cdf(v) + v * density(v) * ${1 / Math.sqrt(2 * Math.PI)})`, NORMAL);
/** A mask may be shared by members: its elements repeat. */
const MASKED_RELU: Shader = {
  name: 'masked relu',
  inputs: ['x', 'mask'],
  outputs: ['y'],
  numbers: ['size', 'period'],
  code: perElement('y[i] = select(x[i], 0.0, x[i] <= 0.0) * mask[i % u.period];'),
};
const MASKED_RELU_GRAD: Shader = {
  name: 'masked relu gradient',
  inputs: ['dy', 'x', 'mask'],
  outputs: ['dx'],
  numbers: ['size', 'period'],
  code: perElement('dx[i] = select(0.0, dy[i] * mask[i % u.period], x[i] > 0.0);'),
};

const EMBEDDING: Shader = {
  name: 'embedding',
  inputs: ['tokens: i32', 'table'],
  outputs: ['y'],
  numbers: ['size', 'tokensE', 'V', 'F', 'rows'],
  code: perElement(/* wgsl */ `
  let row = i / u.F;
  let e = row / u.rows;
  let token = tokens[min(e, u.tokensE - 1u) * u.rows + row % u.rows];
  if (token < 0 || token >= i32(u.V)) { y[i] = 0.0; } else { y[i] = table[(e * u.V + u32(token)) * u.F + i % u.F]; }`),
};

/** A thread for every entry of the table looks through all rows: always summed in the same order. */
const EMBEDDING_GRAD: Shader = {
  name: 'embedding gradient',
  inputs: ['dy', 'tokens: i32'],
  outputs: ['table'],
  numbers: ['size', 'tokensE', 'V', 'F', 'rows'],
  code: perElement(/* wgsl */ `
  let e = i / (u.V * u.F);
  let token = i32((i / u.F) % u.V);
  let first = min(e, u.tokensE - 1u) * u.rows;
  var sum = 0.0;
  for (var r = 0u; r < u.rows; r++) {
    if (tokens[first + r] == token) { sum += dy[(e * u.rows + r) * u.F + i % u.F]; }
  }
  table[i] = sum;`),
};

/** The hash of `random/dropout.ts`, keys and all. */
const DROPOUT: Shader = {
  name: 'dropout mask',
  inputs: ['origin: i32'],
  outputs: ['mask'],
  numbers: ['size', 'each', 'S', 'layer', 'threshold', 'kept: f32'],
  code: perElement(
    /* wgsl */ `
  let s = (i / u.each) % u.S;
  let k0 = key(s, 0x9e3779b9u);
  let k1 = key(s, 0x7f4a7c15u);
  var x = (i % u.each) ^ k0;
  x = (x ^ (x >> 16u)) * 0x21f0aaadu;
  x = (x ^ (x >> 15u)) + k1;
  x = x * 0x735a2d97u;
  mask[i] = select(u.kept, 0.0, (x >> 1u) < u.threshold);`,
    /* wgsl */ `
fn mix(v: u32) -> u32 {
  var x = (v ^ (v >> 16u)) * 0x85ebca6bu;
  x = (x ^ (x >> 13u)) * 0xc2b2ae35u;
  return x ^ (x >> 16u);
}
fn key(s: u32, start: u32) -> u32 {
  return mix(mix(mix(bitcast<u32>(origin[s]) + start) ^ bitcast<u32>(origin[u.S])) ^ u.layer);
}`,
  ),
};

export function elementwiseKernels(runner: ShaderRunner) {
  const over = <T extends Tensor>(shader: Shader, inputs: Tensor[], like: T, numbers: number[] = []): T =>
    runner.run(shader, { inputs, outputs: [like.shape], numbers: [like.size, ...numbers], groups: cover(like.size) })[0] as T;

  return {
    relu: <T extends Tensor>(x: T, mask?: T): T => (mask ? over(MASKED_RELU, [x, mask], x, [mask.size]) : over(RELU, [x], x)),
    reluGrad: <T extends Tensor>(dy: T, y: T, mask?: T): T => (mask ? over(MASKED_RELU_GRAD, [dy, y, mask], y, [mask.size]) : over(RELU_GRAD, [dy, y], y)),
    tanh: <T extends Tensor>(x: T): T => over(TANH_OF, [x], x),
    tanhGrad: <T extends Tensor>(dy: T, y: T): T => over(TANH_GRAD, [dy, y], y),
    gelu: <T extends Tensor>(x: T): T => over(GELU, [x], x),
    geluGrad: <T extends Tensor>(dy: T, x: T): T => over(GELU_GRAD, [dy, x], x),

    dropoutMask(origin, layer, shape, rate) {
      const size = shape[0] * shape[1] * shape[2];
      return runner.run(DROPOUT, {
        inputs: [origin],
        outputs: [shape],
        numbers: [size, size / shape[0], origin.size - 1, layer, dropThreshold(rate), 1 / (1 - rate)],
        groups: cover(size),
      })[0];
    },

    embedding(tokens, table) {
      const [members, vocabulary, features] = table.shape;
      const [shared, batch, length] = tokens.shape;
      const shape = [members, batch, length, features];
      const size = members * batch * length * features;
      return runner.run(EMBEDDING, {
        inputs: [tokens, table],
        outputs: [shape],
        numbers: [size, shared, vocabulary, features, batch * length],
        groups: cover(size),
      })[0];
    },

    embeddingGrad(dy, tokens, vocabulary) {
      const [members, batch, length, features] = dy.shape;
      const size = members * vocabulary * features;
      return runner.run(EMBEDDING_GRAD, {
        inputs: [dy, tokens],
        outputs: [[members, vocabulary, features]],
        numbers: [size, tokens.shape[0], vocabulary, features, batch * length],
        groups: cover(size),
      })[0];
    },
  } as Pick<Kernels, 'relu' | 'reluGrad' | 'tanh' | 'tanhGrad' | 'gelu' | 'geluGrad' | 'dropoutMask' | 'embedding' | 'embeddingGrad'>;
}
