/** Fully connected network: depth × [linear → batch norm? → ReLU → dropout], linear head. */
import type * as tf from '@tensorflow/tfjs-core';
import type { ImageShape } from '../../experiment/describe.ts';
import type { FcnSpec } from '../../experiment/schema.ts';
import * as ops from '../autodiff/ops.ts';
import type { Value } from '../autodiff/tape.ts';
import { batchNormParameters, bias, headWeight, hiddenWeight } from './init.ts';
import type { ForwardContext, NetworkProgram } from './program.ts';

export function fcn(spec: FcnSpec, task: ImageShape): NetworkProgram {
  const input = task.input.reduce((a, b) => a * b, 1);
  const layers = Array.from({ length: spec.depth }, (_, i) => ({
    name: `linear${i + 1}`, norm: `norm${i + 1}`, fanIn: i === 0 ? input : spec.width,
  }));
  const normalised = spec.norm === 'batch';

  const hidden = (context: ForwardContext, x: Value<tf.Tensor3D>, i: number): Value<tf.Tensor3D> => {
    const { name, norm } = layers[i];
    const linear = context.dense(name, x);
    if (spec.tap === 'pre') context.tap(name, linear);
    const mask = context.mask(i, spec.width, spec.dropout);
    // A tap behind the activation is read before dropout, so the mask cannot be fused there.
    const fused = spec.tap === 'pre' ? mask : undefined;
    const active = normalised
      ? context.batchNorm(norm, linear, { relu: true, mask: fused })
      : ops.relu(context.tape, linear, fused);
    if (spec.tap === 'pre') return active;
    context.tap(name, active);
    return mask ? ops.multiplyMask(context.tape, active, mask) : active;
  };

  return {
    parameters: [
      ...layers.flatMap(({ name, norm, fanIn }) => [
        { name: `${name}.weight`, shape: [fanIn, spec.width], init: hiddenWeight(spec.init, fanIn) },
        { name: `${name}.bias`, shape: [spec.width], init: bias(spec.init, fanIn) },
        ...(normalised ? batchNormParameters(norm, spec.width) : []),
      ]),
      { name: 'head.weight', shape: [spec.width, task.classes], init: headWeight(spec.init, spec.width) },
      { name: 'head.bias', shape: [task.classes], init: bias(spec.init, spec.width) },
    ],
    statistics: normalised ? layers.map(({ norm }) => ({ name: norm, features: spec.width })) : [],
    forward(context, images) {
      const [e, b] = images.tensor.shape;
      let x = ops.reshape<tf.Tensor3D>(context.tape, images, [e, b, input]);
      for (let i = 0; i < layers.length; i++) x = hidden(context, x, i);
      return context.dense('head', x);
    },
  };
}
