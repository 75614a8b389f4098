import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D, Tensor5D } from '@tensorflow/tfjs-core';
import { GATES, type RecurrentKind } from '../sequenceTypes.ts';
import { type FactorOptions, optimiserFactors } from '../optimiserFactors.ts';
import { FORMS, PAIR_MEASURES } from '../measureTypes.ts';
import type { AdamHyper, Kernels, MemberControl, SgdHyper } from '../types.ts';

/** A small seeded generator of numbers that look normal, for tests. */
export function normals(seed: number): () => number {
  let state = (seed * 2654435761 + 12345) >>> 0;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return () => uniform() + uniform() + uniform() + uniform() - 2;
}

/** Random values of a shape: `offset + scale · normal`. */
export function randomValues(shape: readonly number[], seed: number, scale = 1, offset = 0): Float32Array {
  const next = normals(seed);
  return Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => offset + scale * next());
}

/** A random float32 tensor on the current backend. */
export function randomTensor<T extends Tensor>(shape: readonly number[], seed: number, scale = 1, offset = 0): T {
  return tf.tensor(randomValues(shape, seed, scale, offset), [...shape]) as T;
}

/** Entries 0 or 1/keep, as an inverted dropout mask has them. */
export function dropoutMask<T extends Tensor>(shape: readonly number[], seed: number, keep = 0.8): T {
  const values = randomValues(shape, seed).map((v) => (v > -0.5 ? 1 / keep : 0));
  return tf.tensor(values, [...shape]) as T;
}

/** The largest |a − b| relative to the largest |b| (or to 1e-30); NaN and infinities must agree exactly. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let difference = 0;
  let size = 1e-30;
  for (let i = 0; i < actual.length; i++) {
    if (Object.is(actual[i], expected[i])) continue;
    const d = Math.abs(actual[i] - expected[i]);
    if (!Number.isFinite(d)) return Infinity;
    difference = Math.max(difference, d);
  }
  for (let i = 0; i < expected.length; i++) {
    if (Number.isFinite(expected[i])) size = Math.max(size, Math.abs(expected[i]));
  }
  return difference / size;
}

/** Central finite differences of a float64 function of a vector. */
export function numericalGradient(f: (x: Float64Array) => number, x: ArrayLike<number>, step = 1e-5): Float64Array {
  const at = Float64Array.from(x);
  return at.map((value, i) => {
    at[i] = value + step;
    const above = f(at);
    at[i] = value - step;
    const below = f(at);
    at[i] = value;
    return (above - below) / (2 * step);
  });
}

/** Factors of one step that are the same for all members. */
export function sameFactors(members: number, options: FactorOptions): Tensor2D {
  return tf.tensor2d(
    optimiserFactors(options).flatMap((value) => Array<number>(members).fill(value)),
    [3, members],
  );
}

/** Adam's or SGD's step of one parameter; `slots` are its rows of the state. */
export function oneUpdate(
  kernels: Kernels,
  { parameter, slots }: OptimiserState,
  gradient: Tensor,
  members: MemberControl,
  hyper: AdamHyper | SgdHyper,
): OptimiserState {
  const state = tf.stack(slots.map((slot) => tf.reshape(slot, [-1]))) as Tensor2D;
  const updates = [{ parameter, gradient, at: 0 }];
  const next = 'momentum' in hyper ? kernels.sgd(updates, state, members, hyper) : kernels.adam(updates, state, members, hyper);
  return { parameter: next.parameters[0], slots: tf.unstack(next.state).map((slot) => tf.reshape(slot, parameter.shape)) };
}
export interface OptimiserState {
  parameter: Tensor;
  slots: Tensor[];
}

