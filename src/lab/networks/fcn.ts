/** Fully connected network: depth × [linear → batch or layer norm? → ReLU, GELU or tanh → dropout], linear head. */
import type * as tf from '@tensorflow/tfjs-core';
import type { ImageShape } from '../../experiment/networks/describe.ts';
import type { FcnSpec } from '../../experiment/schema/schema.ts';
import * as ops from '../autodiff/ops.ts';
import * as sequence from '../autodiff/sequenceOps.ts';
import type { Value } from '../autodiff/tape.ts';
import type { DenseInput } from '../backend/kernels/types.ts';
import { bias, headWeight, hiddenWeight, normParameters } from './init.ts';
import type { ForwardContext, NetworkProgram } from './program.ts';

type V3 = Value<tf.Tensor3D>;

/** What a layer hands to the next, and what that does to it as it reads it. */
interface Read extends DenseInput {
  value: V3;
}

export function fcn(spec: FcnSpec, task: ImageShape): NetworkProgram {
  const input = task.input.reduce((a, b) => a * b, 1);
  const layers = Array.from({ length: spec.depth }, (_, i) => ({
    name: `linear${i + 1}`,
    norm: `norm${i + 1}`,
    fanIn: i === 0 ? input : spec.width,
  }));
  const { norm: normalisation, activation = 'relu' } = spec;

  const fusedNorm = normalisation === 'batch' && activation === 'relu';
  const NORMALISED: Record<FcnSpec['norm'], (context: ForwardContext, norm: string, x: V3, mask?: tf.Tensor3D) => V3> = {
    none: (_, __, x) => x,
    batch: (context, norm, x, mask) => context.batchNorm(norm, x, { relu: fusedNorm, mask }),
    layer: (context, norm, x) => context.layerNorm(norm, x),
  };
  const ACTIVE: Record<typeof activation, (context: ForwardContext, x: V3) => V3> = {
    relu: ({ tape }, x) => ops.relu(tape, x),
    gelu: ({ tape }, x) => sequence.gelu(tape, x),
    tanh: ({ tape }, x) => sequence.tanh(tape, x),
  };

  const hidden = (context: ForwardContext, x: Read, i: number): Read => {
    const { name, norm } = layers[i];
    const linear = context.dense(name, x.value, x);
    const mask = context.mask(i, spec.width, spec.dropout);
    if (spec.tap === 'pre') {
      context.tap(name, linear);
      if (fusedNorm) return { value: NORMALISED.batch(context, norm, linear, mask) };
      if (activation === 'relu') return { value: NORMALISED[normalisation](context, norm, linear), relu: true, mask };
    }
    const normalised = NORMALISED[normalisation](context, norm, linear);
    const active = fusedNorm ? normalised : ACTIVE[activation](context, normalised);
    // Behind the activation a tap is read before dropout.
    if (spec.tap === 'post') context.tap(name, active);
    return { value: active, mask };
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
      let x: Read = { value: ops.reshape<tf.Tensor3D>(context.tape, images, [e, b, input]) };
      for (let i = 0; i < layers.length; i++) x = hidden(context, x, i);
      return context.dense('head', x.value, x);
    },
  };
}
