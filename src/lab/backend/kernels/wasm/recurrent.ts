import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { GATES, type RecurrentKind } from '../sequenceTypes.ts';
import type { Kernels } from '../types.ts';
import { addressesOn, type Context, check, FLOAT_BYTES, shapesOf } from './context.ts';

/** Batch rows that go through a layer together (see recurrent.c). */
const ROWS = 12;

const KINDS: readonly RecurrentKind[] = ['rnn-tanh', 'rnn-relu', 'gru', 'lstm'];
const SAVED: Record<RecurrentKind, number> = { 'rnn-tanh': 0, 'rnn-relu': 0, gru: 4, lstm: 5 };

const upTo8 = (n: number) => Math.ceil(n / 8) * 8;

/** Recurrent layers as scans. The other kernels multiply and sum what is left to do in the gradient. */
export function recurrentKernels(
  { heap, runner }: Context,
  { matmul, sumRows }: Pick<Kernels, 'matmul' | 'sumRows'>,
): Pick<Kernels, 'recurrent' | 'recurrentGrad'> {
  const { at } = addressesOn(heap);

  const recurrent: Kernels['recurrent'] = (projected, weights, { kind, bias, initial }) => {
    const [members, batch, length, columns] = projected.shape;
    const hidden = weights.shape[1];
    check(columns === GATES[kind] * hidden, () => `${kind}: ${shapesOf(projected, weights)} do not fit.`);
    check(!bias || kind === 'gru', () => `${kind}: a hidden bias belongs in the projection.`);
    const states = heap.tensor<Tensor4D>([members, batch, length, hidden]);
    const saved = SAVED[kind] > 0 ? heap.tensor<Tensor4D>([members, batch, length, SAVED[kind] * hidden]) : undefined;
    const inputs = [at(projected, projected.size), at(weights, members * hidden * columns)];
    const optional = [bias ? at(bias, members * columns) : 0, initial ? at(initial, members * batch * hidden) : 0];
    const outputs = [heap.address(states), saved ? heap.address(saved) : 0];
    runner.run(
      'recurrent',
      [...inputs, ...optional, ...outputs, members, batch, length, hidden, KINDS.indexOf(kind)],
      projected.size * (hidden + 16),
      ((hidden + ROWS) * upTo8(columns) + ROWS * hidden) * FLOAT_BYTES,
    );
    return { states, saved };
  };

  const recurrentGrad: Kernels['recurrentGrad'] = (dStates, weights, forward, { kind, bias, initial }) => {
    const [members, batch, length, hidden] = dStates.shape;
    const columns = GATES[kind] * hidden;
    const { states, saved } = forward;
    const dProjected = heap.tensor<Tensor4D>([members, batch, length, columns]);
    const rows: [number, number] = [members, batch * length];
    // What the hidden weights gave, and the states that they were given.
    const own = kind === 'gru' ? heap.tensor<Tensor3D>([...rows, columns]) : undefined;
    const previous = heap.tensor<Tensor3D>([...rows, hidden]);
    const dInitial = initial ? heap.tensor<Tensor3D>(initial.shape) : undefined;
    const inputs = [at(dStates, dStates.size), at(weights, members * hidden * columns), at(states, dStates.size)];
    const optional = [saved ? at(saved, SAVED[kind] * dStates.size) : 0, initial ? at(initial, members * batch * hidden) : 0];
    const outputs = [dProjected, own ?? dProjected, previous].map(heap.address);
    runner.run(
      'recurrent_grad',
      // biome-ignore format: one line per group
      [
        ...inputs, ...optional, ...outputs, dInitial ? heap.address(dInitial) : 0,
        members, batch, length, hidden, KINDS.indexOf(kind),
      ],
      dProjected.size * (hidden + 16),
      ((columns + ROWS) * upTo8(hidden) + ROWS * (columns + hidden)) * FLOAT_BYTES,
    );
    const d = own ?? (tf.reshape(dProjected, [...rows, columns]) as Tensor3D);
    const dWeights = matmul(previous, d, { transposeA: true });
    const dBias: Tensor2D | undefined = bias && sumRows(d);
    d.dispose();
    previous.dispose();
    return { dProjected, dWeights, dBias, dInitial };
  };

  return { recurrent, recurrentGrad };
}
