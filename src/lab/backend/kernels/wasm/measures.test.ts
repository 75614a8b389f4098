import '@tensorflow/tfjs-backend-cpu';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Measure, optionOf } from '../../../../experiment/schema/measures.ts';
import { Tape } from '../../../autodiff/tape.ts';
import { type Form, prepare } from '../../../similarity/measures/forms.ts';
import { compare, MEASURES, pull } from '../../../similarity/measures/index.ts';
import { inverted } from '../../../similarity/measures/solves.ts';
import { BatchView } from '../../../similarity/tokenViews.ts';
import { alignmentRoots } from '../../../training/terms.ts';
import { composed } from '../composed/index.ts';
import type { Kernels } from '../types.ts';
import { createWasmKernels, type WasmKernels } from './index.ts';
import { randomTensor, relativeError } from './testing.ts';

setFlagsFromString('--experimental-wasm-relaxed-simd');

const NAMES = (Object.keys(MEASURES) as Measure[]).filter((name) => MEASURES[name].pairs);

const gram = (x: Tensor3D, form: Form, real?: Tensor2D): Tensor3D => {
  const { z } = prepare(composed, x, form, real);
  return composed.matmul(z, z, { transposeB: true });
};

beforeAll(async () => {
  setWasmPaths(fileURLToPath(new URL('../../../../../node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/', import.meta.url)));
});

