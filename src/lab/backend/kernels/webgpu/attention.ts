/** Self-attention: a thread takes one query of one head through all keys, and backwards also one key through all queries. */
import type { Tensor4D, Tensor5D } from '@tensorflow/tfjs-core';
import type { SequenceKernels } from '../sequenceTypes.ts';
import { cover, perElement, type Shader, type ShaderRunner } from './runner.ts';

const NUMBERS = ['size', 'B', 'T', 'heads', 'D', 'causal', 'maskE', 'scale: f32'];
/** Thread i is position `t` of head `head` of example `n` (of all members); its parts of qkv start at `row + part`. */
const POSITION = /* wgsl */ `
  let t = i % u.T;
  let head = (i / u.T) % u.heads;
  let n = i / (u.T * u.heads);
  let features = u.heads * u.D;
  let stride = 3u * features;
  let start = n * u.T * stride + head * u.D;
  let matrix = (n * u.heads + head) * u.T * u.T;`;

const forwardShader = (masked: boolean): Shader => ({
  name: `attention${masked ? ' mask' : ''}`,
  inputs: ['qkv', ...(masked ? ['mask'] : [])],
  outputs: ['y', 'weights'],
  numbers: NUMBERS,
  code: perElement(/* wgsl */ `${POSITION}
  let first = matrix + t * u.T;
  ${masked ? 'let keys = (min(n / u.B, u.maskE - 1u) * u.B + n % u.B) * u.T;' : ''}
  var highest = -1e30;
  for (var k = 0u; k < u.T; k++) {
    ${masked ? 'let seen = (u.causal == 0u || k <= t) && mask[keys + k] > 0.0;' : 'let seen = u.causal == 0u || k <= t;'}
    var score = -1e30;
    if (seen) {
      score = 0.0;
      for (var f = 0u; f < u.D; f++) { score += qkv[start + t * stride + f] * qkv[start + k * stride + features + f]; }
      score *= u.scale;
      highest = max(highest, score);
    }
    weights[first + k] = score;
  }
  var mass = 0.0;
  for (var k = 0u; k < u.T; k++) {
    var weight = 0.0;
    if (weights[first + k] > -1e30) { weight = exp(weights[first + k] - highest); }
    weights[first + k] = weight;
    mass += weight;
  }
  let share = select(0.0, 1.0 / mass, mass > 0.0);
  for (var k = 0u; k < u.T; k++) { weights[first + k] *= share; }
  for (var f = 0u; f < u.D; f++) {
    var sum = 0.0;
    for (var k = 0u; k < u.T; k++) { sum += weights[first + k] * qkv[start + k * stride + 2u * features + f]; }
    y[(n * u.T + t) * features + head * u.D + f] = sum;
  }`),
});

const QUERY_GRADIENT: Shader = {
  name: 'attention gradient of queries',
  inputs: ['dy', 'qkv', 'weights'],
  outputs: ['d', 'dScores'],
  numbers: NUMBERS,
  code: perElement(/* wgsl */ `${POSITION}
  let first = matrix + t * u.T;
  let source = (n * u.T + t) * features + head * u.D;
  var mean = 0.0;
  for (var k = 0u; k < u.T; k++) {
    var dWeight = 0.0;
    for (var f = 0u; f < u.D; f++) { dWeight += dy[source + f] * qkv[start + k * stride + 2u * features + f]; }
    dScores[first + k] = dWeight;
    mean += dWeight * weights[first + k];
  }
  for (var k = 0u; k < u.T; k++) { dScores[first + k] = weights[first + k] * (dScores[first + k] - mean) * u.scale; }
  for (var f = 0u; f < u.D; f++) {
    var sum = 0.0;
    for (var k = 0u; k < u.T; k++) { sum += dScores[first + k] * qkv[start + k * stride + features + f]; }
    d[start + t * stride + f] = sum;
  }`),
};

const KEY_GRADIENT: Shader = {
  name: 'attention gradient of keys and values',
  inputs: ['dy', 'qkv', 'weights', 'dScores'],
  outputs: ['d'],
  numbers: NUMBERS,
  code: perElement(/* wgsl */ `${POSITION}
  for (var f = 0u; f < u.D; f++) {
    var key = 0.0;
    var value = 0.0;
    for (var q = 0u; q < u.T; q++) {
      key += dScores[matrix + q * u.T + t] * qkv[start + q * stride + f];
      value += weights[matrix + q * u.T + t] * dy[(n * u.T + q) * features + head * u.D + f];
    }
    d[start + t * stride + features + f] = key;
    d[start + t * stride + 2u * features + f] = value;
  }`),
};

export function attentionKernels(runner: ShaderRunner): Pick<SequenceKernels, 'attention' | 'attentionGrad'> {
  const call = (shape: readonly number[], heads: number, causal: boolean, maskMembers: number) => {
    const [members, batch, length, features] = shape;
    const size = members * batch * length * heads;
    const width = features / 3 / heads;
    return { numbers: [size, batch, length, heads, width, causal ? 1 : 0, maskMembers, 1 / Math.sqrt(width)], groups: cover(size) };
  };
  return {
    attention(qkv, { heads, causal, keyMask }) {
      const [members, batch, length, features] = qkv.shape;
      const [y, weights] = runner.run(forwardShader(keyMask !== undefined), {
        inputs: keyMask ? [qkv, keyMask] : [qkv],
        outputs: [
          [members, batch, length, features / 3],
          [members, batch, heads, length, length],
        ],
        ...call(qkv.shape, heads, causal, keyMask?.shape[0] ?? 1),
      });
      return { y: y as Tensor4D, weights: weights as Tensor5D };
    },

    attentionGrad(dy, qkv, forward, { heads, causal }) {
      const sizes = call(qkv.shape, heads, causal, 1);
      const [d, dScores] = runner.run(QUERY_GRADIENT, { inputs: [dy, qkv, forward.weights], outputs: [qkv.shape, forward.weights.shape], ...sizes });
      runner.run(KEY_GRADIENT, { inputs: [dy, qkv, forward.weights, dScores], outputs: [d], ...sizes });
      dScores.dispose();
      return d as Tensor4D;
    },
  };
}
