import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { CONSTANT_LAYER_RATIO } from '../composed/index.ts';
import type { DenseInput, Kernels, MatmulOptions } from '../types.ts';
import { addressesOn, type Context, check, DOUBLE_BYTES, FLOAT_BYTES, PRODUCT_SCRATCH_BYTES, shapesOf } from './context.ts';

type Dense = 'matmul' | 'dense' | 'denseGrad' | 'sumRows' | 'relu' | 'reluGrad';

/** Products, rectifiers and sums. */
export function dense({ heap, runner }: Context): Pick<Kernels, Dense> {
  const { at, perMember } = addressesOn(heap);

  function matmul(a: Tensor3D, b: Tensor3D, options: MatmulOptions = {}): Tensor3D {
    const { transposeA = false, transposeB = false } = options;
    const members = Math.max(a.shape[0], b.shape[0]);
    const [m, k] = transposeA ? [a.shape[2], a.shape[1]] : [a.shape[1], a.shape[2]];
    const [inner, n] = transposeB ? [b.shape[2], b.shape[1]] : [b.shape[1], b.shape[2]];
    check(inner === k && k > 0, () => `matmul: the inner dimensions of ${shapesOf(a, b)} do not match.`);
    const [aAt, aStep] = perMember(a, members, m * k);
    const [bAt, bStep] = perMember(b, members, k * n);
    const symmetric = a.dataId === b.dataId && transposeA !== transposeB;
    // Rows of members that share b are rows of one product.
    const joined = members > 1 && bStep === 0 && !transposeA;
    const [products, rows] = joined ? [1, members * m] : [members, m];
    const out = heap.tensor<Tensor3D>([members, m, n]);
    const [transposedA, transposedB] = [Number(transposeA), Number(transposeB)];
    runner.run(
      'gemm',
      // biome-ignore format: one line per group
      [
        aAt, bAt, heap.address(out), products, rows, n, k,
        aStep, bStep, transposedA, transposedB, Number(symmetric),
      ],
      members * m * n * k,
      PRODUCT_SCRATCH_BYTES,
    );
    if (symmetric) runner.run('mirror', [heap.address(out), members, n], members * n * n);
    return out;
  }

  /** What the kernels of a dense layer have in common. */
  function layer(x: Tensor3D, w: Tensor3D, { relu = false, mask }: DenseInput) {
    const [members, inputs, outputs] = w.shape;
    const rows = x.shape[1];
    check(x.shape[2] === inputs && inputs > 0, () => `dense: an input ${shapesOf(x)} does not fit weights ${shapesOf(w)}.`);
    const [xAt, xStep] = perMember(x, members, rows * inputs);
    const [maskAt, maskStep] = perMember(mask, members, rows * inputs);
    const sizes = [members, rows, inputs, outputs];
    const run = (name: string, args: readonly number[]) => runner.run(name, args, members * rows * inputs * outputs, PRODUCT_SCRATCH_BYTES);
    return { members, rows, inputs, outputs, sizes, xAt, xStep, maskAt, maskStep, relu: Number(relu), wAt: at(w, w.size), run };
  }

  function dense(x: Tensor3D, w: Tensor3D, options: DenseInput & { bias?: Tensor2D } = {}): Tensor3D {
    const { members, rows, outputs, sizes, xAt, xStep, maskAt, maskStep, relu, wAt, run } = layer(x, w, options);
    const biasAt = options.bias ? at(options.bias, members * outputs) : 0;
    const y = heap.tensor<Tensor3D>([members, rows, outputs]);
    run('dense', [xAt, wAt, biasAt, maskAt, heap.address(y), ...sizes, xStep, maskStep, relu]);
    return y;
  }

  const denseGrad: Kernels['denseGrad'] = (dy, x, w, options) => {
    const { members, rows, inputs, outputs, sizes, xAt, xStep, maskAt, maskStep, relu, wAt, run } = layer(x, w, options);
    const dyAt = at(dy, members * rows * outputs);
    // Of an input that members share there is no gradient to gate.
    check(!options.input || xStep > 0 || members === 1 || !relu, () => `denseGrad: members share the input ${shapesOf(x)}.`);
    const dx = options.input ? heap.tensor<Tensor3D>([members, rows, inputs]) : undefined;
    if (dx) run('dense_input_grad', [dyAt, wAt, maskAt, relu ? xAt : 0, heap.address(dx), ...sizes, maskStep]);
    const dWeights = heap.tensor<Tensor3D>(w.shape);
    const dBias = options.bias ? heap.tensor<Tensor2D>([members, outputs]) : undefined;
    run('dense_weight_grad', [xAt, maskAt, dyAt, heap.address(dWeights), dBias ? heap.address(dBias) : 0, ...sizes, xStep, maskStep, relu]);
    return { ...(dx && { dx }), dWeights, ...(dBias && { dBias }) };
  };

  function sumRows(x: Tensor3D): Tensor2D {
    const [members, rows, features] = x.shape;
    const out = heap.tensor<Tensor2D>([members, features]);
    runner.run('sum_rows', [at(x, x.size), heap.address(out), members, rows, features], x.size);
    return out;
  }

  /** A mask has the shape of x, which needs no members, or member axis 1. */
  function maskOf(x: Tensor, mask: Tensor | undefined): { args: [number, number]; members: number } {
    const members = mask && mask.size !== x.size ? x.shape[0] : 1;
    return { args: perMember(mask, members, x.size / members), members };
  }

  function relu<T extends Tensor>(x: T, mask?: T): T {
    const y = heap.tensor<T>(x.shape);
    const { args, members } = maskOf(x, mask);
    runner.run('relu', [at(x, x.size), ...args, heap.address(y), members, x.size / members], x.size);
    return y;
  }

  function reluGrad<T extends Tensor>(dy: T, y: T, mask?: T): T {
    const dx = heap.tensor<T>(dy.shape);
    const { args, members } = maskOf(dy, mask);
    const inputs = [at(dy, dy.size), at(y, dy.size), ...args];
    runner.run('relu_grad', [...inputs, heap.address(dx), members, dy.size / members], dy.size);
    return dx;
  }

  return { matmul, dense, denseGrad, sumRows, relu, reluGrad };
}

