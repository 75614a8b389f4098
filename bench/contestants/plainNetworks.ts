/**
 * What a careful person would write with tfjs alone: variables, `tf.variableGrads`, `tf.train.adam`, fused dense layers,
 * tensors in `tf.tidy`, losses read back every few steps. One model per arm and seed, as tfjs knows no members.
 */
import * as tf from '@tensorflow/tfjs-core';

/** Activations of layers that can be aligned, `[B, F]`, of sequences `[T, B, F]`, by the product's names. */
export type Taps = Map<string, tf.Tensor>;

export interface PlainNetwork {
  /** Fills `taps`. */
  forward(x: tf.Tensor, taps: Taps): tf.Tensor2D;
}

const weight = (...shape: number[]) => tf.variable(tf.randomNormal(shape, 0, 0.1));
const zeros = (...shape: number[]) => tf.variable(tf.zeros(shape));
const ones = (...shape: number[]) => tf.variable(tf.ones(shape));

/** Batch statistics and running averages, as in training. */
function batchNorm(features: number) {
  const [gamma, beta, mean, variance] = [ones(features), zeros(features), tf.variable(tf.zeros([features]), false), tf.variable(tf.ones([features]), false)];
  return (x: tf.Tensor): tf.Tensor => {
    const moments = tf.moments(
      x,
      x.shape.slice(0, -1).map((_, i) => i),
    );
    mean.assign(tf.add(tf.mul(mean, 0.9), tf.mul(moments.mean, 0.1)));
    variance.assign(tf.add(tf.mul(variance, 0.9), tf.mul(moments.variance, 0.1)));
    return tf.batchNorm(x as tf.Tensor4D, moments.mean as tf.Tensor1D, moments.variance as tf.Tensor1D, beta as tf.Tensor1D, gamma as tf.Tensor1D, 1e-5);
  };
}

function dense(inputs: number, outputs: number) {
  const [w, b] = [weight(inputs, outputs), zeros(outputs)];
  return (x: tf.Tensor): tf.Tensor2D => tf.fused.matMul({ a: x as tf.Tensor2D, b: w as tf.Tensor2D, bias: b }) as tf.Tensor2D;
}

export function fcn(inputs: number, depth: number, width: number, classes: number, dropout: number): PlainNetwork {
  const layers = Array.from({ length: depth }, (_, i) => ({ linear: dense(i === 0 ? inputs : width, width), norm: batchNorm(width) }));
  const head = dense(width, classes);
  return {
    forward(x, taps) {
      let h = tf.reshape(x, [x.shape[0], -1]) as tf.Tensor;
      for (const [i, { linear, norm }] of layers.entries()) {
        const y = linear(h);
        taps.set(`linear${i + 1}`, y);
        h = tf.dropout(tf.relu(norm(y)), dropout);
      }
      return head(h);
    },
  };
}

export function convnet(channels: number, layers: readonly { outputs: number; stride: number }[], classes: number): PlainNetwork {
  let inputs = channels;
  const convs = layers.map(({ outputs, stride }) => {
    const filter = weight(3, 3, inputs, outputs);
    inputs = outputs;
    return { filter, stride, norm: batchNorm(outputs) };
  });
  const head = dense(inputs, classes);
  return {
    forward(x, taps) {
      let h = x;
      for (const [i, { filter, stride, norm }] of convs.entries()) {
        const y = tf.conv2d(h as tf.Tensor4D, filter as tf.Tensor4D, stride, 1);
        taps.set(`conv${i + 1}`, tf.reshape(y, [y.shape[0], -1]));
        h = tf.relu(norm(y));
      }
      const pooled = tf.mean(h, [1, 2]);
      taps.set('pool', pooled);
      return head(pooled);
    },
  };
}

export function rnn(vocabulary: number, layers: number, width: number, classes: number): PlainNetwork {
  const table = weight(vocabulary, width);
  const cells = Array.from({ length: layers }, () => ({ input: dense(width, width), hidden: weight(width, width) }));
  const head = dense(width, classes);
  return {
    forward(tokens, taps) {
      const [batch, length] = tokens.shape;
      const positions = tf.transpose(tokens as tf.Tensor2D);
      let h = tf.reshape(tf.matMul(tf.reshape(tf.oneHot(positions, vocabulary), [length * batch, vocabulary]), table as tf.Tensor2D), [length, batch, width]);
      for (const [i, { input, hidden }] of cells.entries()) {
        const projected = tf.unstack(tf.reshape(input(tf.reshape(h, [length * batch, width])), [length, batch, width])) as tf.Tensor2D[];
        let state = tf.tanh(projected[0]);
        const states = [state];
        for (let t = 1; t < length; t++) {
          state = tf.tanh(tf.add(projected[t], tf.matMul(state, hidden as tf.Tensor2D)));
          states.push(state);
        }
        h = tf.stack(states) as tf.Tensor3D;
        taps.set(`layer${i + 1}`, h);
      }
      return head(tf.reshape(tf.slice(h, [length - 1, 0, 0], [1, batch, width]), [batch, width]));
    },
  };
}

