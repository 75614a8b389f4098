import type { Tensor, Tensor2D, Tensor3D, Tensor4D, Tensor5D } from '@tensorflow/tfjs-core';
import type { Kernels } from '../types.ts';
import { addressesOn, type Context, check, FLOAT_BYTES, shapesOf } from './context.ts';

type Tokens = 'embedding' | 'embeddingGrad' | 'layerNorm' | 'layerNormGrad' | 'tanh' | 'tanhGrad' | 'gelu' | 'geluGrad';

/** What networks for sequences do to each token. */
export function tokenKernels({ heap, runner }: Context): Pick<Kernels, Tokens> {
  const { at } = addressesOn(heap);

  /** Address of the tokens and how many there are from one member to the next. */
  function tokensOf(tokens: Tensor3D, members: number): [address: number, step: number] {
    const [own, batch, length] = tokens.shape;
    check(
      tokens.dtype === 'int32' && (own === 1 || own === members),
      () => `Expected int32 tokens of 1 or ${members} members, got ${tokens.dtype} ${shapesOf(tokens)}.`,
    );
    return [heap.address(tokens), own === 1 ? 0 : batch * length];
  }

  const embedding: Kernels['embedding'] = (tokens, table) => {
    const [members, vocabulary, features] = table.shape;
    const [, batch, length] = tokens.shape;
    const y = heap.tensor<Tensor4D>([members, batch, length, features]);
    const inputs = [...tokensOf(tokens, members), at(table, table.size)];
    runner.run('embedding', [...inputs, heap.address(y), members, batch * length, vocabulary, features], y.size);
    return y;
  };

  const embeddingGrad: Kernels['embeddingGrad'] = (dy, tokens, vocabulary) => {
    const [members, batch, length, features] = dy.shape;
    check(tokens.shape[1] === batch && tokens.shape[2] === length, () => `${shapesOf(dy, tokens)} do not fit.`);
    const gradient = heap.tensor<Tensor3D>([members, vocabulary, features]);
    const args = [at(dy, dy.size), ...tokensOf(tokens, members), heap.address(gradient)];
    runner.run('embedding_grad', [...args, members, batch * length, vocabulary, features], dy.size + gradient.size);
    return gradient;
  };

  const layerNorm: Kernels['layerNorm'] = (x, gamma, beta, epsilon) => {
    const [members, rows, features] = x.shape;
    const y = heap.tensor<Tensor3D>(x.shape);
    const mean = heap.tensor<Tensor2D>([members, rows]);
    const inverse = heap.tensor<Tensor2D>([members, rows]);
    const inputs = [at(x, x.size), ...[gamma, beta].map((t) => at(t, members * features))];
    runner.run('layer_norm', [...inputs, ...[y, mean, inverse].map(heap.address), ...x.shape, epsilon], 6 * x.size);
    return { y, mean, inverse };
  };

  const layerNormGrad: Kernels['layerNormGrad'] = (dy, x, gamma, forward) => {
    const [members, rows, features] = x.shape;
    const dx = heap.tensor<Tensor3D>(x.shape);
    const dGamma = heap.tensor<Tensor2D>([members, features]);
    const dBeta = heap.tensor<Tensor2D>([members, features]);
    const inputs = [at(dy, x.size), at(x, x.size)];
    const statistics = [at(forward.mean, members * rows), at(forward.inverse, members * rows)];
    const slope = at(gamma, members * features);
    runner.run('layer_norm_grad', [...inputs, slope, ...statistics, heap.address(dx), ...x.shape], 8 * x.size);
    const outputs = [heap.address(dGamma), heap.address(dBeta)];
    runner.run('layer_norm_parameters_grad', [...inputs, ...statistics, ...outputs, ...x.shape], 4 * x.size);
    return { dx, dGamma, dBeta };
  };

  const elementwise = <T extends Tensor>(name: string, inputs: T[]): T => {
    const { shape, size } = inputs[0];
    const out = heap.tensor<T>(shape);
    runner.run(name, [...inputs.map((t) => at(t, size)), heap.address(out), size], 8 * size);
    return out;
  };

  return {
    embedding,
    embeddingGrad,
    layerNorm,
    layerNormGrad,
    tanh: (x) => elementwise('tanh', [x]),
    tanhGrad: (dy, y) => elementwise('tanh_grad', [dy, y]),
    gelu: (x) => elementwise('gelu', [x]),
    geluGrad: (dy, x) => elementwise('gelu_grad', [dy, x]),
  };
}

/** Self-attention with its gradient. */
export function attentionKernels({ heap, runner }: Context): Pick<Kernels, 'attention' | 'attentionGrad'> {
  const { at, perMember } = addressesOn(heap);

  /** Floats of scratch (see attention.c). */
  function scratchOf(length: number, width: number): number {
    const [t, d] = [length, width].map((n) => Math.ceil(n / 24) * 24);
    return t * (2 * t + 2 * d + Math.max(t, d));
  }

  const sizesOf = (qkv: Tensor4D, heads: number) => {
    const [members, batch, length, columns] = qkv.shape;
    const width = columns / (3 * heads);
    check(Number.isInteger(width), () => `attention: ${columns} columns are not queries, keys and values of ${heads} heads.`);
    return { members, batch, length, width, scale: 1 / Math.sqrt(width) };
  };

  const attention: Kernels['attention'] = (qkv, { heads, causal, keyMask }) => {
    const { members, batch, length, width, scale } = sizesOf(qkv, heads);
    const y = heap.tensor<Tensor4D>([members, batch, length, heads * width]);
    const weights = heap.tensor<Tensor5D>([members, batch, heads, length, length]);
    const inputs = [at(qkv, qkv.size), ...perMember(keyMask, members, batch * length)];
    const outputs = [heap.address(y), heap.address(weights)];
    const sizes = [members, batch, length, heads, width, Number(causal), scale];
    const work = weights.size * (2 * width + 8);
    runner.run('attention', [...inputs, ...outputs, ...sizes], work, scratchOf(length, width) * FLOAT_BYTES);
    return { y, weights };
  };

  const attentionGrad: Kernels['attentionGrad'] = (dy, qkv, forward, { heads }) => {
    const { members, batch, length, width, scale } = sizesOf(qkv, heads);
    const { weights } = forward;
    const gradient = heap.tensor<Tensor4D>(qkv.shape);
    const inputs = [at(dy, qkv.size / 3), at(qkv, qkv.size), at(weights, members * batch * heads * length * length)];
    const sizes = [members, batch, length, heads, width, scale];
    const work = weights.size * (4 * width + 4);
    runner.run('attention_grad', [...inputs, heap.address(gradient), ...sizes], work, scratchOf(length, width) * FLOAT_BYTES);
    return gradient;
  };

  return { attention, attentionGrad };
}
