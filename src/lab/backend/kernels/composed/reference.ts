/**
 * The kernels for sequences once more, as plain float64 loops over one member: written from PyTorch's documentation,
 * independent of the kernels, for tests to compare with and to differentiate numerically.
 */
import { GATES, type RecurrentKind } from '../sequenceTypes.ts';

type Numbers = ArrayLike<number>;

/** Numbers that look arbitrary and that any language can make again. */
export function waves(size: number, seed: number, scale = 1): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => scale * (Math.sin(1.3 * i + seed) + 0.5 * Math.cos(0.7 * i * seed)));
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** x·w + b for rows of x; w `[inputs, outputs]`. */
export function affine(x: Numbers, w: Numbers, b: Numbers | null, outputs: number): Float64Array {
  const inputs = w.length / outputs;
  return Float64Array.from({ length: (x.length / inputs) * outputs }, (_, at) => {
    const [row, column] = [Math.floor(at / outputs), at % outputs];
    let sum = b ? b[column] : 0;
    for (let i = 0; i < inputs; i++) sum += x[row * inputs + i] * w[i * outputs + column];
    return sum;
  });
}

export interface RecurrentShape {
  kind: RecurrentKind;
  batch: number;
  length: number;
  hidden: number;
}

/** Hidden states `[B, T, H]` from projections `[B, T, G·H]`, hidden weights `[H, G·H]` and hidden bias `[G·H]`. */
export function recurrentReference(shape: RecurrentShape, projected: Numbers, weights: Numbers, bias: Numbers | null, initial: Numbers | null): Float64Array {
  const { kind, batch, length, hidden } = shape;
  const columns = GATES[kind] * hidden;
  const out = new Float64Array(batch * length * hidden);
  for (let b = 0; b < batch; b++) {
    let h = Float64Array.from({ length: hidden }, (_, j) => (initial ? initial[b * hidden + j] : 0));
    const c = new Float64Array(hidden);
    for (let t = 0; t < length; t++) {
      const own = affine(h, weights, bias, columns);
      const given = (gate: number, j: number) => projected[(b * length + t) * columns + gate * hidden + j];
      const a = (gate: number, j: number) => given(gate, j) + own[gate * hidden + j];
      h = h.map((before, j) => {
        if (kind === 'rnn-tanh') return Math.tanh(a(0, j));
        if (kind === 'rnn-relu') return Math.max(0, a(0, j));
        if (kind === 'gru') {
          const [r, z] = [sigmoid(a(0, j)), sigmoid(a(1, j))];
          return (1 - z) * Math.tanh(given(2, j) + r * own[2 * hidden + j]) + z * before;
        }
        c[j] = sigmoid(a(1, j)) * c[j] + sigmoid(a(0, j)) * Math.tanh(a(2, j));
        return sigmoid(a(3, j)) * Math.tanh(c[j]);
      });
      out.set(h, (b * length + t) * hidden);
    }
  }
  return out;
}

export interface AttentionShape {
  batch: number;
  length: number;
  heads: number;
  width: number;
  causal: boolean;
}

/** `[B, T, heads·D]` from qkv `[B, T, 3·heads·D]`. */
export function attentionReference(shape: AttentionShape, qkv: Numbers, keyMask: Numbers | null): Float64Array {
  const { batch, length, heads, width, causal } = shape;
  const features = heads * width;
  const y = new Float64Array(batch * length * features);
  const value = (b: number, t: number, part: number, f: number) => qkv[(b * length + t) * 3 * features + part * features + f];
  for (let b = 0; b < batch; b++) {
    for (let first = 0; first < features; first += width) {
      for (let t = 0; t < length; t++) {
        const exponentials = Array.from({ length }, (_, j) => {
          if ((causal && j > t) || (keyMask && keyMask[b * length + j] === 0)) return 0;
          let score = 0;
          for (let f = first; f < first + width; f++) score += value(b, t, 0, f) * value(b, j, 1, f);
          return Math.exp(score / Math.sqrt(width));
        });
        const total = exponentials.reduce((sum, e) => sum + e, 0) || 1;
        for (let f = first; f < first + width; f++) {
          y[(b * length + t) * features + f] = exponentials.reduce((sum, e, j) => sum + (e / total) * value(b, j, 2, f), 0);
        }
      }
    }
  }
  return y;
}

export function layerNormReference(x: Numbers, gamma: Numbers, beta: Numbers, epsilon: number): Float64Array {
  const features = gamma.length;
  const y = new Float64Array(x.length);
  for (let row = 0; row < x.length; row += features) {
    let [mean, variance] = [0, 0];
    for (let f = 0; f < features; f++) mean += x[row + f] / features;
    for (let f = 0; f < features; f++) variance += (x[row + f] - mean) ** 2 / features;
    for (let f = 0; f < features; f++) {
      y[row + f] = (gamma[f] * (x[row + f] - mean)) / Math.sqrt(variance + epsilon) + beta[f];
    }
  }
  return y;
}

/** x·Φ(x), the integral of the density by Simpson's rule. */
export function geluReference(x: number): number {
  const [from, steps] = [-12, 4000];
  const h = (x - from) / steps;
  const density = (t: number) => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);
  let sum = density(from) + density(x);
  for (let i = 1; i < steps; i++) sum += density(from + i * h) * (i % 2 === 1 ? 4 : 2);
  return (x * sum * h) / 3;
}
