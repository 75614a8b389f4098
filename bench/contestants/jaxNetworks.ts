/** Networks of the experiments in jax-js. Its arrays are given away with every use but `.ref`. */
import type { FcnSpec, NetworkSpec } from '../../src/experiment/schema/schema.ts';
import type { TaskShape } from '../../src/experiment/networks/describe.ts';

/** What is used of an array of jax-js. */
export interface JaxArray {
  ref: JaxArray;
  shape: number[];
  add(other: JaxArray | number): JaxArray;
  sub(other: JaxArray | number): JaxArray;
  mul(other: JaxArray | number): JaxArray;
  div(other: JaxArray | number): JaxArray;
  reshape(shape: number[]): JaxArray;
  dispose(): void;
  blockUntilReady(): Promise<JaxArray>;
}

type Over = number | number[];
/** What is used of jax-js itself. */
export interface Jax {
  init(...devices: string[]): Promise<unknown>;
  defaultDevice(device: string): unknown;
  numpy: {
    array(values: Float32Array | Int32Array, options: { shape: number[] }): JaxArray;
    zeros(shape: number[]): JaxArray;
    ones(shape: number[]): JaxArray;
    dot(a: JaxArray, b: JaxArray): JaxArray;
    sum(x: JaxArray, axis?: Over, options?: { keepdims: boolean }): JaxArray;
    mean(x: JaxArray, axis?: Over, options?: { keepdims: boolean }): JaxArray;
    sqrt(x: JaxArray): JaxArray;
    tanh(x: JaxArray): JaxArray;
    minimum(x: JaxArray | number, y: JaxArray | number): JaxArray;
    where(condition: JaxArray, x: JaxArray, y: JaxArray | number): JaxArray;
    split(x: JaxArray, parts: number, axis: number): JaxArray[];
    transpose(x: JaxArray, axes: number[]): JaxArray;
    concatenate(parts: JaxArray[], axis: number): JaxArray;
  };
  nn: { relu(x: JaxArray): JaxArray; logSoftmax(x: JaxArray): JaxArray; oneHot(x: JaxArray, classes: number): JaxArray };
  lax: { conv(x: JaxArray, filter: JaxArray, strides: number[], padding: string | [number, number][]): JaxArray };
  random: { key(seed: number): JaxArray; split(key: JaxArray, count: number): JaxArray; bernoulli(key: JaxArray, p: number, shape: number[]): JaxArray };
  jit<F>(step: F): F;
  grad<F>(
    f: F,
    options: { hasAux: true },
  ): F extends (p: JaxArray[], ...rest: infer R) => [JaxArray, infer A] ? (p: JaxArray[], ...rest: R) => [JaxArray[], A] : never;
}

/** One training step's worth: logits, and the batch statistics of its normalised layers (mean and variance in turns). */
export type Forward = (parameters: JaxArray[], x: JaxArray, key: JaxArray) => { logits: JaxArray; statistics: JaxArray[] };

export interface JaxNetwork {
  parameters: JaxArray[];
  /** Features of each normalised layer. */
  normalised: number[];
  forward: Forward;
}

const EPSILON = 1e-5;

export function jaxNetwork(jax: Jax, spec: NetworkSpec, shape: TaskShape): JaxNetwork {
  if (spec.family === 'fcn') return fcn(jax, spec, shape);
  if (spec.family === 'rnn') return rnn(jax, spec.layers, spec.width, shape);
  if (spec.family !== 'convnet') throw new Error(`no ${spec.family} in jax-js`);
  return convnet(
    jax,
    spec.stages.flatMap((count, stage) =>
      Array.from({ length: count }, (_, i) => ({
        outputs: spec.width * 2 ** stage,
        stride: i > 0 ? 1 : stage > 0 ? 2 : spec.stride,
      })),
    ),
    shape,
  );
}

function random({ numpy: np }: Jax, shape: number[], scale: number): JaxArray {
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => scale * (Math.random() + Math.random() + Math.random() - 1.5));
  return np.array(values, { shape });
}

/** By the batch's own statistics; features are the axis that is left. */
function batchNorm({ numpy: np }: Jax, x: JaxArray, over: number[], gamma: JaxArray, beta: JaxArray, statistics: JaxArray[]): JaxArray {
  const features = x.shape.filter((_, axis) => !over.includes(axis));
  const row = x.shape.map((n, axis) => (over.includes(axis) ? 1 : n));
  const mean = np.mean(x.ref, over, { keepdims: true });
  const centred = x.sub(mean.ref);
  const variance = np.mean(centred.ref.mul(centred.ref), over, { keepdims: true });
  statistics.push(mean.reshape(features), variance.ref.reshape(features));
  return centred
    .div(np.sqrt(variance.add(EPSILON)))
    .mul(gamma.reshape(row))
    .add(beta.reshape(row));
}

