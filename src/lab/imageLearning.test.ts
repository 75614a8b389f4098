/** Networks for images learn drawn digits, on WASM, in the fewest steps that are safe. */
import { describe, expect, it } from 'vitest';
import { formatProblem, parseExperiment } from '../experiment/parse.ts';
import type { Experiment, FcnSpec, ImageTaskSpec, NetworkSpec } from '../experiment/schema.ts';
import { runToEnd } from './testing/collect.ts';
import { tinyExperiment } from './testing/experiments.ts';

const DIGITS: ImageTaskSpec = { kind: 'digits', size: 12, classes: 4, train: 600, val: 200, seed: 0, noise: 0.05 };

/** An unguided run of one seed. @returns its final validation accuracy */
async function learn(target: NetworkSpec, steps: number, learningRate: number): Promise<number> {
  const tiny = tinyExperiment();
  const experiment: Experiment = {
    ...tiny, task: DIGITS, target, guides: {}, arms: [{ id: 'unguided', name: 'Unguided' }], seeds: [0],
    base: { ...tiny.base, learningRate, batchSize: 64, steps, evaluateEvery: steps, schedule: { kind: 'tail', warmup: 0, decay: 0.3 } },
  };
  const parsed = parseExperiment(experiment);
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('; '));
  const { result } = await runToEnd(parsed.experiment, 'wasm');
  return result.members[0].final.valMetric ?? 0;
}

const fcn = (over: Partial<FcnSpec>): FcnSpec =>
  ({ family: 'fcn', depth: 3, width: 48, norm: 'none', dropout: 0, init: 'default', tap: 'pre', ...over });

describe('learns on WASM', () => {
  it.each<[string, Partial<FcnSpec>]>([
    ['layer norm, GELU, Xavier', { norm: 'layer', activation: 'gelu', init: 'xavier' }],
    ['tanh, orthogonal', { activation: 'tanh', init: 'orthogonal' }],
    ['16 layers, ReLU, identity', { depth: 16, init: 'identity' }],
  ])('FCN, %s: four digits', async (_, over) => {
    expect(await learn(fcn(over), 60, 2e-3)).toBeGreaterThan(0.85);
  });

  it('ResNet: four digits in one channel', async () => {
    expect(await learn({ family: 'resnet', stages: [1, 1], width: 8, init: 'orthogonal', tap: 'pre' }, 60, 1e-2)).toBeGreaterThan(0.9);
  });
});
