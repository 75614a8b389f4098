/** The ends of rows that fill no vector, on new instances: an engine may compile each of them anew, by another compiler. */
import '@tensorflow/tfjs-backend-cpu';
import { fileURLToPath } from 'node:url';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { composed } from '../composed/index.ts';
import type { Kernels } from '../types.ts';
import { createWasmKernels } from './index.ts';
import { oneUpdate, type OptimiserState, randomTensor, relativeError, sameFactors } from './testing.ts';

beforeAll(async () => {
  setWasmPaths(fileURLToPath(new URL('../../../../../node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/', import.meta.url)));
  await tf.setBackend('wasm');
  await tf.ready();
});

const INSTANCES = 3;

/** Two steps: in-place updates of three arrays keep more vectors alive at once than any other kernel. */
function steps(kernels: Kernels, size: number): Tensor[] {
  const one = tf.tensor1d([1]);
  const hyper = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, coupledDecay: 0 };
  let state: OptimiserState = { parameter: randomTensor([1, size], 1), slots: [tf.zeros([1, size]), tf.zeros([1, size])] };
  for (const step of [1, 2]) {
    const factors = sameFactors(1, { learningRate: 0.01, step, betas: [0.9, 0.999], decoupledDecay: 0 });
    state = oneUpdate(kernels, state, randomTensor([1, size], 1 + step), { scale: one, active: one, factors }, hyper);
  }
  return [state.parameter, ...state.slots];
}

test('the same on every instance, for every remainder of four', async () => {
  const sizes = [1, 2, 3, 5, 6, 7, 47];
  const expected = sizes.map((size) => steps(composed, size).map((t) => t.dataSync()));
  for (let instance = 0; instance < INSTANCES; instance++) {
    const native = await createWasmKernels();
    if (!native) throw new Error('no native kernels');
    sizes.forEach((size, s) => {
      steps(native.kernels, size).forEach((t, i) => {
        expect(relativeError(t.dataSync(), expected[s][i]), `instance ${instance}, size ${size}`).toBeLessThan(1e-5);
      });
    });
    native.dispose();
  }
});