describe.each([false, true])('native measures, relaxed %s', (relaxed) => {
  let wasm: WasmKernels;

  beforeAll(async () => {
    await tf.setBackend('wasm');
    const created = await createWasmKernels({ relaxed });
    if (!created) throw new Error('No native kernels.');
    wasm = created;
  });

  afterAll(() => wasm.dispose());

  /** What native kernels give beside composed ones, on the CPU. */
  async function both(run: (kernels: Kernels) => Record<string, Tensor>): Promise<[native: Float32Array, composed: Float32Array][]> {
    const values = async (backend: string, kernels: Kernels) => {
      await tf.setBackend(backend);
      return tf.tidy(() => Object.values(run(kernels)).map((t) => Float32Array.from(t.dataSync())));
    };
    const expected = await values('cpu', composed);
    return (await values('wasm', wasm.kernels)).map((each, i) => [each, expected[i]]);
  }

  async function agrees(run: (kernels: Kernels) => Record<string, Tensor>, tolerance: number): Promise<void> {
    for (const [actual, expected] of await both(run)) expect(relativeError(actual, expected)).toBeLessThan(tolerance);
  }

  test.each(NAMES)('%s of matrices, of all examples and of some', async (name) => {
    const { form } = MEASURES[name];
    for (const [e, n] of [
      [1, 2],
      [2, 3],
      [2, 6],
      [3, 17],
      [1, 33],
    ]) {
      // Of the last member only some are examples; more than two, since of two all distances are the same.
      const some = tf.tensor2d(
        Array.from({ length: e * n }, (_, i) => Number(i < n * (e - 1) || n < 6 || i % 3 !== 1)),
        [e, n],
      );
      for (const real of [undefined, some]) {
        for (const guides of [1, e]) {
          if (real && guides < e) continue;
          await agrees((kernels) => {
            const z = prepare(composed, randomTensor<Tensor3D>([e, n, 7], 1), form, real).z;
            const l = gram(randomTensor([guides, n, 5], 2), form, real);
            const spec = { name };
            const { value, dz } = pull(kernels, spec, z, l, tf.ones([e]), real);
            return { value, dz, compared: compare(kernels, spec, composed.matmul(z, z, { transposeB: true }), l, real) };
          }, 1e-4);
        }
      }
    }
  });

  test.each(NAMES)('%s by position, with shares', async (name) => {
    const { form } = MEASURES[name];
    const view = new BatchView('position', 3);
    const term = { members: { first: 1, count: 2 }, weightRow: 0, pairWeight: 0.5, targetTap: 'tap', view, measure: { name } };
    for (const [n, features] of [
      [6, 5],
      [17, 8],
    ]) {
      await agrees((kernels) => {
        // Of one member a position has collapsed.
        const scales = tf.tensor([1, 1, 1, 2, 0, 3, 1, 0.5, 4, 1, 1, 1], [4, 1, 3, 1]);
        const x = tf.reshape(tf.mul(randomTensor([4, n, 3, features], 1, 1, 0.5), scales), [4, n, 3 * features]) as Tensor3D;
        const guideGram = gram(randomTensor([6, n, 4], 2), form);
        const shares = tf.tensor1d([0.5, 0, 0.5, 0.25, 0.5, 0.25]);
        const taps = new Map([['tap', new Tape(kernels, true).parameter(x)]]);
        const { roots, loss } = alignmentRoots(kernels, taps, [{ ...term, guideGram, shares }], tf.tensor2d([[9, 1, 2, 9]]));
        return { loss, gradient: roots[0][1] };
      }, 2e-4);
    }
  });

  test.each(NAMES)('%s of layers that are hard to compare', async (name) => {
    const { form } = MEASURES[name];
    const n = 12;
    const usual = () => randomTensor<Tensor3D>([1, n, 5], 2);
    const layers: (() => Tensor3D)[] = [
      () => tf.fill([1, n, 3], form === 'raw' ? 0 : 1),
      () => randomTensor([1, n, 1], 3),
      () => tf.tile(tf.tensor3d([1, 0, 2, -1, 3, 0], [1, 2, 3]), [1, n / 2, 1]),
      () => tf.mul(usual(), 1e-12),
      () => tf.mul(usual(), 1e12),
    ];
    for (const layer of layers) {
      for (const other of [layer, usual]) {
        for (const [native, reference] of await both((kernels) => {
          const { value, dz } = pull(kernels, { name }, prepare(composed, layer(), form).z, gram(other(), form), tf.ones([1]));
          return { value, dz };
        })) {
          // Where examples are in few places, gradients are what rounding makes of roots of nearly 0.
          expect(native.every(Number.isFinite)).toBe(true);
          if (native.length === 1) expect(Math.abs(native[0] - reference[0])).toBeLessThan(2e-3);
        }
      }
    }
  });

  test.each(NAMES)('%s says nothing of no examples, and shows where there are no numbers', async (name) => {
    await tf.setBackend('wasm');
    tf.tidy(() => {
      const own = gram(randomTensor([1, 9, 5], 1), MEASURES[name].form);
      const options = { option: optionOf({ name }) };
      const pairs = MEASURES[name].pairs as NonNullable<(typeof MEASURES)[Measure]['pairs']>;
      const compared = wasm.kernels.compareGrams?.(pairs, own, own, { ...options, real: tf.zeros([1, 9]) });
      for (const tensor of Object.values(compared ?? {})) expect(tensor.dataSync().every((value: number) => value === 0)).toBe(true);
      const none = wasm.kernels.compareGrams?.(pairs, tf.mul(own, Number.NaN), own, options);
      for (const tensor of Object.values(none ?? {})) expect(tensor.dataSync().every(Number.isNaN)).toBe(true);
      // What is not on the diagonal, which no layer gives, at least comes to an end.
      const one = tf.where(tf.equal(own, tf.min(own)), tf.fill(own.shape, Number.NaN), own) as Tensor3D;
      expect(wasm.kernels.compareGrams?.(pairs, one, own, options).value.shape).toEqual([1]);
    });
  });

  test.each([1, 2, 5, 33])('inverses of matrices of %i rows', async (n) => {
    for (const ridge of [1, 0.01]) {
      await agrees((kernels) => ({ inverse: inverted(kernels, tf.add(gram(randomTensor([3, n, 70], 1), 'raw'), tf.mul(tf.eye(n), ridge / n))) }), 1e-4);
    }
  });
});

test('kernels leave nothing behind', async () => {
  await tf.setBackend('wasm');
  const { kernels, dispose } = (await createWasmKernels()) as WasmKernels;
  const { compareGrams, pairGradient, invert } = kernels as Required<Kernels>;
  const [k, x, weights] = [gram(randomTensor([2, 9, 5], 1), 'centred'), randomTensor<Tensor3D>([1, 9, 10], 1), tf.ones([1]) as Tensor1D];
  const before = tf.memory().numTensors;
  const { value, g } = compareGrams('rbf-cka', k, k, { option: 1 });
  const term = pairGradient('rsa', x, k, weights, { first: 0, count: 1, positions: 2, form: 'unit', option: Number.NaN });
  tf.dispose([value, g, term.gradient, term.value, invert(tf.add(k, tf.eye(9)))]);
  expect(tf.memory().numTensors).toBe(before + 2);
  dispose();
});
