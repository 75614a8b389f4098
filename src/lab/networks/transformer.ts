/** Transformer of self-attention blocks (Vaswani et al. 2017), norm before (Xiong et al. 2020) or behind the residual. */
import * as tf from '@tensorflow/tfjs-core';
import type { SequenceShape } from '../../experiment/describe.ts';
import type { TransformerSpec } from '../../experiment/schema.ts';
import * as ops from '../autodiff/ops.ts';
import * as sequence from '../autodiff/sequenceOps.ts';
import type { Value } from '../autodiff/tape.ts';
import { cos, exp, log, sin } from '../random/math.ts';
import { bias, headWeight, normal, normParameters, uniform } from './init.ts';
import type { ForwardContext, NetworkProgram, ParameterSpec } from './program.ts';
import { embed, embeddingParameter, headParameters, paddingOf, readOut } from './tokens.ts';

type V4 = Value<tf.Tensor4D>;

/** sin and cos of t/10000^(2i/width), alternating: `[length × width]`. */
export function sinusoids(length: number, width: number): Float32Array {
  const values = new Float32Array(length * width);
  for (let t = 0; t < length; t++) {
    for (let i = 0; i < width; i++) {
      const angle = t * exp((-log(10_000) * 2 * Math.floor(i / 2)) / width);
      values[t * width + i] = i % 2 === 0 ? sin(angle) : cos(angle);
    }
  }
  return values;
}

const linearParameters = (name: string, inputs: number, outputs: number): ParameterSpec[] => [
  { name: `${name}.weight`, shape: [inputs, outputs], init: headWeight('default', inputs, outputs) },
  { name: `${name}.bias`, shape: [outputs], init: bias('default', inputs) },
];

export function transformer(spec: TransformerSpec, task: SequenceShape): NetworkProgram {
  const { width, ffn, heads, causal } = spec;
  const [length] = task.input;
  const blocks = Array.from({ length: spec.layers }, (_, i) => `block${i + 1}`);
  const fixedPositions = spec.positions === 'sinusoidal' ? sinusoids(length, width) : null;
  const preNorm = spec.norm === 'pre';

  const linear = (context: ForwardContext, name: string, x: V4): V4 =>
    sequence.linear(context.tape, x, context.parameter(`${name}.weight`), context.parameter(`${name}.bias`));

  const attend = (context: ForwardContext, block: string, x: V4, keyMask: tf.Tensor3D | undefined): V4 => {
    const qkv = sequence.linear(context.tape, x, context.parameter(`${block}.qkv`));
    const { value } = sequence.attention(context.tape, qkv, { heads, causal, keyMask });
    const out = linear(context, `${block}.out`, value);
    context.tap(`${block}.attention`, out);
    return out;
  };

  const mlp = (context: ForwardContext, block: string, x: V4): V4 => {
    const hidden = linear(context, `${block}.up`, x);
    const active = spec.activation === 'gelu' ? sequence.gelu(context.tape, hidden) : ops.relu(context.tape, hidden);
    const out = linear(context, `${block}.down`, active);
    context.tap(`${block}.mlp`, out);
    return out;
  };

  /** x + f(norm(x)), or norm(x + f(x)). */
  const residual = (context: ForwardContext, name: string, x: V4, f: (x: V4) => V4): V4 => (preNorm
    ? ops.add(context.tape, x, f(context.layerNorm(name, x)))
    : context.layerNorm(name, ops.add(context.tape, x, f(x))));

  return {
    parameters: [
      embeddingParameter(task, width),
      ...(fixedPositions ? [] : [{ name: 'positions', shape: [length, width], init: normal(1) }]),
      ...blocks.flatMap((block) => [
        ...normParameters(`${block}.norm1`, width),
        // PyTorch's Xavier initialisation of the three projections as one matrix; they have no bias (recipes, section 1).
        { name: `${block}.qkv`, shape: [width, 3 * width], init: uniform(Math.sqrt(6 / (4 * width))) },
        ...linearParameters(`${block}.out`, width, width),
        ...normParameters(`${block}.norm2`, width),
        ...linearParameters(`${block}.up`, width, ffn),
        ...linearParameters(`${block}.down`, ffn, width),
      ]),
      ...(preNorm ? normParameters('norm', width) : []),
      ...headParameters(task, width),
    ],
    statistics: [],
    forward(context, inputs) {
      const tokens = inputs.tensor as tf.Tensor3D;
      const padding = paddingOf(task, tokens);
      const positions: Value<tf.Tensor3D> = fixedPositions
        ? context.tape.constant(tf.tensor3d(fixedPositions, [1, length, width]))
        : context.parameter('positions');
      let x = sequence.addPositions(context.tape, embed(context, tokens), positions);
      for (const block of blocks) {
        x = residual(context, `${block}.norm1`, x, (y) => attend(context, block, y, padding?.mask));
        x = residual(context, `${block}.norm2`, x, (y) => mlp(context, block, y));
        context.tap(`${block}.output`, x);
      }
      return readOut(context, task, preNorm ? context.layerNorm('norm', x) : x, spec.pooling, padding);
    },
  };
}
