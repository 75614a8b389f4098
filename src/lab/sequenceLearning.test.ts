/** Every sequence family learns a task that suits it, on WASM, in the fewest steps that are safe. */
import { describe, expect, it } from 'vitest';
import type { NetworkSpec, TaskSpec } from '../experiment/schema/schema.ts';
import { RNN_2X64, TRANSFORMER_2X32 } from '../experiment/presets/sequencePresets.ts';
import { tinySequences } from './testing/experiments.ts';
import { learn as teach } from './testing/learn.ts';

/** @returns final validation accuracy */
const learn = (task: TaskSpec, target: NetworkSpec, steps: number, learningRate: number): Promise<number> =>
  teach(tinySequences('first-token'), { task, target, steps, learningRate, warmup: 20 });

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
