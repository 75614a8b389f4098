import { adamFactors } from '../composed/optimisers.ts';
import type { Kernels } from '../types.ts';
import { addressesOn, type Context } from './context.ts';

/** Optimiser steps and running averages. They work in place and return their arguments. */
export function optimisers({ heap, runner }: Context): Pick<Kernels, 'adam' | 'sgd' | 'runningAverage'> {
  const { at } = addressesOn(heap);

  const adam: Kernels['adam'] = (state, gradient, scale, active, hyper) => {
    const { size, shape } = state.parameter;
    const members = shape[0];
    const { beta1, beta2, epsilon } = hyper;
    const { rate, rootScale, coupledDecay, keep } = adamFactors(hyper);
    const inputs = [state.parameter, state.m, state.v, gradient].map((t) => at(t, size));
    const selection = [at(scale, members), at(active, members), members, size / members];
    const factors = [beta1, 1 - beta1, beta2, 1 - beta2, rate, epsilon, rootScale, coupledDecay, keep];
    runner.run('adam', [...inputs, ...selection, ...factors], 8 * size);
    return state;
  };

  const sgd: Kernels['sgd'] = (state, gradient, scale, active, { learningRate, momentum, weightDecay }) => {
    const { size, shape } = state.parameter;
    const members = shape[0];
    const inputs = [state.parameter, state.velocity, gradient].map((t) => at(t, size));
    const selection = [at(scale, members), at(active, members), members, size / members];
    runner.run('sgd', [...inputs, ...selection, learningRate, momentum, weightDecay], 4 * size);
    return state;
  };

  const runningAverage: Kernels['runningAverage'] = (running, batch, momentum, active) => {
    const { size, shape } = running;
    const members = shape[0];
    const inputs = [at(running, size), at(batch, size), at(active, members)];
    runner.run('running_average', [...inputs, members, size / members, momentum], size);
    return running;
  };

  return { adam, sgd, runningAverage };
}
