/** Every sequence family learns a task that suits it, on WASM, in the fewest steps that are safe. */
import { describe, expect, it } from 'vitest';
import { formatProblem, parseExperiment } from '../experiment/parse.ts';
import type { Experiment, NetworkSpec, TaskSpec } from '../experiment/schema.ts';
import { RNN_2X64, TRANSFORMER_2X32 } from '../experiment/sequencePresets.ts';
import { runToEnd } from './testing/collect.ts';
import { tinySequences } from './testing/experiments.ts';

/** An unguided run of one seed. @returns its final validation accuracy */
async function learn(task: TaskSpec, target: NetworkSpec, steps: number, learningRate: number): Promise<number> {
  const tiny = tinySequences('first-token');
  const experiment: Experiment = {
    ...tiny,
    task,
    target,
    guides: {},
    arms: [{ id: 'unguided', name: 'Unguided' }],
    seeds: [0],
    base: { ...tiny.base, learningRate, batchSize: 64, steps, evaluateEvery: steps, schedule: { kind: 'tail', warmup: 20, decay: 0.3 } },
  };
  const parsed = parseExperiment(experiment);
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('; '));
  const { result } = await runToEnd(parsed.experiment, 'wasm');
  return result.members[0].final.valMetric ?? 0;
}

const data = { train: 'fresh', val: 256, seed: 0 } as const;
const rnn = (cell: 'tanh' | 'gru' | 'lstm'): NetworkSpec => ({ ...RNN_2X64, cell, layers: 1, width: 24, init: 'orthogonal' });

describe('learns on WASM', () => {
  it.each(['gru', 'lstm'] as const)('%s: the parity of every prefix, of strings of two to ten bits', async (cell) => {
    const task: TaskSpec = { kind: 'parity', length: 10, minLength: 2, labels: 'prefix', ...data };
    expect(await learn(task, rnn(cell), 300, 1e-2)).toBeGreaterThan(0.95);
  });

  it('RNN: brackets of two kinds', async () => {
    expect(await learn({ kind: 'dyck', length: 8, brackets: 2, ...data }, rnn('tanh'), 250, 5e-3)).toBeGreaterThan(0.9);
  });

  it('Transformer: to copy', async () => {
    const task: TaskSpec = { kind: 'copy-paste', length: 5, vocabulary: 4, ...data };
    expect(await learn(task, TRANSFORMER_2X32, 150, 5e-3)).toBeGreaterThan(0.95);
  });

  it('Transformer encoder, post-norm, learned positions: the first token', async () => {
    const task: TaskSpec = { kind: 'first-token', length: 8, vocabulary: 4, ...data };
    const encoder: NetworkSpec = { ...TRANSFORMER_2X32, causal: false, norm: 'post', positions: 'learned', activation: 'gelu', layers: 1 };
    expect(await learn(task, encoder, 150, 3e-3)).toBeGreaterThan(0.95);
  });
});
