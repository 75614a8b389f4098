/** Fully connected network: depth × [linear → batch or layer norm? → ReLU, GELU or tanh → dropout], linear head. */
import type * as tf from '@tensorflow/tfjs-core';
import type { ImageShape } from '../../experiment/describe.ts';
import type { FcnSpec } from '../../experiment/schema.ts';
import * as ops from '../autodiff/ops.ts';
import * as sequence from '../autodiff/sequenceOps.ts';
import type { Value } from '../autodiff/tape.ts';
import { bias, headWeight, hiddenWeight, normParameters } from './init.ts';
import type { ForwardContext, NetworkProgram } from './program.ts';

export function fcn(spec: FcnSpec, task: ImageShape): NetworkProgram {
  const input = task.input.reduce((a, b) => a * b, 1);
  const layers = Array.from({ length: spec.depth }, (_, i) => ({
    name: `linear${i + 1}`, norm: `norm${i + 1}`, fanIn: i === 0 ? input : spec.width,
  }));
  const { norm: normalisation, activation = 'relu' } = spec;

  /** Normalisation, then the nonlinearity, then a mask where one is given; fused as far as there are kernels for it. */
  const activate = (context: ForwardContext, norm: string, x: Value<tf.Tensor3D>, mask?: tf.Tensor3D): Value<tf.Tensor3D> => {
    const { tape } = context;
    if (normalisation === 'batch' && activation === 'relu') return context.batchNorm(norm, x, { relu: true, mask });
    const normalised = { none: () => x, batch: () => context.batchNorm(norm, x, { relu: false }), layer: () => context.layerNorm(norm, x) }[normalisation]();
    if (activation === 'relu') return ops.relu(tape, normalised, mask);
    const active = activation === 'gelu' ? sequence.gelu(tape, normalised) : sequence.tanh(tape, normalised);
    return mask ? ops.multiplyMask(tape, active, mask) : active;
  };

  const hidden = (context: ForwardContext, x: Value<tf.Tensor3D>, i: number): Value<tf.Tensor3D> => {
    const { name, norm } = layers[i];
    const linear = context.dense(name, x);
    if (spec.tap === 'pre') context.tap(name, linear);
    const mask = context.mask(i, spec.width, spec.dropout);
    // A tap behind the activation is read before dropout, so the mask cannot be fused there.
    if (spec.tap === 'pre') return activate(context, norm, linear, mask);
    const active = activate(context, norm, linear);
    context.tap(name, active);
    return mask ? ops.multiplyMask(context.tape, active, mask) : active;
  };

  return {
    parameters: [
      ...layers.flatMap(({ name, norm, fanIn }) => [
        { name: `${name}.weight`, shape: [fanIn, spec.width], init: hiddenWeight(spec.init, { inputs: fanIn, outputs: spec.width }, activation) },
        { name: `${name}.bias`, shape: [spec.width], init: bias(spec.init, fanIn) },
        ...(normalisation === 'none' ? [] : normParameters(norm, spec.width)),
      ]),
      { name: 'head.weight', shape: [spec.width, task.classes], init: headWeight(spec.init, spec.width, task.classes) },
      { name: 'head.bias', shape: [task.classes], init: bias(spec.init, spec.width) },
    ],
    statistics: normalisation === 'batch' ? layers.map(({ norm }) => ({ name: norm, features: spec.width })) : [],
    forward(context, images) {
      const [e, b] = images.tensor.shape;
      let x = ops.reshape<tf.Tensor3D>(context.tape, images, [e, b, input]);
      for (let i = 0; i < layers.length; i++) x = hidden(context, x, i);
      return context.dense('head', x);
    },
  };
}
