import '@tensorflow/tfjs-backend-cpu';
import { setFlagsFromString } from 'node:v8';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SEQUENCE_CASES } from '../../../check/sequenceCases.ts';
import { composed } from '../composed/index.ts';
import { GATES, type RecurrentKind } from '../sequenceTypes.ts';
import type { Kernels } from '../types.ts';
import { createWasmKernels, type WasmKernels } from './index.ts';
import { randomTensor, randomValues, relativeError } from './testing.ts';

setFlagsFromString('--experimental-wasm-relaxed-simd');

beforeAll(async () => {
  setWasmPaths(fileURLToPath(new URL('../../../../../node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/', import.meta.url)));
  await tf.setBackend('wasm');
  await tf.ready();
});

type Results = { [name: string]: Tensor | undefined };

/** What a case gives on a backend. */
async function valuesOn(backend: string, run: () => Results): Promise<Array<{ name: string; values: Float32Array }>> {
  await tf.setBackend(backend);
  return tf.tidy(() => Object.entries(run()).flatMap(([name, t]) => (t ? [{ name, values: Float32Array.from(t.dataSync()) }] : [])));
}

test.each(Object.entries(SEQUENCE_CASES))('composed on WASM, for engines without SIMD: %s', async (_, run) => {
  const expected = await valuesOn('cpu', () => run(composed));
  const actual = await valuesOn('wasm', () => run(composed));
  actual.forEach(({ name, values }, i) => {
    expect(relativeError(values, expected[i].values), name).toBeLessThan(2e-5);
  });
});

