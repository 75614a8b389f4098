/** What a run must always hold, whatever the backend: the lab's contracts, at sizes that take seconds. */
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { decodeLink, encodeLink } from '../experiment/link.ts';
import type { Experiment } from '../experiment/schema/schema.ts';
import { verdictOf } from './testing/verdict.ts';
import { runToEnd } from './testing/collect.ts';
import { curve, member, openLab } from './testing/drive.ts';
import { tinyExperiment } from './testing/experiments.ts';

const onlyArms = (experiment: Experiment, ...ids: string[]): Experiment => ({ ...experiment, arms: experiment.arms.filter((arm) => ids.includes(arm.id)) });

describe('a run on WASM', () => {
  const backend = 'wasm';

  it('gives the same curves again, bit for bit', async () => {
    const [a, b] = [await runToEnd(tinyExperiment(), backend), await runToEnd(tinyExperiment(), backend)];
    expect(a.result.members.map(curve)).toEqual(b.result.members.map(curve));
    // The learned curves differ between arms: equality above is not that of constants.
    expect(curve(member(a.result, 'guided', 0))).not.toEqual(curve(member(a.result, 'unguided', 0)));
  });

  it('is unguided, bit for bit, when the alignment weight is 0', async () => {
    const { result } = await runToEnd(tinyExperiment({ 'arms.guided.terms.align.weight': 0 }), backend);
    for (const seed of [0, 1]) expect(curve(member(result, 'guided', seed))).toEqual(curve(member(result, 'unguided', seed)));
  });

  it('tells at which step it has paused', async () => {
    const { lab, events, steps } = await openLab(tinyExperiment({ 'base.steps': 20, 'base.evaluateEvery': 20 }), backend);
    for (const count of [2, 3, 4]) await steps(count);
    const told = events.flatMap((e): (number | string)[] =>
      e.type === 'progress.changed' ? [e.step] : e.type === 'phase.changed' && e.phase === 'paused' ? ['paused'] : [],
    );
    expect(told.filter((_, i) => told[i + 1] === 'paused')).toEqual([2, 5, 9]);
    await lab.dispose();
  });

  it('starts all arms of a seed from the same weights and feeds them the same batches and masks', async () => {
    const { result } = await runToEnd(tinyExperiment(), backend);
    for (const seed of [0, 1]) {
      const starts = ['unguided', 'guided', 'guided-untrained', 'distilled'].map((arm) => member(result, arm, seed));
      expect(new Set(starts.map((m) => m.initial.valLoss)).size).toBe(1);
      // The loss of the first step is taken before any update: same weights, same batch, same dropout mask.
      expect(new Set(starts.map((m) => m.history.trainLoss[0])).size).toBe(1);
    }
    expect(member(result, 'unguided', 0).initial).not.toEqual(member(result, 'unguided', 1).initial);
  });

  it('reads "no difference" when the same arm runs twice', async () => {
    const experiment = onlyArms(tinyExperiment({ seeds: [0, 1, 2] }), 'unguided');
    const { result } = await runToEnd({ ...experiment, arms: [...experiment.arms, { id: 'again', name: 'Again', terms: [] }] }, backend);
    for (const seed of [0, 1, 2]) expect(curve(member(result, 'again', seed))).toEqual(curve(member(result, 'unguided', seed)));
    expect(verdictOf(result)).toContain('no difference');
  });

  it('trains a member the same in any group', async () => {
    const all = await runToEnd(tinyExperiment({ seeds: [0, 1, 2] }), backend);
    const alone = await runToEnd(onlyArms(tinyExperiment({ seeds: [1] }), 'guided', 'distilled'), backend);
    for (const arm of ['guided', 'distilled']) expect(curve(member(alone.result, arm, 1))).toEqual(curve(member(all.result, arm, 1)));
  });

  it('freezes a member that diverges and leaves the others untouched', async () => {
    const experiment = onlyArms(tinyExperiment(), 'unguided', 'guided');
    const whole = await runToEnd(experiment, backend);
    const { lab, steps } = await openLab(experiment, backend);
    await steps(2);
    const checkpoint = await lab.checkpoint();
    await lab.dispose();
    // Break one member (guided, seed 0) only.
    const { data, shape } = checkpoint.tensors['guided/parameter/linear1.weight'];
    data.fill(Number.NaN, 0, data.length / shape[0]);
    const broken = await openLab(experiment, backend, { checkpoint });
    const result = await broken.result();
    await broken.lab.dispose();
    expect(member(result, 'guided', 0)).toMatchObject({ diverged: true, divergedAt: 3 });
    expect(broken.events).toContainEqual({ type: 'member.diverged', arm: 'guided', seed: 0, step: 3 });
    for (const [arm, seed] of [
      ['guided', 1],
      ['unguided', 0],
      ['unguided', 1],
    ] as const) {
      expect(curve(member(result, arm, seed))).toEqual(curve(member(whole.result, arm, seed)));
    }
  });

  it('reports a member that is frozen because its gradient overflows, though its loss is a number', async () => {
    const experiment = onlyArms(
      tinyExperiment({
        'target.depth': 12,
        'target.norm': 'none',
        'target.init': 'he',
        'base.learningRate': 10,
        'base.steps': 6,
      }),
      'unguided',
    );
    const { result } = await runToEnd(experiment, backend);
    for (const { diverged, final } of result.members) {
      expect(diverged).toBe(true);
      expect(final.trainLoss).toBeNull();
    }
    expect(result.summary[0].n).toBe(0);
  });

  it('applies interventions in the order of their steps, whenever they were made', async () => {
    const later = { step: 4, set: { learningRate: 0.02 } };
    const { lab, steps, result } = await openLab({ ...tinyExperiment(), interventions: [later] }, backend);
    await steps(2);
    await lab.intervene({ learningRate: 0.01 });
    const byHand = await result();
    await lab.dispose();
    const { result: fromLink } = await runToEnd({ ...tinyExperiment(), interventions: [{ step: 2, set: { learningRate: 0.01 } }, later] }, backend);
    expect(byHand.experiment.interventions).toEqual(fromLink.experiment.interventions);
    expect(byHand.members.map(curve)).toEqual(fromLink.members.map(curve));
  });

  it.each(['adam', 'adamw', 'sgd'])('continues from a checkpoint as if it had never stopped (%s)', async (kind) => {
    const optimiser = kind === 'sgd' ? { kind, momentum: 0.9, weightDecay: 1e-3 } : { kind, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 1e-3 };
    const experiment = tinyExperiment({ 'base.optimiser': optimiser, 'base.clipNorm': 1 });
    const whole = await runToEnd(experiment, backend);
    const first = await openLab(experiment, backend);
    await first.steps(4);
    const checkpoint = structuredClone(await first.lab.checkpoint());
    await first.lab.dispose();
    expect(checkpoint.step).toBe(4);
    const second = await openLab(experiment, backend, { checkpoint });
    const result = await second.result();
    await second.lab.dispose();
    expect(result.members.map(curve)).toEqual(whole.result.members.map(curve));
  });

  it('reproduces a run with interventions from its link', async () => {
    const { lab, steps, result } = await openLab(tinyExperiment(), backend);
    await steps(2);
    await lab.intervene({ learningRate: 0.01 });
    await steps(1);
    await lab.intervene({ guidance: false });
    const changed = await result();
    await lab.dispose();
    expect(changed.experiment.interventions).toEqual([
      { step: 2, set: { learningRate: 0.01 } },
      { step: 3, set: { guidance: false } },
    ]);
    const link = decodeLink(encodeLink(changed.experiment));
    if (!link.ok) throw new Error('the link does not parse');
    const again = await runToEnd(link.experiment, backend);
    expect(again.result.members.map(curve)).toEqual(changed.members.map(curve));
    const plain = await runToEnd(tinyExperiment(), backend);
    expect(plain.result.members.map(curve)).not.toEqual(changed.members.map(curve));
  });

  it('holds no more tensors after 200 steps than after 10', async () => {
    const { lab, steps } = await openLab(tinyExperiment({ 'base.steps': 250, 'base.evaluateEvery': 30 }), backend);
    await steps(10);
    const { numTensors, numDataBuffers } = tf.memory();
    await steps(200);
    expect(tf.memory()).toMatchObject({ numTensors, numDataBuffers });
    await lab.dispose();
  });

  it('leaves nothing behind when it is closed, and can open another', async () => {
    const { lab, steps } = await openLab(tinyExperiment(), backend);
    await steps(2);
    await lab.close();
    const { numTensors } = tf.memory();
    await lab.open(tinyExperiment(), { backend });
    await lab.run(2);
    await lab.close();
    expect(tf.memory().numTensors).toBe(numTensors);
    await expect(lab.run()).rejects.toThrow('No experiment is open');
    await lab.dispose();
  });

  it('leaves nothing behind when it is disposed', async () => {
    const before = tf.memory().numTensors;
    await runToEnd(tinyExperiment(), backend);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('a run on the CPU', () => {
  it('gives the same curves again, bit for bit', async () => {
    const [a, b] = [await runToEnd(tinyExperiment()), await runToEnd(tinyExperiment())];
    expect(a.result.members.map(curve)).toEqual(b.result.members.map(curve));
  });

  it("records every similarity for every arm, with chance levels and the guides' own scores", async () => {
    const { result } = await runToEnd(tinyExperiment());
    expect(result.guides.map(({ id, seed }) => `${id} ${seed}`)).toEqual(['trained 0', 'untrained 0', 'untrained 1']);
    for (const { pairs } of result.members) {
      expect(pairs.map((p) => p.guide)).toEqual(['trained', 'trained', 'untrained', 'untrained']);
      for (const { start, end, chance } of pairs) {
        for (const value of [start, end, chance]) expect(value).toBeGreaterThan(0);
        expect(end).toBeLessThanOrEqual(1.0001);
      }
    }
  });

  it('does what an arm says and nothing else: until, mean reduction, own learning rate', async () => {
    const base = tinyExperiment();
    const variants: Experiment['arms'] = [
      { id: 'unguided', name: 'Unguided', terms: [] },
      { id: 'guided', name: 'Guided', terms: [{ kind: 'align', guide: 'trained', weight: 4 }] },
      { id: 'a-until', name: 'Until', terms: [{ kind: 'align', guide: 'trained', weight: 4, course: { kind: 'until', step: 6 } }] },
      { id: 'a-mean', name: 'Mean', terms: [{ kind: 'align', guide: 'trained', weight: 8, reduction: 'mean' }] },
      { id: 'a-short', name: 'Short', terms: [{ kind: 'align', guide: 'trained', weight: 4, course: { kind: 'until', step: 2 } }] },
      { id: 'a-rate', name: 'Rate', terms: [], learningRate: 0.01 },
    ];
    const { result } = await runToEnd({ ...base, arms: variants });
    const of = (id: string) => curve(member(result, id, 0));
    expect(of('a-until')).toEqual(of('guided')); // switched off only after the last step
    expect(of('a-mean')).toEqual(of('guided')); // the mean over 2 pairs of twice the weight
    expect(of('a-short').loss.slice(0, 2)).toEqual(of('guided').loss.slice(0, 2));
    expect(of('a-short').loss).not.toEqual(of('guided').loss);
    expect(of('a-rate').loss[0]).toBe(of('unguided').loss[0]);
    expect(of('a-rate').loss[1]).not.toBe(of('unguided').loss[1]);
  });
});
