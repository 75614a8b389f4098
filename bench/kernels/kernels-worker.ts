import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor3D, Tensor5D } from '@tensorflow/tfjs-core';
import { composed } from '../../src/lab/backend/kernels/composed/index.ts';
import type { Kernels } from '../../src/lab/backend/kernels/types.ts';
import { inTidy, onNativeKernels, race, random } from './measure.ts';

const threads = Number(new URL(import.meta.url).searchParams.get('threads') ?? 1);

function report(name: string, ours: number, plain: number | null, operations: number): void {
  const speed = (ms: number) => `${(operations / ms / 1e6).toFixed(1).padStart(7)} GFLOP/s`;
  const comparison = plain === null ? '' : `${speed(plain)}   ×${(plain / ours).toFixed(2)}`;
  postMessage(`${name.padEnd(48)}${speed(ours)}${comparison}`);
}

function products(native: Kernels): void {
  const rows: Array<[string, number[], number[], boolean, boolean]> = [
    ['[512,512]·[512,512]', [1, 512, 512], [1, 512, 512], false, false],
    ['[128,768]·[768,384]', [1, 128, 768], [1, 768, 384], false, false],
    ['3×[128,384]·[384,384]', [3, 128, 384], [3, 384, 384], false, false],
    ['3×[128,384]ᵀ·[128,384]', [3, 128, 384], [3, 128, 384], true, false],
    ['3×[128,384]·[384,384]ᵀ', [3, 128, 384], [3, 384, 384], false, true],
    ['[128,4096]·[128,4096]ᵀ', [1, 128, 4096], [1, 128, 4096], false, true],
    ['3×[64,64]·[64,64]', [3, 64, 64], [3, 64, 64], false, false],
    ['3×[128,384]·[384,10]', [3, 128, 384], [3, 384, 10], false, false],
  ];
  for (const [name, aShape, bShape, transposeA, transposeB] of rows) {
    const [a, b] = [random<Tensor3D>(...aShape), random<Tensor3D>(...bShape)];
    const options = { transposeA, transposeB };
    const [ours, plain] = race([native, composed].map((kernels) => () => kernels.matmul(a, b, options).dispose()));
    const inner = transposeA ? aShape[1] : aShape[2];
    const [m, n] = [transposeA ? aShape[2] : aShape[1], transposeB ? bShape[1] : bShape[2]];
    report(name, ours, plain, 2 * aShape[0] * m * n * inner);
  }
  const z = random<Tensor3D>(1, 128, 4096);
  const gram = (kernels: Kernels) => () => kernels.matmul(z, z, { transposeB: true }).dispose();
  const [ours, plain] = race([gram(native), gram(composed)]);
  report('[128,4096] times its own transpose', ours, plain, 2 * 128 * 128 * 4096);
}

/** ReLU and dense layer in one kernel against one after the other, both native. */
function layers({ dense, denseGrad, matmul, relu, reluGrad, sumRows }: Kernels): void {
  postMessage('dense layer behind a ReLU: one kernel (two back), apart, ratio');
  for (const [members, rows, width] of [
    [1, 64, 384],
    [3, 64, 384],
    [15, 64, 128],
  ]) {
    const [x, dy] = [random<Tensor3D>(members, rows, width), random<Tensor3D>(members, rows, width)];
    const [w, bias] = [random<Tensor3D>(members, width, width), random<Tensor2D>(members, width)];
    const read = relu(x);
    const operations = 2 * members * rows * width * width;
    const forward = race([inTidy(() => dense(x, w, { relu: true, bias })), inTidy(() => dense(relu(x), w, { bias }))]);
    report(`${members}×[${rows},${width}]·[${width},${width}]`, forward[0], forward[1], operations);
    const back = race([
      inTidy(() => denseGrad(dy, x, w, { relu: true, input: true, bias: true })),
      inTidy(() => [reluGrad(matmul(dy, w, { transposeB: true }), read), matmul(read, dy, { transposeA: true }), sumRows(dy)]),
    ]);
    report('  its gradients', back[0], back[1], 2 * operations);
  }
}

