/**
 * Blocks of self-attention and MLP (Vaswani et al. 2017), norm before (Xiong et al. 2020) or behind the residual: what
 * Transformers over tokens and over the patches of an image consist of. Values are `[E, B, T, F]`.
 */
import type * as tf from '@tensorflow/tfjs-core';
import type { TransformerSpec } from '../../experiment/schema/schema.ts';
import * as ops from '../autodiff/ops.ts';
import * as sequence from '../autodiff/sequenceOps.ts';
import type { Value } from '../autodiff/tape.ts';
import { bias, headWeight, normParameters, uniform } from './init.ts';
import type { ForwardContext, ParameterSpec } from './program.ts';

type V4 = Value<tf.Tensor4D>;

const linearParameters = (name: string, inputs: number, outputs: number): ParameterSpec[] => [
  { name: `${name}.weight`, shape: [inputs, outputs], init: headWeight('default', inputs, outputs) },
  { name: `${name}.bias`, shape: [outputs], init: bias('default', inputs) },
];

export const mlpParameters = (block: string, width: number, ffn: number): ParameterSpec[] => [
  ...linearParameters(`${block}.up`, width, ffn),
  ...linearParameters(`${block}.down`, ffn, width),
];

/** Two linear layers with an activation between them; taps what comes out. */
export function mlp(context: ForwardContext, block: string, x: V4, activation: 'relu' | 'gelu'): V4 {
  const hidden = context.dense(`${block}.up`, x);
  const out =
    activation === 'gelu' ? context.dense(`${block}.down`, sequence.gelu(context.tape, hidden)) : context.dense(`${block}.down`, hidden, { relu: true });
  context.tap(`${block}.mlp`, out);
  return out;
}

function attend(context: ForwardContext, block: string, x: V4, options: { heads: number; causal: boolean; keyMask?: tf.Tensor3D }): V4 {
  const qkv = ops.dense(context.tape, x, context.parameter(`${block}.qkv`));
  const { value } = sequence.attention(context.tape, qkv, options);
  const out = context.dense(`${block}.out`, value);
  context.tap(`${block}.attention`, out);
  return out;
}

export type BlockStyle = Pick<TransformerSpec, 'layers' | 'width' | 'ffn' | 'heads' | 'causal' | 'norm' | 'activation'>;

/** The blocks, with the last norm behind them where norms stand before each part. */
export function attentionBlocks({ layers, width, ffn, heads, causal, norm, activation }: BlockStyle): {
  parameters: ParameterSpec[];
  forward(context: ForwardContext, x: V4, keyMask?: tf.Tensor3D): V4;
} {
  const names = Array.from({ length: layers }, (_, i) => `block${i + 1}`);
  const preNorm = norm === 'pre';

  /** x + f(norm(x)), or norm(x + f(x)). */
  const residual = (context: ForwardContext, name: string, x: V4, f: (x: V4) => V4): V4 =>
    preNorm ? ops.add(context.tape, x, f(context.layerNorm(name, x))) : context.layerNorm(name, ops.add(context.tape, x, f(x)));

  return {
    parameters: [
      ...names.flatMap((block) => [
        ...normParameters(`${block}.norm1`, width),
        // PyTorch's Xavier initialisation of the three projections as one matrix; they have no bias (recipes, section 1).
        { name: `${block}.qkv`, shape: [width, 3 * width], init: uniform(Math.sqrt(6 / (4 * width))) },
        ...linearParameters(`${block}.out`, width, width),
        ...normParameters(`${block}.norm2`, width),
        ...mlpParameters(block, width, ffn),
      ]),
      ...(preNorm ? normParameters('norm', width) : []),
    ],
    forward(context, x, keyMask) {
      let stream = x;
      for (const block of names) {
        stream = residual(context, `${block}.norm1`, stream, (y) => attend(context, block, y, { heads, causal, keyMask }));
        stream = residual(context, `${block}.norm2`, stream, (y) => mlp(context, block, y, activation));
        context.tap(`${block}.output`, stream);
      }
      return preNorm ? context.layerNorm('norm', stream) : stream;
    },
  };
}
