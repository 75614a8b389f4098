/** Warm-ups: what a run with steps before step 0 holds, whatever the company. */
import { describe, expect, it } from 'vitest';
import { readResult } from '../experiment/contract/readResult.ts';
import type { MemberResult } from '../experiment/contract/result.ts';
import type { ArmSpec, Experiment, WarmupSpec } from '../experiment/schema/schema.ts';
import { runToEnd } from './testing/collect.ts';
import { curve, member, openLab } from './testing/drive.ts';
import { tinyExperiment, tinySequences } from './testing/experiments.ts';

const ALIGN = { kind: 'align', guide: 'untrained', weight: 1, course: { kind: 'until', step: 0 } } as const;
const NOISE: WarmupSpec = { steps: 4, inputs: 'smooth-noise', loss: 'align', keepOptimiser: false };

const warm = (id: string, warmup: Partial<WarmupSpec> = {}, arm: Partial<ArmSpec> = {}): ArmSpec => ({
  id,
  name: id,
  terms: [ALIGN],
  warmup: { ...NOISE, ...warmup },
  ...arm,
});
const plain: ArmSpec = { id: 'plain', name: 'plain', terms: [] };
const withArms = (experiment: Experiment, ...arms: ArmSpec[]): Experiment => ({ ...experiment, arms });
const tiny = (...arms: ArmSpec[]) => withArms(tinyExperiment({ 'target.norm': 'batch', 'target.dropout': 0.1, seeds: [0, 1] }), ...arms);

/** All that is recorded of a member. */
const whole = ({ warmup, ...rest }: MemberResult) => ({ warmup, ...curve(rest as MemberResult) });
const valuesOf = (values: readonly (number | null)[] | undefined) => values?.map((value) => value !== null && Number.isFinite(value));

