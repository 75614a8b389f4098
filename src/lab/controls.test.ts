/** Controls in whole runs: what they guide, what is recorded of them, and that the run stays a function of its experiment. */
import { describe, expect, it } from 'vitest';
import { parseExperiment } from '../experiment/parse.ts';
import { withoutLostAsks } from '../experiment/plan/arms.ts';
import type { Experiment, GuideSpec } from '../experiment/schema/schema.ts';
import { runToEnd } from './testing/collect.ts';
import { curve, member, openLab } from './testing/drive.ts';
import { tinyExperiment, tinySequences } from './testing/experiments.ts';

/** An experiment with every control as a guide and an arm guided by each, beside the unguided one. */
function withControls(experiment: Experiment, images: boolean): Experiment {
  const { trained, untrained } = experiment.guides;
  const guides: Record<string, GuideSpec> = {
    plain: untrained,
    trained,
    'untrained-shuffled': { ...untrained, control: 'shuffled' } as GuideSpec,
    'trained-shuffled': { ...trained, control: 'shuffled' } as GuideSpec,
    noise: { ...untrained, control: 'noise' } as GuideSpec,
    ...(images && { white: { ...trained, control: 'white-noise' } as GuideSpec }),
    orthogonal: { ...untrained, control: 'orthogonal' } as GuideSpec,
    identity: { state: 'control', kind: 'identity-gram' },
    mean: { state: 'control', kind: 'running-mean' },
    'own-kind': { state: 'control', kind: 'own-kind' },
  };
  const ids = Object.keys(guides).filter((id) => id !== 'trained');
  return withoutLostAsks({
    ...experiment,
    guides,
    arms: [{ id: 'unguided', name: 'Unguided', terms: [] }, ...ids.map((id) => ({ id, name: id, terms: [{ kind: 'align' as const, guide: id, weight: 1 }] }))],
  });
}

const images = () => withControls(tinyExperiment({ 'base.steps': 2, 'base.evaluateEvery': 2 }), true);
const sequences = () => withControls(tinySequences('first-token', { 'base.steps': 2, 'base.evaluateEvery': 2 }), false);
const padded = () => {
  const experiment = tinySequences('parity', {
    'task.minLength': 3,
    'guides.trained.training.task.minLength': 3,
    'base.steps': 2,
    'base.evaluateEvery': 2,
    'base.mapping': { rule: 'even' },
  });
  return withControls(experiment, false);
};

describe.each([
  ['images', images],
  ['sequences', sequences],
  ['padded sequences', padded],
] as const)('controls on %s', (_, make) => {
  it('train, differ from each other, and give the same bits again, also from a checkpoint', async () => {
    const experiment = make();
    expect(parseExperiment(experiment)).toMatchObject({ ok: true });
    const { result, events } = await runToEnd(experiment, 'wasm');
    // The guide that is shown as it is, shuffled and fed with noise was trained once.
    expect(new Set(events.flatMap((e) => (e.type === 'guide.progress' ? [e.guide] : [])))).toEqual(new Set(['trained']));
    const losses = experiment.arms.map(({ id }) => member(result, id, 1).history.trainLoss.join());
    expect(new Set(losses).size).toBe(losses.length);
    for (const { diverged } of result.members) expect(diverged).toBe(false);
    // What has outputs has a score; shuffling does not change it.
    const score = (id: string) => result.guides.filter((guide) => guide.id === id).map((guide) => guide.score);
    expect([score('identity'), score('mean')]).toEqual([[], []]);
    expect(score('trained-shuffled')).toEqual(score('trained'));
    // The very network of the guide beside it, also where its weights are random.
    expect(score('untrained-shuffled')).toEqual(score('plain'));
    expect(score('own-kind')).toHaveLength(2);
    for (const { guide, end, endDebiased } of member(result, 'unguided', 0).pairs) {
      expect(end, guide).toBeGreaterThan(0);
      if (guide === 'identity') expect(endDebiased).toBeNull();
      else expect(Number.isFinite(endDebiased), guide).toBe(true);
    }
    // The identity's CKA is its chance level.
    for (const { guide, end, chance } of member(result, 'plain', 0).pairs) if (guide === 'identity') expect(end).toBeCloseTo(chance ?? Number.NaN, 4);

    // A network like the target, layer by layer, that is not the target.
    const own = member(result, 'own-kind', 0).pairs.filter((pair) => pair.guide === 'own-kind');
    for (const { guideTap, targetTap, startDebiased } of own) {
      expect(guideTap).toBe(targetTap);
      expect(startDebiased).toBeLessThan(0.99);
    }

    const half = await openLab(experiment, 'wasm');
    await half.steps(1);
    const checkpoint = await half.lab.checkpoint();
    await half.lab.dispose();
    const rest = await openLab(experiment, 'wasm', { checkpoint });
    expect((await rest.result()).members.map(curve)).toEqual(result.members.map(curve));
    await rest.lab.dispose();
  });
});
