/** Transformer over tokens: embedding, positions, blocks of attention and MLP, head. */
import * as tf from '@tensorflow/tfjs-core';
import type { SequenceShape } from '../../experiment/networks/describe.ts';
import type { TransformerSpec } from '../../experiment/schema/schema.ts';
import * as sequence from '../autodiff/sequenceOps.ts';
import type { Value } from '../autodiff/tape.ts';
import { cos, exp, log, sin } from '../../experiment/course/math.ts';
import { attentionBlocks } from './attentionBlocks.ts';
import { normal } from './init.ts';
import type { NetworkProgram } from './program.ts';
import { embed, embeddingParameter, headParameters, paddingOf, readOut } from './tokens.ts';

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

export function transformer(spec: TransformerSpec, task: SequenceShape): NetworkProgram {
  const { width } = spec;
  const [length] = task.input;
  const blocks = attentionBlocks(spec);
  const fixedPositions = spec.positions === 'sinusoidal' ? sinusoids(length, width) : null;
  return {
    parameters: [
      embeddingParameter(task, width),
      ...(fixedPositions ? [] : [{ name: 'positions', shape: [length, width], init: normal(1) }]),
      ...blocks.parameters,
      ...headParameters(task.classes, width),
    ],
    statistics: [],
    forward(context, inputs) {
      const tokens = inputs.tensor as tf.Tensor3D;
      const padding = paddingOf(task, tokens);
      const positions: Value<tf.Tensor3D> = fixedPositions
        ? context.tape.constant(tf.tensor3d(fixedPositions, [1, length, width]))
        : context.parameter('positions');
      const x = sequence.addPositions(context.tape, embed(context, tokens), positions);
      return readOut(context, task, blocks.forward(context, x, padding?.mask), spec.pooling, padding);
    },
  };
}
