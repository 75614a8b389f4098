/** Training steps of recurrent networks and the parts of a Transformer, native against plain tfjs. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as ops from '../../src/lab/autodiff/sequenceOps.ts';
import { dense, reshape } from '../../src/lab/autodiff/ops.ts';
import { Tape } from '../../src/lab/autodiff/tape.ts';
import { composed } from '../../src/lab/backend/kernels/composed/index.ts';
import { GATES, type RecurrentKind } from '../../src/lab/backend/kernels/sequenceTypes.ts';
import type { Kernels } from '../../src/lab/backend/kernels/types.ts';
import { inTidy, onNativeKernels, race, random } from './measure.ts';

const threads = Number(new URL(import.meta.url).searchParams.get('threads') ?? 1);
const [BATCH, LENGTH, WIDTH, VOCABULARY] = [64, 24, 64, 10];

function compare(name: string, native: Kernels, run: (kernels: Kernels) => unknown): void {
  const [ours, plain] = race([native, composed].map((kernels) => inTidy(() => run(kernels))));
  postMessage(`${name.padEnd(48)}${ours.toFixed(2).padStart(9)} ms${plain.toFixed(1).padStart(9)} ms   ×${(plain / ours).toFixed(1)}`);
}

/** Forward and backward through embedding, two recurrent layers, head and loss; no optimiser. */
function recurrentSteps(native: Kernels): void {
  for (const members of [1, 3]) {
    for (const kind of Object.keys(GATES) as RecurrentKind[]) {
      const columns = GATES[kind] * WIDTH;
      const small = <T extends tf.Tensor>(...shape: number[]): T => tf.mul(random(members, ...shape), 0.1) as T;
      const table = small<Tensor3D>(VOCABULARY, WIDTH);
      const layers = [0, 1].map(() => ({
        input: small<Tensor3D>(WIDTH, columns),
        hidden: small<Tensor3D>(WIDTH, columns),
        inputBias: small<Tensor2D>(columns),
        hiddenBias: small<Tensor2D>(columns),
      }));
      const [head, bias] = [small<Tensor3D>(WIDTH, VOCABULARY), small<Tensor2D>(VOCABULARY)];
      const values = Int32Array.from({ length: BATCH * LENGTH }, (_, i) => (i * 7) % VOCABULARY);
      const tokens = tf.tensor3d(values, [1, BATCH, LENGTH], 'int32');
      const labels = tf.tensor2d(values, [1, BATCH * LENGTH], 'int32');
      compare(`step of a 2×${WIDTH} ${kind}, ${members} member(s)`, native, (kernels) => {
        const tape = new Tape(kernels, true);
        const embedded = tape.parameter(table);
        let x = ops.embedding(tape, tokens, embedded);
        const parameters = layers.map((layer) => ({
          input: tape.parameter(layer.input),
          hidden: tape.parameter(layer.hidden),
          inputBias: tape.parameter(layer.inputBias),
          hiddenBias: tape.parameter(layer.hiddenBias),
        }));
        for (const layer of parameters) x = ops.recurrent(tape, kind, x, layer);
        const w = tape.parameter(head);
        const logits = reshape<Tensor3D>(tape, dense(tape, x, w, tape.parameter(bias)), [members, BATCH * LENGTH, VOCABULARY]);
        const { dLogits } = kernels.softmaxCrossEntropy(logits.tensor, labels);
        return tape.gradients([[logits, dLogits]], [embedded, w, ...parameters.flatMap((layer) => Object.values(layer))]);
      });
    }
  }
}

/** The parts of a small Transformer, three members. */
function transformerParts(native: Kernels): void {
  const [members, features, heads] = [3, 32, 4];
  const qkv = random<Tensor4D>(members, BATCH, LENGTH, 3 * features);
  const dy = random<Tensor4D>(members, BATCH, LENGTH, features);
  const options = { heads, causal: true };
  const forward = native.attention(qkv, options);
  compare('attention', native, (kernels) => kernels.attention(qkv, options));
  compare('  its gradient', native, (kernels) => kernels.attentionGrad(dy, qkv, forward, options));
  const [x, dx] = [random<Tensor3D>(members, BATCH * LENGTH, features), random<Tensor3D>(members, BATCH * LENGTH, features)];
  const [gamma, beta] = [random<Tensor2D>(members, features), random<Tensor2D>(members, features)];
  const normalised = native.layerNorm(x, gamma, beta, 1e-5);
  compare('layerNorm', native, (kernels) => kernels.layerNorm(x, gamma, beta, 1e-5));
  compare('  its gradient', native, (kernels) => kernels.layerNormGrad(dx, x, gamma, normalised));
  compare('gelu', native, (kernels) => kernels.gelu(x));
  compare('  its gradient', native, (kernels) => kernels.geluGrad(dx, x));
}

await onNativeKernels(threads, (native) => {
  recurrentSteps(native);
  transformerParts(native);
});
postMessage('done');
