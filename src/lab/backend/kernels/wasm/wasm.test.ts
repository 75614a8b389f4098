import '@tensorflow/tfjs-backend-cpu';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { dropoutMask as maskFromNumbers } from '../../../random/dropout.ts';
import { composed } from '../composed/index.ts';
import type { Kernels } from '../types.ts';
import { sourceHash } from './build.mjs';
import built from './built.json' with { type: 'json' };
import { createWasmKernels, type WasmKernels } from './index.ts';
import { simdSupport } from './module.ts';
import { dropoutMask, everyKernel, oneUpdate, type OptimiserState, randomTensor, relativeError, sameFactors } from './testing.ts';

// Node 20 has relaxed SIMD behind a flag; it must be set before anything asks.
setFlagsFromString('--experimental-wasm-relaxed-simd');

const TOLERANCE = 1e-5;

beforeAll(async () => {
  setWasmPaths(fileURLToPath(new URL('../../../../../node_modules/@tensorflow/tfjs-backend-wasm/wasm-out/', import.meta.url)));
  await tf.setBackend('wasm');
  await tf.ready();
});

afterEach(() => {
  tf.disposeVariables();
});

test('the committed binaries are built from the committed source', () => {
  expect(built.source, 'run node src/lab/backend/kernels/wasm/build.mjs').toBe(sourceHash());
  for (const [variant, hash] of Object.entries(built.artifacts)) {
    const bytes = readFileSync(new URL(`./kernels-${variant}.wasm`, import.meta.url));
    expect(createHash('sha256').update(bytes).digest('hex'), variant).toBe(hash);
  }
});

type Result = Tensor | { [name: string]: Tensor };

function tensors(result: Result): Tensor[] {
  return 'dataId' in result ? [result as Tensor] : Object.values(result);
}

/** What `run` gives, by the native kernels on the WASM heap and by the composed ones on the CPU backend. */
async function both(native: Kernels, run: (kernels: Kernels) => Result): Promise<[Float32Array[], Float32Array[]]> {
  const values = async (backend: string, kernels: Kernels) => {
    await tf.setBackend(backend);
    return tf.tidy(() => tensors(run(kernels)).map((t) => Float32Array.from(t.dataSync())));
  };
  const reference = await values('cpu', composed);
  const actual = await values('wasm', native);
  return [actual, reference];
}

