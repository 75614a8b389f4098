/** Arms that train a map along with their target: they learn by it, nobody else feels it, and it is where a run goes on. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Checkpoint } from '../experiment/contract/lab.ts';
import type { RunResult } from '../experiment/contract/result.ts';
import { parseExperiment } from '../experiment/parse.ts';
import type { AlignTerm, ArmSpec, Experiment, TokenView } from '../experiment/schema/schema.ts';
import { mean } from '../stats/summary.ts';
import { runToEnd } from './testing/collect.ts';
import { curve, member, openLab } from './testing/drive.ts';
import { tinyExperiment, tinySequences } from './testing/experiments.ts';

const STEPS = 14;
const SETTINGS = { 'base.steps': STEPS, 'base.evaluateEvery': 7, 'base.batchSize': 16, 'base.learningRate': 0.003, 'base.clipNorm': 1, 'task.val': 64 };
const arm = (id: string, terms: ArmSpec['terms'], own: Partial<ArmSpec> = {}): ArmSpec => ({ id, name: id, terms, ...own });
const align = (own: Partial<AlignTerm> = {}): AlignTerm => ({ kind: 'align', guide: 'untrained', weight: 3, measure: { name: 'fitnets' }, ...own });
const CKA = align({ measure: { name: 'cka' } });
const TWO = [align(), align({ weight: 1, course: { kind: 'until', step: 5 } }), CKA];

const withArms = ({ guides, ...experiment }: Experiment, arms: ArmSpec[]): Experiment => ({
  ...experiment,
  asks: undefined,
  guides: { untrained: guides.untrained, shuffled: { ...guides.untrained, control: 'shuffled' } as Experiment['guides'][string] },
  arms,
});
const images = tinyExperiment({ ...SETTINGS, seeds: [0, 1] });
const OTHERS = [arm('unguided', []), arm('cka', [CKA])];
const ALL = withArms(images, [
  OTHERS[0],
  arm('learnt', [align()]),
  arm('wild', [align()], { learningRate: 1e30 }),
  OTHERS[1],
  arm('again', [align()]),
  arm('several', TWO),
  arm('shuffled', [align({ guide: 'shuffled' })]),
  arm('fork', [align({ mapping: { rule: 'last', count: 1 } })], { fork: { of: 'cka', step: 4 } }),
  arm('off', [], { fork: { of: 'learnt', step: 4 } }),
]);

/** All that is recorded of a member, in whatever company. */
const whole = (result: RunResult, id: string, seed = 0) => {
  const { history, final } = member(result, id, seed);
  return { loss: history.trainLoss, val: history.valLoss, alignment: history.alignmentLoss, end: final };
};

async function stoppedAt(experiment: Experiment, step: number): Promise<Checkpoint> {
  const { lab, steps } = await openLab(experiment, 'wasm');
  await steps(step);
  const checkpoint = structuredClone(await lab.checkpoint());
  await lab.dispose();
  return checkpoint;
}

async function goneOn(experiment: Experiment, checkpoint: Checkpoint): Promise<RunResult> {
  const { lab, result } = await openLab(experiment, 'wasm', { checkpoint });
  const ended = await result();
  await lab.dispose();
  return ended;
}