describe('a warm-up', () => {
  it('with zero steps is none, bit for bit', async () => {
    const { result } = await runToEnd(tiny(warm('zero', { steps: 0 }), warm('without', {}, { warmup: undefined }), plain), 'wasm');
    for (const seed of [0, 1]) {
      expect(whole(member(result, 'zero', seed))).toEqual(whole(member(result, 'without', seed)));
      // Its alignment takes no step of training proper.
      expect(curve(member(result, 'zero', seed)).loss).toEqual(curve(member(result, 'plain', seed)).loss);
    }
  });

  it('learns the same in any company and beside warm-ups of other lengths, and changes what training begins with', async () => {
    const long = warm('long', { steps: 6, inputs: 'training' });
    const all = await runToEnd(tiny(plain, warm('warm'), warm('twin'), long, warm('again')), 'wasm');
    const alone = await runToEnd({ ...tiny(warm('warm')), seeds: [1] }, 'wasm');
    expect(whole(member(all.result, 'warm', 1))).toEqual(whole(member(alone.result, 'warm', 1)));
    for (const other of ['twin', 'again']) expect(whole(member(all.result, other, 0))).toEqual(whole(member(all.result, 'warm', 0)));
    const [cold, warmed] = [member(all.result, 'plain', 0), member(all.result, 'warm', 0)];
    expect(cold.warmup).toBeUndefined();
    expect(warmed.initial).not.toEqual(cold.initial);
    expect(warmed.history.step[0]).toBe(1);
    expect(warmed.warmup?.step).toEqual([-3, -2, -1, 0]);
    expect(member(all.result, 'long', 0).warmup?.step).toEqual([-5, -4, -3, -2, -1, 0]);
    // Without labels it has no task loss; the alignment loss falls.
    expect(warmed.warmup?.trainLoss).toEqual([null, null, null, null]);
    const aligned = warmed.warmup?.alignmentLoss as number[];
    expect(aligned[3]).toBeLessThan(aligned[0]);
    // It is evaluated before its first step as it would be without.
    expect(warmed.warmup?.valStep).toEqual([-4, -3]);
    expect(warmed.warmup?.valLoss[0]).toBe(cold.initial.valLoss);
    expect(warmed.history.valStep).toEqual([0, 3, 6]);
    expect(member(all.result, 'long', 0).warmup?.valLoss[0]).toBe(cold.initial.valLoss);
  });

  it('decays no weights that its own alignment does not reach, whoever is beside it', async () => {
    const low = warm('low', {}, { terms: [{ ...ALIGN, mapping: { rule: 'first', count: 1 } }] });
    const decaying = (...arms: ArmSpec[]) => {
      const { base, ...rest } = { ...tiny(...arms), seeds: [0] };
      return { ...rest, base: { ...base, optimiser: { ...base.optimiser, weightDecay: 0.1 } } };
    };
    const beside = await runToEnd(decaying(low, warm('warm')), 'wasm');
    const alone = await runToEnd(decaying(low), 'wasm');
    expect(whole(member(beside.result, 'low', 0))).toEqual(whole(member(alone.result, 'low', 0)));
  });

  it.each([
    ['in its middle', 3],
    ['at its end', 6],
    ['in training proper', 8],
  ])('continues from a checkpoint %s as if it had never stopped', async (_, taken) => {
    const experiment = tiny(plain, warm('warm', { keepOptimiser: true }), warm('long', { steps: 6, inputs: 'white-noise' }));
    const unbroken = await runToEnd(experiment, 'wasm');
    const first = await openLab(experiment, 'wasm');
    await first.steps(taken);
    const checkpoint = structuredClone(await first.lab.checkpoint());
    await first.lab.dispose();
    expect(checkpoint.step).toBe(taken - 6);
    const second = await openLab(experiment, 'wasm', { checkpoint });
    const result = await second.result();
    await second.lab.dispose();
    expect(result.members.map(whole)).toEqual(unbroken.result.members.map(whole));
  });

  it('keeps or forgets the moments of the optimiser, and takes a rate of its own', async () => {
    const { result } = await runToEnd(tiny(warm('forgets'), warm('keeps', { keepOptimiser: true }), warm('slow', { learningRate: 1e-5 }), plain), 'wasm');
    const [forgets, keeps, slow, cold] = ['forgets', 'keeps', 'slow', 'plain'].map((arm) => member(result, arm, 0));
    expect(keeps.warmup).toEqual(forgets.warmup);
    expect(keeps.history.trainLoss[0]).toBe(forgets.history.trainLoss[0]);
    expect(keeps.history.trainLoss[1]).not.toBe(forgets.history.trainLoss[1]);
    // Weights that hardly moved.
    expect(Math.abs(Number(slow.history.trainLoss[0]) - Number(cold.history.trainLoss[0]))).toBeLessThan(0.02);
  });

  it('learns the labels of another task', async () => {
    const other = { ...tinyExperiment().task, kind: 'shapes', classes: 4 } as Experiment['task'];
    const arms = [warm('task', { inputs: other, loss: 'task', steps: 12 }), warm('both', { inputs: other, loss: 'both' }), plain];
    const { result } = await runToEnd(tiny(...arms), 'wasm');
    const [task, both] = [member(result, 'task', 0), member(result, 'both', 0)];
    expect(task.warmup?.alignmentLoss).toBeUndefined();
    expect(valuesOf(both.warmup?.alignmentLoss)).toEqual([true, true, true, true]);
    const losses = task.warmup?.trainLoss as number[];
    expect(losses).toHaveLength(12);
    expect(losses.at(-1)).toBeLessThan(losses[0]);
    // The same first batch for both, before anything was learned.
    expect(both.warmup?.trainLoss[0]).toBe(losses[0]);
  });

  it.each(['white-noise', 'pink-noise', 'training'] as const)('takes %s', async (inputs) => {
    const { result } = await runToEnd({ ...tiny(warm('warm', { inputs, steps: 2 })), seeds: [0] }, 'wasm');
    expect(valuesOf(member(result, 'warm', 0).warmup?.alignmentLoss)).toEqual([true, true]);
  });

  it('takes random tokens, and the examples of a shorter-worded task', async () => {
    const experiment = tinySequences('first-token', { seeds: [0] });
    const { val, train } = experiment.task as Extract<Experiment['task'], { kind: 'first-token' }>;
    const dyck: Experiment['task'] = { kind: 'dyck', length: 6, brackets: 2, train, val, seed: 0 };
    const { result } = await runToEnd(withArms(experiment, warm('tokens', { inputs: 'random-tokens' }), warm('dyck', { inputs: dyck }), plain), 'wasm');
    for (const arm of ['tokens', 'dyck']) expect(valuesOf(member(result, arm, 0).warmup?.alignmentLoss)).toEqual([true, true, true, true]);
    expect(member(result, 'tokens', 0).warmup?.alignmentLoss).not.toEqual(member(result, 'dyck', 0).warmup?.alignmentLoss);
  });

  it('is told in order, and told again by its result', async () => {
    const { lab, events, result } = await openLab(tiny(plain, warm('warm')), 'wasm');
    const ended = await result();
    await lab.dispose();
    const told = events.flatMap((event) => (event.type === 'training.recorded' ? [event.records] : []));
    expect(told[0].firstStep).toBe(-3);
    told.reduce((before, { firstStep, count }) => {
      expect(firstStep).toBe(before + 1);
      return before + count;
    }, -4);
    expect(events.flatMap((event) => (event.type === 'evaluation.recorded' ? [event.record.step] : []))).toEqual([-4, -3, 0, 3, 6]);
    const progress = events.flatMap((event) => (event.type === 'progress.changed' ? [event.step] : []));
    expect(progress[0]).toBe(-3);
    const read = readResult(JSON.parse(JSON.stringify(ended)), ended.experiment);
    expect(read.ok).toBe(true);
    const again = read.ok ? read.events.flatMap((event) => (event.type === 'training.recorded' ? [event.records] : [])) : [];
    expect(again.map(({ firstStep, count }) => [firstStep, count])).toEqual([
      [-3, 4],
      [1, 6],
    ]);
    const before = told.filter(({ firstStep }) => firstStep < 1).flatMap(({ series }) => [...series.alignmentLoss]);
    expect([...again[0].series.alignmentLoss]).toEqual(before);
    expect(read.ok && read.events.flatMap((event) => (event.type === 'evaluation.recorded' ? [event.record.step] : []))).toEqual([-4, -3, 0, 3, 6]);
  });

  it('is what a fork of the arm had, too, and a run goes on without the arm that had the longest', async () => {
    const fork: ArmSpec = { id: 'fork', name: 'fork', terms: [{ ...ALIGN, course: { kind: 'whole' } }], fork: { of: 'warm', step: 3 } };
    const { result } = await runToEnd(tiny(plain, fork, warm('warm')), 'wasm');
    const [forked, parent] = [member(result, 'fork', 1), member(result, 'warm', 1)];
    expect(forked.warmup).toEqual(parent.warmup);
    expect(forked.history.trainLoss.slice(0, 4)).toEqual(parent.history.trainLoss.slice(0, 4));
    expect(forked.history.trainLoss[5]).not.toBe(parent.history.trainLoss[5]);

    const experiment = tiny(warm('warm'), warm('long', { steps: 6 }));
    for (const taken of [1, 4, 8]) {
      const first = await openLab(experiment, 'wasm');
      await first.steps(taken);
      const checkpoint = structuredClone(await first.lab.checkpoint());
      await first.lab.dispose();
      const second = await openLab(tiny(warm('warm')), 'wasm', { checkpoint });
      // Before its own warm-up had begun it was not evaluated.
      const compared = taken < 2 ? curve : whole;
      expect(compared(member(await second.result(), 'warm', 0))).toEqual(compared(member(result, 'warm', 0)));
      await second.lab.dispose();
    }
  });

  it('is left as it is by what a person changes meanwhile, which acts from step 0 on', async () => {
    const experiment = tiny(warm('warm'));
    const { lab, steps, result } = await openLab(experiment, 'wasm');
    await steps(2);
    await lab.intervene({ learningRate: 0.01 });
    const changed = await result();
    await lab.dispose();
    expect(changed.experiment.interventions).toEqual([{ step: 0, set: { learningRate: 0.01 } }]);
    const { result: fromLink } = await runToEnd(changed.experiment, 'wasm');
    expect(changed.members.map(whole)).toEqual(fromLink.members.map(whole));
  });
});
