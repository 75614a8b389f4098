import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import type { Kernels, MemberControl, ParameterUpdate } from '../types.ts';
import { addressesOn, type Context, check, DOUBLE_BYTES, shapesOf } from './context.ts';

const FLOAT_BYTES = 4;
/** Elements per partial sum in `square_chunks` (see optim.c). */
const CHUNK = 1 << 14;

type Optimisers = 'adam' | 'sgd' | 'sumSquares' | 'control' | 'runningAverages' | 'addToMembers';

/** Optimiser steps and what steers them. Updates work in place and return their arguments. */
export function optimisers({ heap, runner, partialSums }: Context): Pick<Kernels, Optimisers> {
  const { at } = addressesOn(heap);

  /** What the update of one parameter takes of its members. */
  function selection({ scale, active, factors }: MemberControl, parameter: Tensor): number[] {
    const members = parameter.shape[0];
    const [rows, columns] = factors.shape;
    check(rows >= 3 && columns === members, () => `Factors ${shapesOf(factors)} do not fit ${members} members.`);
    const addresses = [at(scale, members), at(active, members), at(factors, factors.size)];
    return [...addresses, members, parameter.size / members];
  }

  /** Address of a parameter's part of a row of the state. */
  function slot(state: Tensor, row: number, { parameter, at: from }: ParameterUpdate): number {
    const width = state.size / state.shape[0];
    check(from + parameter.size <= width, () => `A state of ${width} has no place for ${shapesOf(parameter)} at ${from}.`);
    return at(state, state.size) + FLOAT_BYTES * (row * width + from);
  }

  const adam: Kernels['adam'] = (updates, state, members, { beta1, beta2, epsilon, coupledDecay }) => {
    const hyper = [beta1, 1 - beta1, beta2, 1 - beta2, epsilon, coupledDecay];
    for (const update of updates) {
      const { parameter, gradient } = update;
      const { size } = parameter;
      const inputs = [at(parameter, size), slot(state, 0, update), slot(state, 1, update), at(gradient, size)];
      runner.run('adam', [...inputs, ...selection(members, parameter), ...hyper], 8 * size);
    }
    return { parameters: updates.map(({ parameter }) => parameter), state };
  };

  const sgd: Kernels['sgd'] = (updates, state, members, { momentum, weightDecay }) => {
    for (const update of updates) {
      const { parameter, gradient } = update;
      const { size } = parameter;
      const inputs = [at(parameter, size), slot(state, 0, update), at(gradient, size)];
      runner.run('sgd', [...inputs, ...selection(members, parameter), momentum, weightDecay], 4 * size);
    }
    return { parameters: updates.map(({ parameter }) => parameter), state };
  };

  const sumSquares: Kernels['sumSquares'] = (tensors) => {
    const members = tensors[0].shape[0];
    const counts = tensors.map((x) => Math.ceil(x.size / members / CHUNK));
    const perMember = counts.reduce((a, b) => a + b, 0);
    const out = heap.tensor<Tensor1D>([members]);
    const chunks = partialSums.reserve(members * perMember * DOUBLE_BYTES);
    let first = 0;
    tensors.forEach((x, i) => {
      const sizes = [members, x.size / members, perMember, first];
      runner.run('square_chunks', [at(x, x.size), chunks, ...sizes], 2 * x.size);
      first += counts[i];
    });
    runner.run('add_chunks', [chunks, heap.address(out), members, perMember], members * perMember);
    return out;
  };

  const control: Kernels['control'] = (active, loss, squaredNorm, clipNorm) => {
    const members = active.size;
    const scale = heap.tensor<Tensor1D>([members]);
    const inputs = [active, loss, squaredNorm].map((t) => at(t, members));
    runner.run('control', [...inputs, heap.address(scale), members, clipNorm ?? 0], members);
    return { active, scale };
  };

  const runningAverages: Kernels['runningAverages'] = (averages, momentum, active) =>
    averages.map(({ running, batch, factor }) => {
      const { size, shape } = running;
      const members = shape[0];
      const inputs = [at(running, size), at(batch, size), at(active, members)];
      runner.run('running_average', [...inputs, members, size / members, momentum, factor], size);
      return running;
    });

  function addToMembers<T extends Tensor>(x: T, part: T, first: number): T {
    const [members, count] = [x.shape[0], part.shape[0]];
    const size = x.size / members;
    check(part.size === count * size && first + count <= members, () => `addToMembers: ${shapesOf(x, part)} from member ${first} on do not fit.`);
    const out = heap.tensor<T>(x.shape);
    const inputs = [at(x, x.size), at(part, part.size), heap.address(out)];
    runner.run('add_to_members', [...inputs, members, size, first, count], x.size);
    return out;
  }

  return { adam, sgd, sumSquares, control, runningAverages, addToMembers };
}
