/** Recurrent network: embedding, a stack of recurrent layers (each one operation), linear head. */
import type * as tf from '@tensorflow/tfjs-core';
import type { SequenceShape } from '../../experiment/networks/describe.ts';
import type { RnnSpec } from '../../experiment/schema/schema.ts';
import * as sequence from '../autodiff/sequenceOps.ts';
import type { Value } from '../autodiff/tape.ts';
import { GATES, type RecurrentKind } from '../backend/kernels/sequenceTypes.ts';
import { recurrentInit } from './init.ts';
import type { ForwardContext, NetworkProgram } from './program.ts';
import { embed, embeddingParameter, headParameters, paddingOf, readOut } from './tokens.ts';

const KINDS: Record<RnnSpec['cell'], RecurrentKind> = { tanh: 'rnn-tanh', relu: 'rnn-relu', gru: 'gru', lstm: 'lstm' };

export function rnn(spec: RnnSpec, task: SequenceShape): NetworkProgram {
  const { width } = spec;
  const kind = KINDS[spec.cell];
  const init = recurrentInit(spec.init, width, GATES[kind]);
  const columns = GATES[kind] * width;
  const names = Array.from({ length: spec.layers }, (_, i) => `layer${i + 1}`);

  const weightsOf = (context: ForwardContext, name: string): sequence.RecurrentWeights => ({
    input: context.parameter(`${name}.input`),
    hidden: context.parameter(`${name}.hidden`),
    inputBias: context.parameter(`${name}.inputBias`),
    hiddenBias: context.parameter(`${name}.hiddenBias`),
  });

  return {
    parameters: [
      embeddingParameter(task, width),
      ...names.flatMap((name) => [
        { name: `${name}.input`, shape: [width, columns], init: init.input },
        { name: `${name}.hidden`, shape: [width, columns], init: init.hidden },
        { name: `${name}.inputBias`, shape: [columns], init: init.bias },
        { name: `${name}.hiddenBias`, shape: [columns], init: init.bias },
      ]),
      ...headParameters(task.classes, width),
    ],
    statistics: [],
    forward(context, inputs) {
      const tokens = inputs.tensor as tf.Tensor3D;
      const padding = paddingOf(task, tokens);
      // A token of padding is none: its embedding is 0.
      let below: Value<tf.Tensor4D> | sequence.Embedded = padding ? embed(context, tokens) : { tokens, table: context.parameter('embedding') };
      let initial: Value<tf.Tensor3D> | undefined;
      for (const name of names) {
        const states: Value<tf.Tensor4D> = sequence.recurrent(context.tape, kind, below, weightsOf(context, name), initial);
        context.tap(name, states);
        // The official code hands on the state with which a layer ends (paper-facts, sequence-recipes section 7).
        if (spec.chained) initial = sequence.takePosition(context.tape, states, padding?.last);
        below = states;
      }
      return readOut(context, task, below as Value<tf.Tensor4D>, 'last', padding);
    },
  };
}
