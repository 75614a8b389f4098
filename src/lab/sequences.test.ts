/** The lab's contracts on sequences: the same as on images (`lab.test.ts`), and what fresh data and padding add. */
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { decodeLink, encodeLink } from '../experiment/link.ts';
import { parseExperiment } from '../experiment/parse.ts';
import { formatProblem } from '../experiment/schema/problem.ts';
import { withoutLostAsks } from '../experiment/plan/arms.ts';
import type { Experiment, Term } from '../experiment/schema/schema.ts';
import { runToEnd } from './testing/collect.ts';
import { curve, member, openLab } from './testing/drive.ts';
import { tinySequences } from './testing/experiments.ts';

const backend = 'wasm';
const onlyArms = (experiment: Experiment, ...ids: string[]): Experiment =>
  withoutLostAsks({ ...experiment, arms: experiment.arms.filter((arm) => ids.includes(arm.id)) });

/** Parsed, so that a test runs only what the page would. */
function checked(experiment: Experiment): Experiment {
  const parsed = parseExperiment(experiment);
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('; '));
  return parsed.experiment;
}

describe.each(['first-token', 'copy-paste', 'parity'] as const)('%s on WASM', (preset) => {
  it('gives the same curves again, bit for bit, from its link', async () => {
    const experiment = checked(tinySequences(preset));
    const link = decodeLink(encodeLink(experiment));
    if (!link.ok) throw new Error('the link does not parse');
    const [a, b] = [await runToEnd(experiment, backend), await runToEnd(link.experiment, backend)];
    expect(a.result.members.map(curve)).toEqual(b.result.members.map(curve));
    for (const m of a.result.members) {
      expect(m.diverged).toBe(false);
      for (const { start, end, chance } of m.pairs) for (const value of [start, end, chance]) expect(value).toBeGreaterThan(0);
    }
    expect(curve(member(a.result, 'guided', 0)).loss).not.toEqual(curve(member(a.result, 'unguided', 0)).loss);
  });
});

describe('fresh data on WASM', () => {
  it('is unguided, bit for bit, when the alignment weight is 0', async () => {
    const { result } = await runToEnd(onlyArms(tinySequences('first-token', { 'arms.guided.terms.align.weight': 0 }), 'unguided', 'guided'), backend);
    for (const seed of [0, 1]) expect(curve(member(result, 'guided', seed))).toEqual(curve(member(result, 'unguided', seed)));
  });

  it('is the same for all arms of a seed, and another for every seed', async () => {
    const { result } = await runToEnd(tinySequences('first-token'), backend);
    for (const seed of [0, 1]) {
      const starts = ['unguided', 'guided', 'guided-untrained', 'distilled'].map((arm) => member(result, arm, seed).history.trainLoss[0]);
      expect(new Set(starts).size).toBe(1);
    }
    expect(member(result, 'unguided', 0).history.trainLoss[0]).not.toBe(member(result, 'unguided', 1).history.trainLoss[0]);
  });

  it('trains a member the same in any group', async () => {
    const all = await runToEnd(tinySequences('copy-paste', { seeds: [0, 1, 2] }), backend);
    const alone = await runToEnd(onlyArms(tinySequences('copy-paste', { seeds: [1] }), 'guided-untrained', 'distilled'), backend);
    for (const arm of ['guided-untrained', 'distilled']) expect(curve(member(alone.result, arm, 1))).toEqual(curve(member(all.result, arm, 1)));
  });

  it.each(['gru', 'lstm'])('continues from a checkpoint as if it had never stopped (%s)', async (cell) => {
    const experiment = tinySequences('copy-paste', { 'target.cell': cell });
    const whole = await runToEnd(experiment, backend);
    const first = await openLab(experiment, backend);
    await first.steps(4);
    const checkpoint = structuredClone(await first.lab.checkpoint());
    await first.lab.dispose();
    const second = await openLab(experiment, backend, { checkpoint });
    const result = await second.result();
    await second.lab.dispose();
    expect(result.members.map(curve)).toEqual(whole.result.members.map(curve));
  });

  it.each(['first-token', 'copy-paste', 'parity'] as const)(
    '%s: holds no more tensors after 60 steps than after 10, and none when disposed',
    async (preset) => {
      const before = tf.memory().numTensors;
      const padding = preset === 'parity' ? { 'task.minLength': 2, 'guides.trained.training.task.minLength': 2 } : {};
      const { lab, steps } = await openLab(tinySequences(preset, { 'base.steps': 80, 'base.evaluateEvery': 15, ...padding }), backend);
      await steps(10);
      const { numTensors, numDataBuffers } = tf.memory();
      await steps(50);
      expect(tf.memory()).toMatchObject({ numTensors, numDataBuffers });
      await lab.dispose();
      expect(tf.memory().numTensors).toBe(before);
    },
  );
});

describe('a fixed training set', () => {
  it('is cached by the guide: the curves are those of a guide that runs live', async () => {
    const fixed = tinySequences('copy-paste', { 'task.train': 64, 'base.steps': 12 });
    const cached = await runToEnd(fixed, backend);
    // The same batches through the live path: a cached value is the value.
    const { Guide } = await import('./guidance/guide.ts');
    const { require } = Guide.prototype;
    Guide.prototype.require = function live(taps, logits) {
      require.call(this, taps, logits, false);
    };
    try {
      const live = await runToEnd(fixed, backend);
      expect(live.result.members.map(curve)).toEqual(cached.result.members.map(curve));
    } finally {
      Guide.prototype.require = require;
    }
  });
});

describe('every view of tokens', () => {
  it.each(['position', 'flattened', 'all-tokens', 'last-token'])('%s trains, with and without padding', async (tokens) => {
    for (const padding of [{}, { 'task.minLength': 2, 'guides.trained.training.task.minLength': 2 }]) {
      const experiment = checked(onlyArms(tinySequences('parity', { 'base.tokens': tokens, ...padding }), 'unguided', 'guided'));
      const { result } = await runToEnd(experiment, backend);
      for (const { final, pairs } of result.members) {
        expect(final.valLoss).toBeGreaterThan(0);
        for (const { end } of pairs) expect(end).toBeGreaterThan(0);
      }
      expect(curve(member(result, 'guided', 0)).loss).not.toEqual(curve(member(result, 'unguided', 0)).loss);
    }
  });

  it('an arm can differ in its view', async () => {
    const base = onlyArms(tinySequences('first-token'), 'guided-untrained');
    const [arm] = base.arms;
    const own: Experiment = { ...base, arms: [arm, { ...arm, id: 'flat', terms: arm.terms.map((term) => ({ ...term, tokens: 'flattened' }) as Term) }] };
    const { result } = await runToEnd(checked(own), backend);
    const flat = await runToEnd({ ...base, base: { ...base.base, tokens: 'flattened' } }, backend);
    expect(member(result, 'flat', 0).history.trainLoss).toEqual(member(flat.result, 'guided-untrained', 0).history.trainLoss);
    expect(member(result, 'flat', 0).history.trainLoss).not.toEqual(member(result, 'guided-untrained', 0).history.trainLoss);
  });
});
