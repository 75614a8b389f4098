import '@tensorflow/tfjs-backend-cpu';
import { setFlagsFromString } from 'node:v8';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor4D, Tensor5D } from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { composed } from '../composed/index.ts';
import type { ConvOptions, Kernels, Shape5D } from '../types.ts';
import { createWasmKernels, type WasmKernels } from './index.ts';
import { randomTensor, relativeError } from './testing.ts';

setFlagsFromString('--experimental-wasm-relaxed-simd');

beforeAll(async () => {
  setWasmPaths(fileURLToPath(new URL('../../../../../node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/', import.meta.url)));
  await tf.setBackend('wasm');
  await tf.ready();
});

describe.each([false, true])('native convolutions, relaxed %s', (relaxed) => {
  let wasm: WasmKernels;

  beforeAll(async () => {
    const created = await createWasmKernels({ relaxed });
    if (!created) throw new Error('No native kernels.');
    wasm = created;
  });

  afterAll(() => wasm.dispose());

  /** The native kernel on the WASM heap against the composed one on the CPU backend. */
  async function agrees(run: (kernels: Kernels) => Tensor): Promise<void> {
    const values = async (backend: string, kernels: Kernels) => {
      await tf.setBackend(backend);
      return tf.tidy(() => Float32Array.from(run(kernels).dataSync()));
    };
    const expected = await values('cpu', composed);
    expect(relativeError(await values('wasm', wasm.kernels), expected)).toBeLessThan(1e-5);
  }

  const CONVOLUTIONS: Array<[Shape5D, Shape5D, ConvOptions]> = [
    [[2, 3, 5, 5, 3], [2, 3, 3, 3, 4], { stride: 1, pad: 1 }],
    [[1, 2, 16, 16, 3], [3, 3, 3, 3, 16], { stride: 1, pad: 1 }],
    [[2, 2, 16, 16, 16], [2, 3, 3, 16, 32], { stride: 2, pad: 1 }],
    [[2, 2, 8, 8, 16], [2, 1, 1, 16, 32], { stride: 2, pad: 0 }],
    [[1, 3, 7, 7, 5], [1, 1, 1, 5, 9], { stride: 1, pad: 0 }],
    [[2, 2, 9, 6, 2], [2, 5, 5, 2, 3], { stride: 2, pad: 2 }],
    [[1, 1, 7, 8, 4], [1, 3, 3, 4, 8], { stride: 1, pad: 0 }],
    [[1, 2, 7, 7, 3], [2, 2, 2, 3, 5], { stride: 3, pad: 1 }],
    [[1, 2, 4, 4, 6], [2, 3, 3, 6, 11], { stride: 1, pad: 2 }],
    [[1, 1, 4, 4, 2], [1, 1, 1, 2, 3], { stride: 1, pad: 1 }],
    [[1, 2, 8, 8, 12], [2, 3, 3, 12, 12], { stride: 1, pad: 1 }],
    [[2, 3, 4, 5, 9], [2, 3, 3, 9, 20], { stride: 2, pad: 1 }],
    [[1, 3, 4, 4, 11], [1, 3, 3, 11, 10], { stride: 1, pad: 1 }],
  ];

  test.each(CONVOLUTIONS)('conv2d and its gradients, %j %j %j', async (xShape, filterShape, options) => {
    const x = () => randomTensor<Tensor5D>(xShape, 1);
    const filter = () => randomTensor<Tensor5D>(filterShape, 2);
    const out = [xShape[2], xShape[3]].map((size) => Math.floor((size + 2 * options.pad - filterShape[1]) / options.stride) + 1);
    const dy = () => randomTensor<Tensor5D>([filterShape[0], xShape[1], ...out, filterShape[4]], 3);
    await agrees((kernels) => kernels.conv2d(x(), filter(), options));
    await agrees((kernels) => kernels.conv2d(x(), filter(), { ...options, bias: randomTensor<Tensor2D>([filter().shape[0], filter().shape[4]], 4) }));
    await agrees((kernels) => kernels.conv2dInputGrad(dy(), filter(), xShape, options));
    await agrees((kernels) => kernels.conv2dFilterGrad(dy(), x(), filterShape, options));
  });

  const DEPTHWISE: Array<[Shape5D, number]> = [
    [[2, 3, 5, 5, 3], 3],
    [[1, 2, 8, 8, 16], 7],
    [[3, 2, 4, 6, 10], 5],
    [[2, 1, 1, 2, 4], 3],
    [[1, 2, 7, 3, 8], 1],
  ];

  test.each(DEPTHWISE)('depthwiseConv and its gradients, %j with a filter of %i', async (shape, size) => {
    const [e, , , , channels] = shape;
    const x = () => randomTensor<Tensor5D>(shape, 1);
    const dy = () => randomTensor<Tensor5D>(shape, 3);
    const filter = () => randomTensor<Tensor4D>([e, size, size, channels], 2);
    await agrees((kernels) => kernels.depthwiseConv(x(), filter(), randomTensor<Tensor2D>([e, channels], 4)));
    await agrees((kernels) => kernels.depthwiseConv(x(), filter()));
    await agrees((kernels) => kernels.depthwiseConvInputGrad(dy(), filter()));
    await agrees((kernels) => kernels.depthwiseConvFilterGrad(dy(), x(), size));
  });
});