describe.each([false, true])('native kernels, relaxed %s', (relaxed) => {
  let wasm: WasmKernels;

  beforeAll(async () => {
    if (relaxed && !simdSupport().relaxed) throw new Error('This Node has no relaxed SIMD to test.');
    const created = await createWasmKernels({ relaxed });
    if (!created) throw new Error('No native kernels.');
    wasm = created;
    expect(wasm.relaxed).toBe(relaxed);
  });

  afterAll(() => wasm.dispose());

  async function agrees(run: (kernels: Kernels) => Result, tolerance = TOLERANCE): Promise<void> {
    const [actual, reference] = await both(wasm.kernels, run);
    expect(actual.length).toBe(reference.length);
    actual.forEach((values, i) => {
      expect(relativeError(values, reference[i]), `result ${i}`).toBeLessThan(tolerance);
    });
  }

  const SIZES = [
    [1, 1, 1],
    [1, 5, 3],
    [7, 1, 9],
    [6, 8, 4],
    [13, 17, 19],
    [12, 16, 8],
    [5, 10, 387],
    [100, 9, 33],
    [3, 520, 11],
    [130, 31, 800],
  ];

  describe.each([
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ])('matmul, transposed %s %s', (ta, tb) => {
    test.each(SIZES)('%i × %i × %i', async (m, n, k) => {
      for (const [ea, eb] of [
        [2, 2],
        [1, 3],
        [3, 1],
        [1, 1],
      ]) {
        await agrees((kernels) => {
          const a = randomTensor<Tensor3D>(ta ? [ea, k, m] : [ea, m, k], 1);
          const b = randomTensor<Tensor3D>(tb ? [eb, n, k] : [eb, k, n], 2);
          return kernels.matmul(a, b, { transposeA: ta, transposeB: tb });
        });
      }
    });
  });

  describe.each(SIZES)('dense of %i × %i × %i', (rows, outputs, inputs) => {
    const tensor = (members: number, shape: number[], seed: number) => randomTensor<Tensor3D>([members, ...shape], seed);
    const layer = (ex: number, e: number) => ({
      x: tensor(ex, [rows, inputs], 1),
      w: tensor(e, [inputs, outputs], 2),
      dy: tensor(e, [rows, outputs], 3),
      mask: dropoutMask<Tensor3D>([1, rows, inputs], 4),
      bias: randomTensor<Tensor2D>([e, outputs], 5),
    });

    test.each([
      [1, 3, false, false],
      [2, 2, true, false],
      [2, 2, false, true],
      [3, 3, true, true],
    ])('%i|%i members, ReLU %s, mask %s', async (ex, e, relu, masked) => {
      await agrees((kernels) => {
        const { x, w, dy, bias, mask: drawn } = layer(ex, e);
        const mask = masked ? drawn : undefined;
        const gradients = kernels.denseGrad(dy, x, w, { relu, mask, input: ex === e, bias: true });
        return { y: kernels.dense(x, w, { relu, mask, bias }), plain: kernels.dense(x, w), ...gradients };
      });
    });

    test('has the bits of its parts', () => {
      const { matmul, relu, reluGrad, sumRows, dense, denseGrad } = wasm.kernels;
      tf.tidy(() => {
        const { x, w, dy, mask } = layer(2, 2);
        const read = relu(x, tf.tile(mask, [2, 1, 1]));
        const gradients = denseGrad(dy, x, w, { relu: true, mask, input: true, bias: true });
        const parts = [
          [dense(x, w, { relu: true, mask }), matmul(read, w)],
          [gradients.dx, reluGrad(matmul(dy, w, { transposeB: true }), x, mask)],
          [gradients.dWeights, matmul(read, dy, { transposeA: true })],
          [gradients.dBias, sumRows(dy)],
        ] as Array<[Tensor, Tensor]>;
        for (const [fused, apart] of parts) expect(fused.dataSync()).toEqual(apart.dataSync());
      });
    });
  });

  test.each([1, 4, 7, 8, 20, 129])('a matrix times its own transpose, %i rows', async (n) => {
    for (const transposeA of [true, false]) {
      await agrees((kernels) => {
        const a = randomTensor<Tensor3D>(transposeA ? [2, 21, n] : [2, n, 21], 1);
        return kernels.matmul(a, a, { transposeA, transposeB: !transposeA });
      });
    }
  });

  const MATRICES = [
    [1, 1, 1],
    [1, 7, 3],
    [2, 5, 4],
    [3, 9, 8],
    [2, 33, 13],
    [2, 128, 50],
    [1, 300, 16],
  ];

  test.each(MATRICES)('batchNorm and its gradient on %i × %i × %i', async (e, rows, features) => {
    for (const [relu, masked] of [
      [true, 'own'],
      [true, 'shared'],
      [true, 'no'],
      [false, 'own'],
      [false, 'no'],
    ] as const) {
      const make = () => {
        const x = randomTensor<Tensor3D>([e, rows, features], 1, 1, 3);
        const gamma = randomTensor<Tensor2D>([e, features], 2, 1, 1);
        const beta = randomTensor<Tensor2D>([e, features], 3);
        const mask = masked === 'no' ? undefined : dropoutMask<Tensor3D>([masked === 'shared' ? 1 : e, rows, features], 4);
        return { x, gamma, beta, options: { epsilon: 1e-3, relu, mask } };
      };
      await agrees((kernels) => {
        const { x, gamma, beta, options } = make();
        return { ...kernels.batchNorm(x, gamma, beta, options) };
      });
      await agrees((kernels) => {
        const { x, gamma, beta, options } = make();
        // Both from one forward pass: at a kink the two would differ by the rounding of y.
        const forward = composed.batchNorm(x, gamma, beta, options);
        return kernels.batchNormGrad(randomTensor<Tensor3D>(x.shape, 5), x, gamma, forward, options);
      }, 1e-4);
      await agrees((kernels) => {
        const { x, gamma, beta } = make();
        const variance = tf.abs(randomTensor<Tensor2D>([e, features], 7));
        return kernels.batchNormInference(x, gamma, beta, beta, variance, { epsilon: 1e-3, relu });
      });
    }
  });

  test.each(MATRICES)('sums, relu and centring on %i × %i × %i', async (e, rows, features) => {
    const shape = [e, rows, features];
    const x = () => randomTensor<Tensor3D>(shape, 1);
    await agrees((kernels) => kernels.sumRows(x()));
    await agrees((kernels) => kernels.sumSquares([x(), x()]));
    await agrees((kernels) => kernels.relu(x()));
    await agrees((kernels) => kernels.relu(x(), dropoutMask<Tensor3D>(shape, 2)));
    await agrees((kernels) => kernels.relu(x(), dropoutMask<Tensor3D>([1, rows, features], 2)));
    await agrees((kernels) => kernels.reluGrad(randomTensor<Tensor3D>(shape, 3), tf.relu(x())));
    await agrees((kernels) => kernels.reluGrad(randomTensor<Tensor3D>(shape, 3), tf.relu(x()), dropoutMask<Tensor3D>([1, rows, features], 2)));
    await agrees((kernels) => ({ ...kernels.centreNormalise(randomTensor<Tensor3D>(shape, 1, 1, 2)) }));
  });

  test.each([
    [1, 1, 2],
    [2, 5, 3],
    [3, 16, 10],
    [2, 33, 65],
  ])('losses on %i × %i × %i', async (e, rows, classes) => {
    const logits = () => randomTensor<Tensor3D>([e, rows, classes], 1, 4);
    for (const members of [1, e]) {
      const values = Array.from({ length: members * rows }, (_, i) => (i * 7 + 1) % classes);
      await agrees((kernels) => kernels.softmaxCrossEntropy(logits(), tf.tensor2d(values, [members, rows], 'int32')));
      for (const direction of ['forward', 'reverse'] as const) {
        await agrees((kernels) =>
          kernels.distillation(logits(), randomTensor<Tensor3D>([members, rows, classes], 2, 4), {
            temperature: 2,
            direction,
          }),
        );
      }
    }
  });

  test('losses survive logits far apart', async () => {
    const logits = () => tf.tensor3d([500, 0, -500, 1e4, 1e4, -1e4], [1, 2, 3]);
    await agrees((kernels) => kernels.softmaxCrossEntropy(logits(), tf.tensor2d([[1, 2]], [1, 2], 'int32')));
    await agrees((kernels) =>
      kernels.distillation(logits(), tf.tensor3d([0, 300, 0, 1, 2, 3], [1, 2, 3]), {
        temperature: 1,
        direction: 'forward',
      }),
    );
  });

  test.each([
    [1, 5, 0.1],
    [3, 127, 0.5],
    [2, 64, 0],
  ])('dropout masks of %i × %i at %f have the bits that numbers give', async (batch, features, rate) => {
    await tf.setBackend('wasm');
    tf.tidy(() => {
      const origin = tf.tensor1d([7, -3, 1234], 'int32');
      const masks = wasm.kernels.dropoutMask?.(origin, 2 ** 31 + 5, [4, batch, features], rate);
      const expected = [7, -3, 7, -3].flatMap((seed) => [...maskFromNumbers(seed, 1234, 2 ** 31 + 5, batch * features, rate)]);
      expect([...(masks?.dataSync() ?? [])]).toEqual(expected);
    });
  });

  describe.each([[[3, 5]], [[3, 4, 4]], [[2, 3, 3, 2, 5]], [[3, 20001]]])('optimisers on %j', (shape) => {
    const perMember = (values: number[]) => tf.tensor1d(values.slice(0, shape[0])) as Tensor1D;
    const control = (factors: Tensor2D) => ({ scale: perMember([1, 0.5, 2]), active: perMember([1, 0, 1]), factors });

    test.each([true, false])('adam, decoupled %s', async (decoupled) => {
      await agrees((kernels) => {
        let state: OptimiserState = { parameter: randomTensor(shape, 1), slots: [tf.zeros(shape), tf.zeros(shape)] };
        for (let step = 1; step <= 3; step++) {
          const decoupledDecay = decoupled ? 0.1 : 0;
          const factors = sameFactors(shape[0], { learningRate: 0.01, step, betas: [0.9, 0.999], decoupledDecay });
          const hyper = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, coupledDecay: decoupled ? 0 : 0.1 };
          state = oneUpdate(kernels, state, randomTensor(shape, step), control(factors), hyper);
        }
        return { parameter: state.parameter, ...Object.fromEntries(state.slots.map((slot, i) => [`slot ${i}`, slot])) };
      });
    });

    test('sgd and runningAverages', async () => {
      await agrees((kernels) => {
        let state: OptimiserState = { parameter: randomTensor(shape, 1), slots: [tf.zeros(shape)] };
        for (let step = 1; step <= 3; step++) {
          const members = control(sameFactors(shape[0], { learningRate: 0.01, step, decoupledDecay: 0 }));
          state = oneUpdate(kernels, state, randomTensor(shape, step), members, { momentum: 0.9, weightDecay: 0.1 });
        }
        return { parameter: state.parameter, ...Object.fromEntries(state.slots.map((slot, i) => [`slot ${i}`, slot])) };
      });
      await agrees((kernels) => {
        const flat = (seed: number) => tf.reshape(randomTensor(shape, seed), [shape[0], -1]) as Tensor2D;
        return kernels.runningAverages([{ running: flat(1), batch: flat(2), factor: 1.5 }], 0.1, perMember([1, 0, 1]))[0];
      });
      await agrees((kernels) => kernels.sumSquares([randomTensor(shape, 1), randomTensor([shape[0], 7], 2)]));
    });

    test('addToMembers', async () => {
      const some = [1, ...shape.slice(1)];
      await agrees((kernels) => kernels.addToMembers(randomTensor(shape, 1), randomTensor(some, 2), 1));
      expect(() => wasm.kernels.addToMembers(randomTensor(shape, 1), randomTensor(some, 2), shape[0])).toThrow('do not fit');
    });
  });

  test('tables, read and written by rows', async () => {
    const table = (count: number) => randomTensor<Tensor3D>([count, 40, 33], count);
    const rows = (values: number[], seeds: number) => tf.tensor2d(values, [seeds, values.length / seeds], 'int32');
    await agrees((kernels) => kernels.gatherRows(table(1), rows([39, 0, -1, 40, 7, 7], 1)), 1e-30);
    await agrees((kernels) => kernels.gatherRows(table(3), rows([39, 0, -1, 40, 7, 7], 3), 6), 1e-30);
    await agrees((kernels) => kernels.gatherRows(tf.cast(tf.mul(table(1), 100), 'int32'), rows([3, 9, 12, 1], 2), 4), 1e-30);
    await agrees((kernels) => kernels.scatterRows(tf.add(table(3), 0), tf.tensor1d([39, 0, 8], 'int32'), randomTensor([3, 33], 2), 2), 1e-30);
    expect(() => wasm.kernels.gatherRows(table(2), rows([1, 2, 3], 3))).toThrow('do not fit 3 members');
    expect(() => wasm.kernels.scatterRows(table(2), tf.tensor1d([1], 'int32'), randomTensor([1, 33], 2), 2)).toThrow('do not fit');
  });

  function lastMember(t: Tensor): Tensor {
    return tf.slice(t, [t.shape[0] - 1], [1]);
  }

  test('the bits of a member do not depend on the other members', async () => {
    await tf.setBackend('wasm');
    tf.tidy(() => {
      const together = everyKernel(wasm.kernels, (t) => t).map(lastMember);
      const alone = everyKernel(wasm.kernels, lastMember);
      const poisoned = everyKernel(wasm.kernels, (t) => tf.concat([tf.fill([1, ...t.shape.slice(1)], NaN), tf.slice(t, 1)])).map(lastMember);
      together.forEach((result, i) => {
        expect(result.dataSync(), `alone, result ${i}`).toEqual(alone[i].dataSync());
        expect(result.dataSync(), `beside NaN, result ${i}`).toEqual(poisoned[i].dataSync());
        expect(result.dataSync().every(Number.isFinite), `finite, result ${i}`).toBe(true);
      });
    });
  });

  test('NaN shows in its own member', async () => {
    await tf.setBackend('wasm');
    tf.tidy(() => {
      const results = everyKernel(wasm.kernels, (t) => tf.concat([tf.fill([1, ...t.shape.slice(1)], NaN), tf.slice(t, 1)]));
      // All but the accuracies, which count no hits, and the gradients of relu and of what a dense layer rectifies, which compare.
      const first = results.map((t) => tf.slice(t, 0, 1).dataSync().some(Number.isNaN));
      expect(first.filter((nan) => !nan).length).toBeLessThanOrEqual(7);
    });
  });

  test('200 rounds leave tensors and heap as they were', async () => {
    await tf.setBackend('wasm');
    const round = () =>
      tf.tidy(() => {
        everyKernel(wasm.kernels, (t) => t);
      });
    round();
    const before = tf.memory().numTensors;
    const backend = tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } };
    const bytes = backend.wasm.HEAPU8.length;
    for (let i = 0; i < 200; i++) round();
    expect(tf.memory().numTensors).toBe(before);
    expect(backend.wasm.HEAPU8.length).toBe(bytes);
  });

  test('shapes that do not fit are refused', async () => {
    await tf.setBackend('wasm');
    tf.tidy(() => {
      const x = randomTensor<Tensor3D>([2, 3, 4], 1);
      expect(() => wasm.kernels.matmul(x, x)).toThrow(/inner dimensions/);
      expect(() => wasm.kernels.matmul(x, randomTensor<Tensor3D>([3, 4, 2], 1))).toThrow(/Expected/);
      expect(() => wasm.kernels.dense(x, randomTensor<Tensor3D>([2, 5, 2], 1))).toThrow(/does not fit/);
      expect(() => wasm.kernels.sumRows(tf.cast(x, 'int32'))).toThrow(/float32/);
    });
  });
});

test('there are no native kernels beside another backend', async () => {
  await tf.setBackend('cpu');
  expect(await createWasmKernels()).toBeNull();
});