describe('on images', () => {
  let result: RunResult;
  beforeAll(async () => {
    expect(parseExperiment({ ...ALL, arms: ALL.arms.filter(({ id }) => id !== 'wild') })).toMatchObject({ ok: true });
    ({ result } = await runToEnd(ALL, 'wasm'));
  });

  it.each(['learnt', 'several', 'shuffled'])('%s learns by its map', (id) => {
    const loss = member(result, id, 0).history.alignmentLoss as number[];
    expect(mean(loss.slice(-3))).toBeLessThan((id === 'shuffled' ? 1 : 0.95) * mean(loss.slice(0, 3)));
    expect(member(result, id, 0).diverged).toBe(false);
    expect(whole(result, id).loss[0]).toBe(whole(result, 'unguided').loss[0]);
    expect(whole(result, id).loss.slice(1)).not.toEqual(whole(result, 'unguided').loss.slice(1));
  });

  it('nobody feels its presence, and in any company it learns the same', async () => {
    const { result: without } = await runToEnd(withArms(images, OTHERS), 'wasm');
    for (const { id } of OTHERS) for (const seed of [0, 1]) expect(curve(member(result, id, seed))).toEqual(curve(member(without, id, seed)));
    const { result: alone } = await runToEnd({ ...withArms(images, [arm('learnt', [align()])]), seeds: [1] }, 'wasm');
    expect(whole(result, 'learnt', 1)).toEqual(whole(alone, 'learnt', 1));
    expect(whole(result, 'again')).toEqual(whole(result, 'learnt'));
    expect(member(result, 'wild', 0).diverged).toBe(true);
  });

  it('goes on from a checkpoint as if it had never stopped, and forks', async () => {
    expect((await goneOn(ALL, await stoppedAt(ALL, 6))).members).toEqual(result.members);
    // Maps of a fork that were not there before it begin with it.
    const before = await stoppedAt({ ...ALL, arms: ALL.arms.filter(({ fork }) => !fork) }, 4);
    expect(Object.keys(before.tensors).filter((name) => name.startsWith('cka/map/'))).toEqual([]);
    const forked = await goneOn(ALL, before);
    for (const id of ['fork', 'off', 'learnt']) expect(whole(forked, id)).toEqual(whole(result, id));
    expect(whole(result, 'fork').loss.findIndex((loss, i) => loss !== whole(result, 'cka').loss[i])).toBe(5);
  });

  it('leaves its map as it is in steps that its course leaves out, whatever moments it has', async () => {
    const experiment = withArms(tinyExperiment({ ...SETTINGS, seeds: [0] }), [arm('learnt', [align({ course: { kind: 'every', steps: 2 } })])]);
    const { lab, steps } = await openLab(experiment, 'wasm');
    const maps: number[][] = [];
    for (let step = 0; step < 3; step++) {
      await steps(1);
      const { tensors } = await lab.checkpoint();
      maps.push(Object.entries(tensors).flatMap(([name, { data }]) => (name.includes('/map/') ? [...data] : [])));
    }
    await lab.dispose();
    expect(maps[0].length).toBeGreaterThan(0);
    expect(maps[1]).toEqual(maps[0]);
    expect(maps[2]).not.toEqual(maps[0]);
  });

  it('counts the target alone where gradients are clipped', async () => {
    const rate = 0.1;
    const experiment: Experiment = withArms(tinyExperiment({ ...SETTINGS, seeds: [0], 'base.clipNorm': 1e-3, 'base.learningRate': rate }), [
      arm('learnt', [align()]),
    ]);
    experiment.base.optimiser = { kind: 'sgd', momentum: 0, weightDecay: 0 };
    const { lab, steps } = await openLab(experiment, 'wasm');
    const { update } = await lab.inspect({ arm: 'learnt', seed: 0, pair: null, of: 'next' });
    expect(update.change / (rate * 1e-3)).toBeCloseTo(1, 2);
    const maps = async () => Object.entries((await lab.checkpoint()).tensors).filter(([name]) => name.includes('/map/parameter/'));
    const start = structuredClone(await maps());
    await steps(1);
    const moved = (await maps()).flatMap(([, { data }], m) => [...data].map((value, i) => value - start[m][1].data[i]));
    expect(Math.hypot(...moved)).toBeGreaterThan(10 * rate * 1e-3);
    await lab.dispose();
  });

  it('is taken apart by its map, beside matrices that CKA compares', async () => {
    const { lab, steps } = await openLab(ALL, 'wasm');
    await steps(3);
    const pair = { guide: 'untrained', guideTap: 'pool', targetTap: 'linear2' };
    const { alignment, matrices, total, taskLoss } = await lab.inspect({ arm: 'several', seed: 1, pair, of: 'next' });
    await lab.dispose();
    const recorded = member(result, 'several', 1).history;
    expect([taskLoss, alignment?.loss]).toEqual([recorded.trainLoss[3], recorded.alignmentLoss?.[3]]);
    expect(alignment?.pairs.reduce((sum, { similarity, weight }) => sum + weight * (1 - similarity), 0)).toBeCloseTo(alignment?.loss ?? 0, 3);
    expect(alignment?.pairs.map(({ byMap }) => byMap)).toEqual([true, true, true, true, false, false]);
    expect(matrices?.measure).toEqual({ name: 'cka' });
    expect(total).toBe(taskLoss + (alignment?.loss ?? 0));
  });
});

it('means over positions where layers differ in size, with a warm-up and an optimiser of its own', async () => {
  const target = { family: 'convnet', stages: [1, 1], width: 4, stride: 1, norm: 'batch', init: 'he', tap: 'pre' } as const;
  const warmup = { steps: 4, inputs: 'smooth-noise', loss: 'align', keepOptimiser: true } as const;
  const experiment = withArms(tinyExperiment({ ...SETTINGS, seeds: [0], target }), [
    arm('learnt', [align()], { optimiser: { kind: 'sgd', momentum: 0.9, weightDecay: 0 }, learningRate: 0.01 }),
    arm('warm', [align()], { warmup }),
  ]);
  const { result } = await runToEnd(experiment, 'wasm');
  for (const id of ['learnt', 'warm']) {
    const { history, warmup: before } = member(result, id, 0);
    const loss = [...(before?.alignmentLoss ?? []), ...(history.alignmentLoss ?? [])] as number[];
    expect(mean(loss.slice(-3)), id).toBeLessThan(0.97 * mean(loss.slice(0, 3)));
  }
  // In the middle of the warm-up.
  const gone = await goneOn(experiment, await stoppedAt(experiment, 2));
  expect(whole(gone, 'warm')).toEqual(whole(result, 'warm'));
});

it.each([
  ['of one length', 6],
  ['padded', 4],
])('learns in every view of sequences, %s', async (_, shortest) => {
  const views: TokenView[] = ['position', 'flattened', 'all-tokens', 'last-token'];
  const experiment = withArms(
    tinySequences('parity', { ...SETTINGS, seeds: [0], 'task.minLength': shortest, 'base.mapping': { rule: 'last', count: 1 } }),
    views.map((tokens) => arm(tokens, [align({ tokens })])),
  );
  const { result } = await runToEnd(experiment, 'wasm');
  const losses = views.map((id) => member(result, id, 0).history.alignmentLoss as number[]);
  for (const [v, loss] of losses.entries()) expect(mean(loss.slice(-3)), views[v]).toBeLessThan(0.95 * mean(loss.slice(0, 3)));
  expect(new Set(losses.map(([first]) => first)).size).toBe(views.length);
});