/** Batch normalisation with its gradient, and the centring that similarity needs. */
export function normalisation({ heap, runner, partialSums }: Context) {
  const { at, perMember } = addressesOn(heap);

  const batchNorm: Kernels['batchNorm'] = (x, gamma, beta, { epsilon, relu, mask }) => {
    const [members, rows, features] = x.shape;
    const parameters = members * features;
    const y = heap.tensor<Tensor3D>(x.shape);
    const mean = heap.tensor<Tensor2D>([members, features]);
    const variance = heap.tensor<Tensor2D>([members, features]);
    const inputs = [at(x, x.size), at(gamma, parameters), at(beta, parameters)];
    const outputs = [y, mean, variance].map(heap.address);
    runner.run('batch_norm', [...inputs, ...perMember(mask, members, rows * features), ...outputs, ...x.shape, epsilon, Number(relu)], 4 * x.size);
    return { y, mean, variance };
  };

  const batchNormGrad: Kernels['batchNormGrad'] = (dy, x, gamma, forward, { epsilon, relu, mask }) => {
    const [members, rows, features] = x.shape;
    const parameters = members * features;
    const dx = heap.tensor<Tensor3D>(x.shape);
    const dGamma = heap.tensor<Tensor2D>([members, features]);
    const dBeta = heap.tensor<Tensor2D>([members, features]);
    const inputs = [at(dy, x.size), at(x, x.size), at(gamma, parameters), at(forward.y, x.size)];
    const statistics = [at(forward.mean, parameters), at(forward.variance, parameters)];
    const outputs = [dx, dGamma, dBeta].map(heap.address);
    const maskArgs = perMember(mask, members, rows * features);
    runner.run('batch_norm_grad', [...inputs, ...statistics, ...maskArgs, ...outputs, ...x.shape, epsilon, Number(relu)], 6 * x.size);
    return { dx, dGamma, dBeta };
  };

  const batchNormInference: Kernels['batchNormInference'] = (x, gamma, beta, mean, variance, { epsilon, relu }) => {
    const y = heap.tensor<Tensor3D>(x.shape);
    const parameters = [gamma, beta, mean, variance].map((t) => at(t, x.shape[0] * x.shape[2]));
    const args = [at(x, x.size), ...parameters, heap.address(y), ...x.shape, epsilon, Number(relu)];
    runner.run('batch_norm_inference', args, x.size);
    return y;
  };

  /** Of members `[first, first + count)`. */
  function centreNormaliseMembers(x: Tensor3D, first: number, count: number): { z: Tensor3D; norm: Tensor1D } {
    const [, rows, features] = x.shape;
    const z = heap.tensor<Tensor3D>([count, rows, features]);
    const norm = heap.tensor<Tensor1D>([count]);
    const sums = partialSums.reserve(2 * count * features * DOUBLE_BYTES);
    const from = at(x, x.size) + first * rows * features * FLOAT_BYTES;
    runner.run('centre', [from, heap.address(z), sums, ...z.shape], 4 * z.size);
    const args = [heap.address(z), heap.address(norm), sums, ...z.shape, CONSTANT_LAYER_RATIO];
    runner.run('normalise', args, z.size);
    return { z, norm };
  }
  const centreNormalise: Kernels['centreNormalise'] = (x) => centreNormaliseMembers(x, 0, x.shape[0]);

  return { batchNorm, batchNormGrad, batchNormInference, centreNormalise, centreNormaliseMembers };
}