/** A frozen Transformer: its attention outputs and its logits. */
export function transformer(vocabulary: number, length: number, layers: number, width: number, heads: number, ffn: number, classes: number): PlainNetwork {
  const table = weight(vocabulary, width);
  const positions = tf.randomNormal([length, width]);
  const norm = () => {
    const [gamma, beta] = [ones(width), zeros(width)];
    return (x: tf.Tensor) => {
      const { mean, variance } = tf.moments(x, 2, true);
      return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5))), gamma), beta);
    };
  };
  const blocks = Array.from({ length: layers }, () => ({
    norm1: norm(),
    qkv: dense(width, 3 * width),
    out: dense(width, width),
    norm2: norm(),
    up: dense(width, ffn),
    down: dense(ffn, width),
  }));
  const head = dense(width, classes);
  const mask = tf.linalg.bandPart(tf.ones([length, length]) as tf.Tensor2D, -1, 0);
  return {
    forward(tokens, taps) {
      const [batch] = tokens.shape;
      const rows = (x: tf.Tensor) => tf.reshape(x, [batch * length, -1]);
      let x: tf.Tensor = tf.add(tf.reshape(tf.gather(table, tf.reshape(tokens, [-1]) as tf.Tensor1D), [batch, length, width]), positions);
      for (const [i, { norm1, qkv, out, norm2, up, down }] of blocks.entries()) {
        const parts = tf
          .split(tf.reshape(qkv(rows(norm1(x))), [batch, length, 3, heads, width / heads]), 3, 2)
          .map((part) => tf.transpose(tf.reshape(part, [batch, length, heads, width / heads]), [0, 2, 1, 3]));
        const scores = tf.mul(tf.matMul(parts[0], parts[1], false, true), Math.sqrt(heads / width));
        const seen = tf.add(scores, tf.mul(tf.sub(mask, 1), 1e9));
        const mixed = tf.transpose(tf.matMul(tf.softmax(seen), parts[2]), [0, 2, 1, 3]);
        const attended = tf.reshape(out(rows(mixed)), [batch, length, width]);
        taps.set(`block${i + 1}.attention`, tf.transpose(attended, [1, 0, 2]));
        x = tf.add(x, attended);
        x = tf.add(x, tf.reshape(down(tf.relu(up(rows(norm2(x))))), [batch, length, width]));
      }
      return head(tf.reshape(tf.slice(x, [0, length - 1, 0], [batch, 1, width]), [batch, width]));
    },
  };
}

/** Linear CKA of two layers, the mean over positions where there are any. */
function cka(x: tf.Tensor, y: tf.Tensor): tf.Scalar {
  const gram = (a: tf.Tensor) => {
    const centred = tf.sub(a, tf.mean(a, -2, true)) as tf.Tensor3D;
    return tf.matMul(centred, centred, false, true);
  };
  const [k, l] = [gram(x), gram(y)];
  const over = [k.rank - 2, k.rank - 1];
  const norms = tf.sqrt(tf.mul(tf.sum(tf.square(k), over), tf.sum(tf.square(l), over)));
  return tf.mean(tf.div(tf.sum(tf.mul(k, l), over), norms)) as tf.Scalar;
}

export type PlainTerm = 'unguided' | 'guided' | 'distilled';

/** What all arms of a seed share in one step. */
export interface PlainBatch {
  x: tf.Tensor;
  /** One-hot. */
  labels: tf.Tensor2D;
  /** Activations of the guide, by the layer of the target that is aligned to them. */
  guide: Taps;
  teacher: tf.Tensor2D;
}

/** One member: its network and its optimiser. */
export class PlainMember {
  readonly #network: PlainNetwork;
  readonly #term: PlainTerm;
  readonly #clipNorm: number | null;
  readonly #optimiser = tf.train.adam(1e-3);

  constructor(network: PlainNetwork, term: PlainTerm, clipNorm: number | null) {
    this.#network = network;
    this.#term = term;
    this.#clipNorm = clipNorm;
  }

  /** @returns the loss; the caller disposes it */
  step({ x, labels, guide, teacher }: PlainBatch, temperature: number): tf.Scalar {
    const { value, grads } = tf.variableGrads(() => {
      const taps: Taps = new Map();
      const logits = this.#network.forward(x, taps);
      const crossEntropy = tf.losses.softmaxCrossEntropy(labels, logits) as tf.Scalar;
      if (this.#term === 'unguided') return crossEntropy;
      if (this.#term === 'distilled') {
        const soft = tf.softmax(tf.div(teacher, temperature) as tf.Tensor2D);
        const distance = tf.losses.softmaxCrossEntropy(soft, tf.div(logits, temperature)) as tf.Scalar;
        return tf.add(tf.mul(crossEntropy, 0.5), tf.mul(distance, 0.5 * temperature ** 2)) as tf.Scalar;
      }
      return [...guide].reduce<tf.Scalar>((loss, [tap, y]) => tf.add(loss, tf.sub(1, cka(taps.get(tap) as tf.Tensor, y))), crossEntropy);
    });
    tf.tidy(() => {
      const clip = this.#clipNorm;
      if (clip === null) {
        this.#optimiser.applyGradients(grads as Record<string, tf.Variable>);
        return;
      }
      const squares = Object.values(grads).map((gradient) => tf.sum(tf.square(gradient)));
      const factor = tf.minimum(1, tf.div(clip, tf.sqrt(tf.sum(tf.stack(squares)))));
      this.#optimiser.applyGradients(Object.fromEntries(Object.entries(grads).map(([name, gradient]) => [name, tf.mul(gradient, factor)])));
    });
    tf.dispose(grads);
    return value;
  }
}