/** Every kernel on stacks of three members that pass through `member`; each result has its member axis first. */
export function everyKernel(kernels: Kernels, member: (t: Tensor) => Tensor): Tensor[] {
  const [e, rows, features, classes] = [3, 24, 21, 5];
  const stack = <T extends Tensor>(shape: number[], seed: number) => member(randomTensor([e, ...shape], seed)) as T;
  const x = stack<Tensor3D>([rows, features], 1);
  const dy = stack<Tensor3D>([rows, features], 2);
  const gamma = stack<Tensor2D>([features], 3);
  const beta = stack<Tensor2D>([features], 4);
  const options = { epsilon: 1e-3, relu: true };
  const forward = kernels.batchNorm(x, gamma, beta, options);
  const weights = stack<Tensor3D>([features, features], 14);
  const dropped = dropoutMask<Tensor3D>([1, rows, features], 15);
  const image = stack<Tensor5D>([4, 6, 6, 3], 5);
  const filter = stack<Tensor5D>([3, 3, 3, 7], 6);
  const depthwiseFilter = stack<Tensor4D>([3, 3, 3], 12);
  const colours = stack<Tensor2D>([3], 13);
  const conv = { stride: 2, pad: 1 };
  const convolved = kernels.conv2d(image, filter, conv);
  const logits = stack<Tensor3D>([rows, classes], 7);
  const labels = tf.tensor2d([Array.from({ length: rows }, (_, i) => i % classes)], [1, rows], 'int32');
  const { z, norm } = kernels.centreNormalise(x);
  const k = kernels.matmul(z, z, { transposeB: true });
  const l = kernels.centreNormalise(dy).z;
  const one = member(tf.ones([e])) as Tensor1D;
  const [parameter, m, v] = [tf.clone(stack([9], 8)), tf.abs(stack([9], 9)), tf.abs(stack([9], 10))];
  const factors = sameFactors(one.size, { learningRate: 0.01, step: 2, betas: [0.9, 0.999], decoupledDecay: 0.1 });
  const adam = oneUpdate(
    kernels,
    { parameter: tf.add(parameter, 0), slots: [m, v] },
    stack([9], 11),
    { scale: one, active: one, factors },
    { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, coupledDecay: 0 },
  );
  const all = [
    kernels.matmul(x, dy, { transposeA: true }),
    kernels.dense(x, weights, { relu: true, mask: dropped, bias: gamma }),
    ...Object.values(kernels.denseGrad(dy, x, weights, { relu: true, mask: dropped, input: true, bias: true })),
    k,
    norm,
    z,
    kernels.sumRows(x),
    ...Object.values(forward),
    ...Object.values(kernels.batchNormGrad(dy, x, gamma, forward, options)),
    kernels.batchNormInference(x, gamma, beta, forward.mean, forward.variance, options),
    kernels.relu(x),
    kernels.reluGrad(dy, forward.y),
    convolved,
    kernels.conv2dInputGrad(convolved, filter, image.shape, conv),
    kernels.conv2dFilterGrad(convolved, image, filter.shape, conv),
    kernels.depthwiseConv(image, depthwiseFilter, colours),
    kernels.depthwiseConvInputGrad(image, depthwiseFilter),
    kernels.depthwiseConvFilterGrad(image, image, 3),
    ...Object.values(kernels.softmaxCrossEntropy(logits, labels)),
    ...Object.values(kernels.distillation(logits, logits, { temperature: 2, direction: 'reverse' })),
    ...Object.values(kernels.cka(k, kernels.matmul(l, l, { transposeB: true }), { debiased: true })),
    kernels.gramProducts(x, tf.tensor2d([0, 2, 3, 7, 9, 1, 4, 5, 6, 20], [2, 5], 'int32'), []),
    kernels.gramProducts(x, null, [tf.reshape(k, [-1, 1, 1, rows, rows])]),
    kernels.dropoutMask?.(tf.tensor1d([5, 9], 'int32'), 1, [one.size, rows, features], 0.3) ?? [],
    ...[1, 3].flatMap((positions) => {
      const options = { first: 0, count: one.size, positions, debiased: false };
      return Object.values(kernels.alignmentGradient?.(x, randomTensor([1, rows, rows], 12), one, options) ?? {});
    }),
    ...PAIR_MEASURES.flatMap((measure) => Object.values(kernels.compareGrams?.(measure, k, k, { option: 1 }) ?? {})),
    ...FORMS.flatMap((form) => {
      const options = { first: 0, count: one.size, positions: 3, form, option: 1 };
      return Object.values(kernels.pairGradient?.('rbf-cka', x, randomTensor([1, rows, rows], 12), one, options) ?? {});
    }),
    kernels.invert?.(tf.add(k, tf.eye(rows))) ?? [],
    adam.parameter,
    ...adam.slots,
    kernels.sumSquares([x, dy]),
    ...sequenceKernels(kernels, member),
  ];
  return all.flat();
}

/** Every kernel for sequences, as `everyKernel`. */
function sequenceKernels(kernels: Kernels, member: (t: Tensor) => Tensor): Tensor[] {
  const [e, batch, length, features, vocabulary] = [3, 13, 5, 10, 7];
  const stack = <T extends Tensor>(shape: number[], seed: number) => member(randomTensor([e, ...shape], seed)) as T;
  const values = Array.from({ length: batch * length }, (_, i) => ((i * 3) % (vocabulary + 1)) - 1);
  const tokens = tf.tensor3d(values, [1, batch, length], 'int32');
  const labels = tf.tensor2d(values, [1, batch * length], 'int32');
  const [logits, teacher] = [20, 21].map((seed) => stack<Tensor3D>([batch * length, vocabulary], seed));
  const rows = stack<Tensor3D>([batch * length, features], 22);
  const dRows = stack<Tensor3D>([batch * length, features], 23);
  const [gamma, beta] = [stack<Tensor2D>([features], 24), stack<Tensor2D>([features], 25)];
  const normalised = kernels.layerNorm(rows, gamma, beta, 1e-5);
  const qkv = stack<Tensor4D>([batch, length, 3 * features], 26);
  const options = { heads: 2, causal: true };
  const attended = kernels.attention(qkv, options);
  const dStates = stack<Tensor4D>([batch, length, features], 27);
  const recurrent = (Object.keys(GATES) as RecurrentKind[]).flatMap((kind, i) => {
    const columns = GATES[kind] * features;
    const weights = stack<Tensor3D>([features, columns], 30 + i);
    const bias = kind === 'gru' ? stack<Tensor2D>([columns], 40) : undefined;
    const layer = { kind, bias, initial: stack<Tensor3D>([batch, features], 41) };
    const forward = kernels.recurrent(stack<Tensor4D>([batch, length, columns], 50 + i), weights, layer);
    const gradient = kernels.recurrentGrad(dStates, weights, forward, layer);
    return [...Object.values(forward), ...Object.values(gradient)].filter((t) => t !== undefined) as Tensor[];
  });
  return [
    ...Object.values(kernels.softmaxCrossEntropy(logits, labels)),
    ...Object.values(kernels.distillation(logits, teacher, { temperature: 2, direction: 'forward', labels })),
    kernels.embedding(tokens, stack<Tensor3D>([vocabulary, features], 28)),
    kernels.embeddingGrad(dStates, tokens, vocabulary),
    ...Object.values(normalised),
    ...Object.values(kernels.layerNormGrad(dRows, rows, gamma, normalised)),
    ...Object.values(attended),
    kernels.attentionGrad(dStates, qkv, attended, options),
    kernels.tanh(rows),
    kernels.tanhGrad(dRows, rows),
    kernels.gelu(rows),
    kernels.geluGrad(dRows, rows),
    ...recurrent,
  ];
}
