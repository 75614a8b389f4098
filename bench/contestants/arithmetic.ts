import { describeNetwork, type TaskShape, taskShape } from '../../src/experiment/networks/describe.ts';
import { describeGuide, guideInstances } from '../../src/experiment/plan/guides.ts';
import { alignedPairs, guidesInUse } from '../../src/experiment/plan/arms.ts';
import { guideCacheBytes } from '../../src/experiment/plan/plan.ts';
import type { Experiment, NetworkSpec } from '../../src/experiment/schema/schema.ts';

/** Columns of the projections of a recurrent layer, by its width. */
const GATES = { tanh: 1, relu: 1, gru: 3, lstm: 4 };

/**
 * Of three times the forward pass, what the first layer does not need for one example: nobody asks for the gradient of a
 * picture, and what a recurrent layer takes of tokens is projected with the table they are looked up in.
 */
function firstLayer(spec: NetworkSpec, { input, tokens }: TaskShape): number {
  const [height, width = 1, channels = 1] = input;
  if (spec.family === 'rnn') return tokens?.padded ? 0 : 3 * 2 * height * spec.width ** 2 * GATES[spec.cell];
  if (spec.family === 'fcn') return 2 * input.reduce((a, b) => a * b, 1) * spec.width;
  return spec.family === 'convnet' ? (2 * height * width * channels * 9 * spec.width) / spec.stride ** 2 : 0;
}

/**
 * Floating-point operations that a step of all members cannot do without: its matrix products and convolutions, and nothing
 * else, so that it compares with a matrix product. Of a Gram matrix one half counts.
 */
export function stepFlops(experiment: Experiment): number {
  const {
    arms,
    seeds,
    target,
    base: { batchSize: n },
  } = experiment;
  const shape = taskShape(experiment.task);
  const { flops, taps } = describeNetwork(target, shape);
  let sum = arms.length * seeds.length * n * (3 * flops - firstLayer(target, shape));
  for (const arm of arms) {
    for (const { targetTap } of alignedPairs(experiment, arm)) {
      const features = taps.find(({ name }) => name === targetTap)?.features ?? 0;
      // Its Gram matrix, and the product that gives the gradient.
      sum += seeds.length * (n * (n + 1) + 2 * n * n) * features;
    }
  }
  for (const id of guidesInUse(experiment)) {
    const guide = describeGuide(experiment, id);
    const used = new Set(
      arms.flatMap((arm) =>
        alignedPairs(experiment, arm)
          .filter((pair) => pair.guide === id)
          .map(({ guideTap }) => guideTap),
      ),
    );
    for (const { name, features } of guide.taps) if (used.has(name)) sum += seeds.length * n * (n + 1) * features;
    if (guideCacheBytes(experiment, id) === Number.POSITIVE_INFINITY) sum += Math.max(guideInstances(experiment, id), seeds.length) * n * guide.flops;
  }
  return sum;
}