function fcn(jax: Jax, { depth, width, norm, dropout }: FcnSpec, { input, classes }: TaskShape): JaxNetwork {
  const { numpy: np, nn } = jax;
  const inputs = input.reduce((a, b) => a * b, 1);
  const layers = Array.from({ length: depth }, (_, i) => {
    const from = i === 0 ? inputs : width;
    const linear = [random(jax, [from, width], 2 / Math.sqrt(from)), np.zeros([width])];
    return norm === 'none' ? linear : [...linear, np.ones([width]), np.zeros([width])];
  });
  return {
    parameters: [...layers.flat(), random(jax, [width, classes], 1 / Math.sqrt(width)), np.zeros([classes])],
    normalised: norm === 'none' ? [] : layers.map(() => width),
    forward(parameters, x, key) {
      const rest = [...parameters];
      const next = () => rest.shift() as JaxArray;
      const statistics: JaxArray[] = [];
      const keys = dropout > 0 ? np.split(jax.random.split(key, depth), depth, 0) : [key];
      let h = x;
      for (let i = 0; i < depth; i++) {
        h = np.dot(h, next()).add(next());
        if (norm !== 'none') h = batchNorm(jax, h, [0], next(), next(), statistics);
        h = nn.relu(h);
        if (dropout > 0) {
          const kept = jax.random.bernoulli(keys[i].reshape([2]), 1 - dropout, h.shape);
          h = np.where(kept, h.mul(1 / (1 - dropout)), 0);
        }
      }
      if (dropout === 0) keys[0].dispose();
      return { logits: np.dot(h, next()).add(next()), statistics };
    },
  };
}

/** Images are `[B, channels, H, W]` here, as jax-js wants them. */
function convnet(jax: Jax, layers: readonly { outputs: number; stride: number }[], { input, classes }: TaskShape): JaxNetwork {
  const { numpy: np, nn, lax } = jax;
  let [, , channels = 1] = input;
  const convs = layers.map(({ outputs }) => {
    const own = [random(jax, [outputs, channels, 3, 3], 1 / Math.sqrt(9 * channels)), np.ones([outputs]), np.zeros([outputs])];
    channels = outputs;
    return own;
  });
  return {
    parameters: [...convs.flat(), random(jax, [channels, classes], 1 / Math.sqrt(channels)), np.zeros([classes])],
    normalised: layers.map(({ outputs }) => outputs),
    forward(parameters, x, key) {
      key.dispose();
      const rest = [...parameters];
      const next = () => rest.shift() as JaxArray;
      const statistics: JaxArray[] = [];
      let h = np.transpose(x.reshape([x.shape[0], ...input]), [0, 3, 1, 2]);
      for (const { stride } of layers) {
        const y = lax.conv(
          h,
          next(),
          [stride, stride],
          [
            [1, 1],
            [1, 1],
          ],
        );
        h = nn.relu(batchNorm(jax, y, [0, 2, 3], next(), next(), statistics));
      }
      return { logits: np.dot(np.mean(h, [2, 3]), next()).add(next()), statistics };
    },
  };
}

/** Unrolled over time: jax-js 0.1 has no scan. */
function rnn(jax: Jax, layers: number, width: number, { input: [length], classes, tokens }: TaskShape): JaxNetwork {
  const { numpy: np, nn } = jax;
  const vocabulary = tokens?.vocabulary ?? 0;
  const cells = Array.from({ length: layers }, () => [
    random(jax, [width, width], 1 / Math.sqrt(width)),
    np.zeros([width]),
    random(jax, [width, width], 1 / Math.sqrt(width)),
    np.zeros([width]),
  ]);
  return {
    parameters: [random(jax, [vocabulary, width], 1), ...cells.flat(), random(jax, [width, classes], 1 / Math.sqrt(width)), np.zeros([classes])],
    normalised: [],
    forward(parameters, x, key) {
      key.dispose();
      const rest = [...parameters];
      const next = () => rest.shift() as JaxArray;
      const [batch] = x.shape;
      const table = next();
      // Time first: the input projections of all positions are one product.
      const tokensByTime = np.transpose(x, [1, 0]).reshape([length * batch]);
      let rows = np.dot(nn.oneHot(tokensByTime, vocabulary), table);
      let state: JaxArray | undefined;
      for (let layer = 0; layer < layers; layer++) {
        const [inputWeights, inputBias, hiddenWeights, hiddenBias] = [next(), next(), next(), next()];
        const projected = np.split(np.dot(rows, inputWeights).add(inputBias).add(hiddenBias), length, 0);
        const states = [np.tanh(projected[0])];
        for (let t = 1; t < length; t++) states.push(np.tanh(projected[t].add(np.dot(states[t - 1].ref, hiddenWeights.ref))));
        hiddenWeights.dispose();
        state = states[length - 1];
        if (layer === layers - 1) for (const earlier of states.slice(0, -1)) earlier.dispose();
        else rows = np.concatenate(states, 0);
      }
      return { logits: np.dot(state as JaxArray, next()).add(next()), statistics: [] };
    },
  };
}