describe.each([false, true])('native kernels for sequences, relaxed %s', (relaxed) => {
  let wasm: WasmKernels;

  beforeAll(async () => {
    await tf.setBackend('wasm');
    const created = await createWasmKernels({ relaxed });
    if (!created) throw new Error('No native kernels.');
    wasm = created;
  });

  afterAll(() => wasm.dispose());

  /** The native kernels on the WASM heap against the composed ones on the CPU backend. */
  async function agrees(run: (kernels: Kernels) => Results, tolerance = 2e-5): Promise<void> {
    const expected = await valuesOn('cpu', () => run(composed));
    const actual = await valuesOn('wasm', () => run(wasm.kernels));
    expect(actual.map(({ name }) => name)).toEqual(expected.map(({ name }) => name));
    actual.forEach((result, i) => {
      expect(relativeError(result.values, expected[i].values), result.name).toBeLessThan(tolerance);
    });
  }

  // Members, batch, positions, hidden units: sizes around the tiles and panels of the products.
  const LAYERS = [
    [1, 1, 1, 1],
    [1, 5, 1, 3],
    [2, 3, 4, 2],
    [2, 12, 3, 8],
    [3, 13, 5, 7],
    [1, 27, 3, 21],
    [2, 7, 6, 64],
    [1, 4, 2, 130],
  ];

  describe.each(Object.keys(GATES) as RecurrentKind[])('%s', (kind) => {
    test.each(LAYERS)('%i × %i × %i, %i hidden units', async (e, batch, length, hidden) => {
      for (const complete of [true, false]) {
        const columns = GATES[kind] * hidden;
        await agrees((kernels) => {
          const weights = randomTensor<Tensor3D>([e, hidden, columns], 1, 1 / Math.sqrt(hidden));
          const options = {
            kind,
            bias: complete && kind === 'gru' ? randomTensor<Tensor2D>([e, columns], 2) : undefined,
            initial: complete ? randomTensor<Tensor3D>([e, batch, hidden], 3) : undefined,
          };
          const forward = kernels.recurrent(randomTensor<Tensor4D>([e, batch, length, columns], 4), weights, options);
          const dStates = randomTensor<Tensor4D>([e, batch, length, hidden], 5);
          return { ...forward, ...kernels.recurrentGrad(dStates, weights, forward, options) };
        });
      }
    });
  });

  test.each([
    [1, 1, 1, 1, 1],
    [1, 2, 3, 1, 5],
    [2, 2, 5, 2, 4],
    [2, 3, 8, 3, 8],
    [3, 1, 25, 2, 3],
    [1, 2, 33, 4, 17],
    [1, 1, 7, 2, 30],
  ])('attention of %i × %i × %i, %i heads of %i', async (e, batch, length, heads, width) => {
    for (const causal of [true, false]) {
      for (const masks of [0, 1, e]) {
        await agrees((kernels) => {
          const qkv = randomTensor<Tensor4D>([e, batch, length, 3 * heads * width], 1);
          // Some queries see nothing.
          const shown = randomValues([masks, batch, length], 2).map((v) => (v > 0 ? 1 : 0));
          const keyMask = masks > 0 ? tf.tensor3d(shown, [masks, batch, length]) : undefined;
          const options = { heads, causal, keyMask };
          const forward = kernels.attention(qkv, options);
          const dy = randomTensor<Tensor4D>([e, batch, length, heads * width], 3);
          return { ...forward, gradient: kernels.attentionGrad(dy, qkv, forward, options) };
        });
      }
    }
  });

  test('attention survives scores far apart', async () => {
    await agrees((kernels) => ({
      ...kernels.attention(tf.mul(randomTensor<Tensor4D>([1, 2, 6, 12], 1), 100), { heads: 1, causal: true }),
    }));
  });

  test.each([
    [1, 1, 1],
    [2, 3, 5],
    [3, 7, 32],
    [2, 65, 21],
  ])('layer norm of %i × %i × %i', async (e, rows, features) => {
    await agrees((kernels) => {
      const x = randomTensor<Tensor3D>([e, rows, features], 1, 1, 3);
      const [gamma, beta] = [2, 3].map((seed) => randomTensor<Tensor2D>([e, features], seed));
      const forward = kernels.layerNorm(x, gamma, beta, 1e-5);
      const { dx, dGamma, dBeta } = kernels.layerNormGrad(randomTensor(x.shape, 4), x, gamma, forward);
      // Of one feature nothing is left but rounding.
      return { ...forward, inverse: undefined, dx: features > 1 ? dx : undefined, dGamma, dBeta };
    }, 1e-4);
  });

  test.each([
    [1, 1, 1, 1, 1],
    [2, 3, 4, 5, 7],
    [3, 8, 5, 9, 33],
    [2, 16, 10, 300, 16],
  ])('embedding of %i × %i × %i tokens of %i, %i features', async (e, batch, length, vocabulary, features) => {
    for (const members of [1, e]) {
      await agrees((kernels) => {
        const values = Array.from({ length: members * batch * length }, (_, i) => ((i * 7) % (vocabulary + 2)) - 1);
        const tokens = tf.tensor3d(values, [members, batch, length], 'int32');
        const dy = randomTensor<Tensor4D>([e, batch, length, features], 1);
        return {
          y: kernels.embedding(tokens, randomTensor<Tensor3D>([e, vocabulary, features], 2)),
          gradient: kernels.embeddingGrad(dy, tokens, vocabulary),
        };
      });
    }
  });

  test.each([[[1]], [[3, 7]], [[2, 5, 4, 9]]])('activations of %j', async (shape) => {
    for (const scale of [0.01, 1, 30]) {
      await agrees((kernels) => {
        const [x, dy] = [randomTensor(shape, 1, scale), randomTensor(shape, 2)];
        const y = kernels.tanh(x);
        return { y, dx: kernels.tanhGrad(dy, tf.tanh(x)), gelu: kernels.gelu(x), slope: kernels.geluGrad(dy, x) };
      }, 1e-6);
    }
  });

  test('tanh everywhere', async () => {
    await tf.setBackend('wasm');
    const x = Float32Array.from({ length: 40_000 }, (_, i) => (i - 20_000) * (i % 2 === 0 ? 5e-4 : 1e-7));
    const y = tf.tidy(() => wasm.kernels.tanh(tf.tensor1d(x)).dataSync());
    const worst = x.reduce((worst, v, i) => Math.max(worst, v === 0 ? 0 : Math.abs(y[i] / Math.tanh(v) - 1)), 0);
    expect(worst).toBeLessThan(5e-7);
  });

  test('activations at the ends of their range', async () => {
    await tf.setBackend('wasm');
    const x = tf.tensor1d([-Infinity, -1e30, -100, 0, 100, 1e30, Infinity, NaN]);
    const tanh = wasm.kernels.tanh(x).dataSync();
    expect(relativeError(tanh, [-1, -1, -1, 0, 1, 1, 1, NaN])).toBeLessThan(4e-7);
    expect(tanh.every((y) => !(Math.abs(y) > 1))).toBe(true);
    expect([...wasm.kernels.gelu(x).dataSync()].slice(1)).toEqual([-0, -0, 0, 100, 1e30, Infinity, NaN].map(Math.fround));
  });

  test('rows without a label', async () => {
    for (const members of [1, 3]) {
      const values = Array.from({ length: members * 11 }, (_, i) => (i >= 22 ? -1 : (i % 4) - 1));
      await agrees((kernels) => {
        const logits = randomTensor<Tensor3D>([3, 11, 3], 1, 3);
        const labels = tf.tensor2d(values, [members, 11], 'int32');
        const teacher = randomTensor<Tensor3D>([1, 11, 3], 2, 3);
        const forward = kernels.distillation(logits, teacher, { temperature: 2, direction: 'forward', labels });
        const reverse = kernels.distillation(logits, teacher, { temperature: 2, direction: 'reverse', labels });
        return {
          ...kernels.softmaxCrossEntropy(logits, labels),
          forward: forward.loss,
          dForward: forward.dLogits,
          reverse: reverse.loss,
          dReverse: reverse.dLogits,
        };
      });
    }
  });

  test.each(Object.entries(SEQUENCE_CASES))('self-check: %s', async (_, run) => {
    await agrees(run);
  });

  test('shapes that do not fit are refused', async () => {
    await tf.setBackend('wasm');
    tf.tidy(() => {
      const weights = randomTensor<Tensor3D>([1, 4, 8], 1);
      const projected = randomTensor<Tensor4D>([1, 2, 3, 8], 1);
      expect(() => wasm.kernels.recurrent(projected, weights, { kind: 'gru' })).toThrow(/do not fit/);
      expect(() => wasm.kernels.attention(projected, { heads: 3, causal: true })).toThrow(/heads/);
      expect(() => wasm.kernels.embedding(tf.zeros([2, 1, 1]), weights)).toThrow(/int32/);
    });
  });
});
