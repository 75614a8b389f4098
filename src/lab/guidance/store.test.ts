/** Kept guides: found by their recipe, listed with what is known of them, deleted. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { GuideSpec, TrainedGuideSpec } from '../../experiment/schema/schema.ts';
import { presetExperiment } from '../../experiment/testing.ts';
import { GuideStore, recipeKey } from './store.ts';

const kept = vi.hoisted(() => new Map<string, unknown>());
vi.mock('../kept/storage.ts', () => ({
  recall: async (key: string) => kept.get(key),
  remember: async (key: string, value: unknown) => kept.set(key, value) && true,
  names: async (prefix: string) => [...kept.keys()].filter((key) => key.startsWith(prefix)),
  forget: async (prefix: string) => {
    for (const key of [...kept.keys()]) if (key.startsWith(prefix)) kept.delete(key);
  },
}));

const WIDE = presetExperiment('wide-fcn');
const guide = WIDE.guides.trained as TrainedGuideSpec;
const key = recipeKey(WIDE.task, guide);
const weights = { 'parameter/x': { shape: [2, 3], data: new Float32Array(6) } };
const store = () => new GuideStore(null);

beforeEach(() => kept.clear());

it('a recipe is what a guide is, not what a control shows of it, nor what it guides', () => {
  expect(recipeKey(WIDE.task, { ...guide, control: 'shuffled' })).toBe(key);
  expect(recipeKey({ ...WIDE.task, seed: 1 } as typeof WIDE.task, guide)).not.toBe(key);
  expect(recipeKey(WIDE.task, { ...guide, training: { ...guide.training, seed: 1 } })).not.toBe(key);
  const elsewhere = { ...guide, training: { ...guide.training, task: presetExperiment('shapes').task } };
  expect(recipeKey(WIDE.task, elsewhere)).toBe(recipeKey(presetExperiment('deep-fcn').task, elsewhere));
});

describe('the library', () => {
  const about = { task: WIDE.task, spec: guide, score: 0.93 };

  it('lists what is kept, with its size, score and date, the latest first', async () => {
    const before = Date.now();
    await store().keep('old', weights);
    await store().keep(key, weights);
    await store().note(key, about);
    await store().note('never kept', about);
    const [first, second, ...rest] = await store().list();
    expect(rest).toEqual([]);
    expect(first).toMatchObject({ key, bytes: 24, about });
    expect(first.about?.savedAt).toBeGreaterThanOrEqual(before);
    expect(second).toEqual({ key: 'old', bytes: 24, about: null });
    // What was noted once stays: another run does not make it younger.
    await store().note(key, { ...about, score: 0 });
    expect((await store().list())[0]).toEqual(first);
  });

  it('tells where the guides of an experiment come from, and forgets one or all', async () => {
    const shuffled: GuideSpec = { ...guide, control: 'shuffled' };
    const experiment = { ...WIDE, guides: { ...WIDE.guides, shuffled, other: { ...guide, training: { ...guide.training, steps: 7 } } } };
    expect(await store().origins(experiment)).toEqual({ trained: 'train', shuffled: 'train', other: 'train' });
    await store().keep(key, weights);
    await store().keep('another', weights);
    expect(await store().origins(experiment)).toEqual({ trained: 'kept', shuffled: 'kept', other: 'train' });
    await store().forget(key);
    expect((await store().list()).map((k) => k.key)).toEqual(['another']);
    expect(await store().kept(key)).toBeNull();
    await store().forget();
    expect(kept.size).toBe(0);
  });
});
