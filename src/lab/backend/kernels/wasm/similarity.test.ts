import '@tensorflow/tfjs-backend-cpu';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor5D } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MEASURE_NAMES } from '../../../../experiment/schema/measures.ts';
import { alignmentGradient, centredGram, guideGram } from '../../../similarity/alignment.ts';
import { cka } from '../../../similarity/cka.ts';
import { MEASURES } from '../../../similarity/measures/index.ts';
import { referenceCka } from '../../../testing/referenceCka.ts';
import { composed } from '../composed/index.ts';
import type { Kernels } from '../types.ts';
import { createWasmKernels, type WasmKernels } from './index.ts';
import { randomTensor, relativeError } from './testing.ts';

setFlagsFromString('--experimental-wasm-relaxed-simd');

beforeAll(async () => {
  setWasmPaths(fileURLToPath(new URL('../../../../../node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/', import.meta.url)));
  await tf.setBackend('wasm');
  await tf.ready();
});

describe.each([false, true])('native similarity, relaxed %s', (relaxed) => {
  let wasm: WasmKernels;

  beforeAll(async () => {
    const created = await createWasmKernels({ relaxed });
    if (!created) throw new Error('No native kernels.');
    wasm = created;
  });

  afterAll(() => wasm.dispose());

  /** The native kernel on the WASM heap against the composed one on the CPU backend. */
  async function agrees(run: (kernels: Kernels) => Tensor | Record<string, Tensor>, tolerance = 1e-5): Promise<void> {
    const values = async (backend: string, kernels: Kernels) => {
      await tf.setBackend(backend);
      return tf.tidy(() => {
        const result = run(kernels);
        return ('dataId' in result ? [result as Tensor] : Object.values(result)).map((t) => Float32Array.from(t.dataSync()));
      });
    };
    const expected = await values('cpu', composed);
    const actual = await values('wasm', wasm.kernels);
    actual.forEach((each, i) => {
      expect(relativeError(each, expected[i])).toBeLessThan(tolerance);
    });
  }

  test.each([
    [1, 3],
    [2, 4],
    [2, 9],
    [3, 32],
    [1, 65],
  ])('cka of %i × %i', async (e, n) => {
    for (const debiased of [true, false]) {
      for (const members of [1, e]) {
        await agrees((kernels) => {
          const gram = (count: number, seed: number) => {
            const { z } = composed.centreNormalise(randomTensor<Tensor3D>([count, n, 6], seed));
            return tf.matMul<Tensor3D>(z, z, false, true);
          };
          return kernels.cka(gram(e, 1), gram(members, 2), { debiased });
        }, 1e-4);
      }
    }
  });

  test.each([
    [1, 4, 3],
    [4, 9, 5],
    [2, 33, 70],
  ])('Gram products of %i members, %i of their rows, %i features', async (e, n, features) => {
    // Of two instances and of one; a member axis that no instances divide is not theirs.
    const gram = (s: number, p: number, g: number, seed: number) => {
      const { z } = composed.centreNormalise(randomTensor<Tensor3D>([s * p * g, n, 4], seed));
      return tf.reshape(tf.matMul<Tensor3D>(z, z, false, true), [s, p, g, n, n]) as Tensor5D;
    };
    const others = (sets: number) => [gram(1, sets, 3, 2), ...(e % 2 === 0 ? [gram(2, sets, 1, 3)] : [])];
    await agrees((kernels) => {
      const rows = tf.tensor2d(
        Array.from({ length: 3 * n }, (_, i) => (i * 5) % (n + 6)),
        [3, n],
        'int32',
      );
      return kernels.gramProducts(randomTensor([e, n + 6, features], 1, 1, 10), rows, others(3));
    }, 1e-4);
    await agrees((kernels) => kernels.gramProducts(randomTensor([e, n, features], 1), null, others(1)), 1e-4);
    await agrees((kernels) => kernels.gramProducts(tf.fill([e, n, features], 3) as Tensor3D, null, []));
  });

  test.each([
    [1, 9, 30],
    [5, 9, 6],
    [3, 12, 7],
  ])('the gradient of an alignment at %i positions, %i examples of %i features', async (positions, n, features) => {
    const [members, first, count] = [3, 1, 2];
    const gram = (matrices: number) => {
      const { z } = composed.centreNormalise(randomTensor<Tensor3D>([matrices, n, 4], 2));
      return tf.matMul<Tensor3D>(z, z, false, true);
    };
    for (const debiased of [false, true]) {
      for (const matrices of [1, count * positions]) {
        await agrees((kernels) => {
          const x = randomTensor<Tensor3D>([members, n, positions * features], 1, 1, 3);
          const shares = positions > 1 ? tf.abs(randomTensor<Tensor1D>([count * positions], 3)) : undefined;
          const weights = tf.tensor1d([9, 0.5, 2]);
          if (kernels.alignmentGradient) {
            return { ...kernels.alignmentGradient(x, gram(matrices), weights, { first, count, positions, shares, debiased }) };
          }
          // By position: a matrix each, and back.
          const byPosition = (t: Tensor, from: number, to: number) =>
            tf.reshape(tf.transpose(tf.reshape(t, [count, from, to, features]), [0, 2, 1, 3]), [count * to, from, features]);
          const examples = byPosition(tf.slice(x, [first, 0, 0], [count, n, positions * features]), n, positions) as Tensor3D;
          const own = tf.reshape(tf.tile(tf.tensor2d([0.5, 2], [2, 1]), [1, positions]), [-1]) as Tensor1D;
          const measure = debiased ? 'cka-debiased' : 'cka';
          const { gradient, value } = alignmentGradient(kernels, examples, gram(matrices), shares ? tf.mul(own, shares) : own, { name: measure });
          return {
            gradient: tf.reshape(byPosition(gradient, positions, n), [count, n, positions * features]),
            value: tf.sum(tf.reshape(tf.mul(value, shares ?? 1), [count, positions]), 1),
          };
        }, 1e-4);
      }
    }
  });

  test.each(MEASURE_NAMES)('%s as a loss, value and gradient', async (measure) => {
    for (const matrices of [1, 2]) {
      await agrees((kernels) => {
        const { gram } = guideGram(kernels, randomTensor<Tensor3D>([matrices, 13, 5], 2), undefined, undefined, MEASURES[measure].form);
        return { ...alignmentGradient(kernels, randomTensor<Tensor3D>([2, 13, 22], 1, 1, 0.5), gram, tf.tensor1d([1, 3]), { name: measure }) };
      }, 1e-4);
    }
  });

  test('cka of layers with a large offset', async () => {
    await tf.setBackend('wasm');
    const similarity = (offset: number) =>
      tf.tidy(() => {
        const { kernels } = wasm;
        const [k, l] = [1, 2].map((seed) => {
          const x = tf.round(tf.mul(randomTensor<Tensor3D>([1, 64, 40], seed), 1024));
          // Exact in float32 at both offsets, so that only the kernels can differ.
          const { z } = kernels.centreNormalise(tf.add<Tensor3D>(tf.div(x, 1024), offset));
          return kernels.matmul(z, z, { transposeB: true });
        });
        return kernels.cka(k, l, { debiased: false }).value.dataSync()[0];
      });
    expect(Math.abs(similarity(1000) - similarity(0))).toBeLessThan(1e-6);
  });

  test('debiased CKA keeps its digits where one example outweighs all others, and is not defined where only one is active', async () => {
    await tf.setBackend('wasm');
    for (const [n, features] of [
      [4, 3],
      [64, 300],
      [256, 16],
      [1024, 33],
    ]) {
      const scaled = (name: number, own: number, others: number) => {
        const factors = Array.from({ length: n }, (_, i) => (i === n - 3 ? own : others));
        return tf.mul<Tensor2D>(randomTensor([n, features], name), tf.tensor2d(factors, [n, 1]));
      };
      const [x, y, active] = [scaled(1, 1000, 1), scaled(2, 1000, 1), scaled(3, 1, 0)];
      const gram = (side: Tensor2D) => centredGram(wasm.kernels, tf.expandDims(side, 0));
      const inLoss = (a: Tensor2D, b: Tensor2D) => wasm.kernels.cka(gram(a), gram(b), { debiased: true });
      const exact = (a: Tensor2D, b: Tensor2D) => referenceCka(a.dataSync(), b.dataSync(), n, true);
      // Of four examples hardly anything is left.
      if (n > 4 && n <= 256) {
        for (const other of [x, y]) {
          expect((await cka(wasm.kernels, x, other)).debiased).toBeCloseTo(exact(x, other), 4);
          expect(inLoss(x, other).value.dataSync()[0]).toBeCloseTo(exact(x, other), 4);
        }
      }
      const none = inLoss(active, y);
      expect([...none.value.dataSync(), ...none.g.dataSync()].every((v) => v === 0)).toBe(true);
      expect((await cka(wasm.kernels, active, y)).debiased).toBeNaN();
      expect((await cka(wasm.kernels, y, active)).debiased).toBeNaN();
    }
  });

  test('constant layers have norm and similarity 0', async () => {
    await tf.setBackend('wasm');
    tf.tidy(() => {
      const { kernels } = wasm;
      const { z, norm } = kernels.centreNormalise(tf.fill([1, 100, 7], 0.1) as Tensor3D);
      expect([...norm.dataSync(), ...z.dataSync()].every((v) => v === 0)).toBe(true);
      const other = kernels.centreNormalise(randomTensor<Tensor3D>([1, 100, 7], 1)).z;
      const [k, l] = [z, other].map((side) => kernels.matmul(side, side, { transposeB: true }));
      for (const debiased of [true, false]) {
        for (const [a, b] of [
          [k, l],
          [l, k],
        ]) {
          const { value, g } = kernels.cka(a, b, { debiased });
          expect([...value.dataSync(), ...g.dataSync()].every((v) => v === 0)).toBe(true);
        }
      }
    });
  });
});