function convolutions(native: Kernels): void {
  const rows: Array<[number, number, number, number, number]> = [
    [16, 3, 16, 3, 1],
    [16, 16, 16, 3, 1],
    [16, 16, 32, 3, 2],
    [8, 32, 32, 3, 1],
    [16, 16, 32, 1, 2],
  ];
  for (const [size, inputs, outputs, k, stride] of rows) {
    const [x, filter] = [random<Tensor5D>(1, 128, size, size, inputs), random<Tensor5D>(1, k, k, inputs, outputs)];
    const options = { stride, pad: (k - 1) / 2 };
    const dy = native.conv2d(x, filter, options);
    const operations = 2 * dy.size * k * k * inputs;
    const name = `128×${size}×${size}×${inputs} → ${outputs}, ${k}×${k}/${stride}`;
    const forward = race([native, composed].map((kernels) => () => kernels.conv2d(x, filter, options).dispose()));
    report(name, forward[0], forward[1], operations);
    const inputGrad = race([native, composed].map((kernels) => () => kernels.conv2dInputGrad(dy, filter, x.shape, options).dispose()));
    report('  gradient of the input', inputGrad[0], inputGrad[1], operations);
    const [filterGrad] = race([() => native.conv2dFilterGrad(dy, x, filter.shape, options).dispose()]);
    report('  gradient of the filter (tfjs has none)', filterGrad, null, operations);
  }
}

function elementwise(native: Kernels): void {
  const [members, rows, features] = [3, 128, 384];
  const x = random<Tensor3D>(members, rows, features);
  const dy = random<Tensor3D>(members, rows, features);
  const [gamma, beta] = [random<Tensor2D>(members, features), random<Tensor2D>(members, features)];
  const options = { epsilon: 1e-3, relu: true };
  const forward = native.batchNorm(x, gamma, beta, options);
  const gram = native.matmul(x, x, { transposeB: true });
  const ones = tf.ones<tf.Rank.R1>([members]);
  const weights = () => random(members, features, features);
  const [parameter, gradient] = [weights(), weights()];
  const state = tf.ones<tf.Rank.R2>([2, parameter.size]);
  const hyper = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, coupledDecay: 0 };
  const control = {
    scale: ones,
    active: ones,
    factors: tf.tensor2d([
      [1e-9, 1e-9, 1e-9],
      [1, 1, 1],
      [1, 1, 1],
    ]),
  };
  const logits = random<Tensor3D>(members, rows, 10);
  const labels = tf.zeros<tf.Rank.R2>([1, rows], 'int32');
  const cases: Array<[string, number, (kernels: Kernels) => unknown]> = [
    ['batchNorm', x.size, (kernels) => kernels.batchNorm(x, gamma, beta, options)],
    ['batchNormGrad', x.size, (kernels) => kernels.batchNormGrad(dy, x, gamma, forward, options)],
    ['relu', x.size, (kernels) => kernels.relu(x)],
    ['centreNormalise', x.size, (kernels) => kernels.centreNormalise(x)],
    ['cka, debiased', gram.size, (kernels) => kernels.cka(gram, gram, { debiased: true })],
    ['softmaxCrossEntropy', logits.size, (kernels) => kernels.softmaxCrossEntropy(logits, labels)],
    ['adam', parameter.size, (kernels) => kernels.adam([{ parameter, gradient, at: 0 }], state, control, hyper)],
    ['sumSquares', parameter.size, (kernels) => kernels.sumSquares([parameter])],
  ];
  for (const [name, size, run] of cases) {
    const [ours, plain] = race([native, composed].map((kernels) => inTidy(() => run(kernels))));
    const speed = (ms: number) => `${((ms * 1e6) / size).toFixed(2).padStart(7)} ns/value`;
    postMessage(`${name.padEnd(48)}${speed(ours)}${speed(plain)}   ×${(plain / ours).toFixed(1)}`);
  }
}

await onNativeKernels(threads, (native) => {
  products(native);
  layers(native);
  convolutions(native);
  elementwise(native);
});
postMessage('done');
