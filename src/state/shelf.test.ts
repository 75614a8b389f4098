import { beforeEach, expect, it, vi } from 'vitest';
import { readResult } from '@/experiment/contract/readResult.ts';
import type { RunResult } from '@/experiment/contract/result.ts';
import { presetExperiment } from '@/experiment/testing.ts';
import { FakeLab } from '@/lab/testing/fakeLab.ts';
import { applyEvent, beginRun, clearRun, type RunState, useRun } from './run.ts';
import { deleteRun, findRun, keepRun, loadShelf, MOST_RUNS, openRun, pinRun, renameRun, useShelf } from './shelf.ts';
import { RECORD_VERSION } from './shelfRecord.ts';
import { storage, stored } from './testing/fakeShelfStorage.ts';

vi.mock('./shelfStorage.ts', () => import('./testing/fakeShelfStorage.ts'));

const preset = presetExperiment('wide-fcn');
const small = { ...preset, base: { ...preset.base, steps: 40, evaluateEvery: 10 }, seeds: [0, 1] };

/** A run on screen that has been trained for some steps. What a fake lab says of its end has no curves: the page's own are kept. */
async function trained(steps = 40): Promise<RunState> {
  const lab = new FakeLab();
  beginRun(small);
  lab.subscribe(applyEvent);
  await lab.open(small, { backend: 'auto' });
  await lab.run(steps);
  await lab.idle();
  return { ...useRun.getState(), result: null };
}

/** Another run with the same curves. */
const again = (run: RunState, id: string): RunState => ({ ...run, id });
const ids = () => useShelf.getState().runs.map(({ id }) => id);

beforeEach(async () => {
  clearRun();
  stored.clear();
  storage.full = false;
  for (const { id } of useShelf.getState().runs) await deleteRun(id);
  useShelf.setState({ problem: null });
  await loadShelf();
  vi.useRealTimers();
});

it('keeps what a list tells of a run, and everything that was heard of it', async () => {
  const run = await trained();
  await keepRun(run);
  const [record] = useShelf.getState().runs;
  expect(record).toMatchObject({ version: RECORD_VERSION, id: run.id, name: null, pinned: false, stoppedAt: null, checkpoint: null, file: null });
  expect(record.experiment).toEqual(small);
  expect(record.arms.map(({ id }) => id)).toEqual(small.arms.map(({ id }) => id));
  expect(record.arms[0].mean).toBeGreaterThan(0.1);
  expect(record.headline).toMatch(/\w/);
  expect(record.curves.steps).toEqual([0, 10, 20, 30, 40]);
  expect(record.curves.arms[0]).toHaveLength(5);

  const opened = await openRun(run.id);
  const records = opened?.events.flatMap((event) => (event.type === 'evaluation.recorded' ? [event.record] : [])) ?? [];
  expect(records.map(({ series }) => [...series.valMetric])).toEqual(run.data.evaluations.map(({ series }) => [...series.valMetric]));
  expect(opened?.result.stoppedAt).toBeUndefined();
});

it('keeps of a run that was stopped what it has, and says the step that it reached', async () => {
  const run = await trained(25);
  await keepRun(run);
  const opened = await openRun(run.id);
  expect(opened?.record.stoppedAt).toBe(25);
  expect(opened?.result).toMatchObject({ stoppedAt: 25, members: expect.arrayContaining([expect.objectContaining({ arm: 'guided' })]) });
  expect(opened?.result.members[0].history.trainLoss).toHaveLength(25);
  expect(opened?.result.members[0].history.valStep).toEqual([0, 10, 20]);
  expect(opened?.events.find((event) => event.type === 'training.recorded')).toMatchObject({ records: { firstStep: 1, count: 25 } });
  // As a file it can be read, but not as one of another length.
  const file = JSON.parse(JSON.stringify(opened?.result)) as RunResult;
  expect(readResult(file, small).ok).toBe(true);
  expect(readResult({ ...file, stoppedAt: 24 }, small)).toMatchObject({ ok: false, message: expect.stringContaining('25 entries instead of 24') });
  expect(readResult({ ...file, stoppedAt: 40 }, small)).toMatchObject({ ok: false, message: expect.stringContaining('stoppedAt') });
});

it('drops the oldest of too many, and none that is pinned', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const run = await trained(10);
  const keep = (n: number) => {
    vi.setSystemTime(n * 1000);
    return keepRun(again(run, `run-${n}`));
  };
  await keep(0);
  await keep(1);
  await pinRun('run-0', true);
  for (let n = 2; n <= MOST_RUNS; n++) await keep(n);
  expect(ids()).toHaveLength(MOST_RUNS + 1);
  await keep(MOST_RUNS + 1);
  expect(ids()).toHaveLength(MOST_RUNS + 1);
  expect(ids()).not.toContain('run-1');
  expect(ids().at(-1)).toBe('run-0');
  expect([...stored.keys()].filter((key) => key.endsWith('/run-1'))).toEqual([]);
});

it('a run that goes on takes the place of what was kept of it, under the name that it was given', async () => {
  await keepRun(again(await trained(20), 'one'));
  await renameRun('one', ' mine ');
  await pinRun('one', true);
  await keepRun(again(await trained(), 'one'));
  expect(useShelf.getState().runs).toMatchObject([{ id: 'one', name: 'mine', pinned: true, stoppedAt: null }]);
  await renameRun('one', '  ');
  expect(useShelf.getState().runs[0].name).toBeNull();
});

it('what the browser has no room for is said in a sentence, is there until the page closes, and is saved when there is room', async () => {
  const run = await trained(20);
  await keepRun(again(run, 'saved'));
  storage.full = true;
  await keepRun(again(run, 'unsaved'));
  expect(useShelf.getState().problem?.text).toBe('This run stays in the Notebook only until the page closes: this browser has no room left for it.');
  expect(ids().sort()).toEqual(['saved', 'unsaved']);
  expect([...stored.keys()]).toEqual(['about/saved', 'result/saved']);
  expect((await openRun('unsaved'))?.record.unsaved).toBe(true);
  await renameRun('unsaved', 'kept in mind');
  await loadShelf();
  expect(await findRun(({ id }) => id === 'unsaved')).toMatchObject({ name: 'kept in mind', unsaved: true });

  storage.full = false;
  await deleteRun('saved');
  expect(useShelf.getState().runs).toMatchObject([{ id: 'unsaved', name: 'kept in mind' }]);
  expect(useShelf.getState().runs[0].unsaved).toBeUndefined();
  expect(stored.has('result/unsaved')).toBe(true);
});

it('a deleted run comes back by undo, with its name', async () => {
  await keepRun(again(await trained(20), 'one'));
  await renameRun('one', 'mine');
  const undo = await deleteRun('one');
  expect(ids()).toEqual([]);
  expect(stored.size).toBe(0);
  await undo?.();
  expect(useShelf.getState().runs).toMatchObject([{ id: 'one', name: 'mine' }]);
  expect((await openRun('one'))?.events.length).toBeGreaterThan(3);
});

it('a damaged record and one of a newer version are told apart, left alone, and cost nothing else', async () => {
  await keepRun(again(await trained(20), 'good'));
  stored.set('about/newer', { version: RECORD_VERSION + 1, id: 'newer', colours: true });
  stored.set('about/broken', { version: RECORD_VERSION, id: 'broken', experiment: { task: 'none' } });
  stored.set('about/empty', null);
  await loadShelf();
  expect(ids()).toEqual(['good']);
  expect(useShelf.getState().unreadable).toEqual([
    { id: 'newer', why: 'newer' },
    { id: 'broken', why: 'damaged' },
    { id: 'empty', why: 'damaged' },
  ]);
  const undo = await deleteRun('newer');
  await undo?.();
  expect(stored.get('about/newer')).toEqual({ version: RECORD_VERSION + 1, id: 'newer', colours: true });

  // Its result is gone: what is told of it stays, and opening says so.
  stored.delete('result/good');
  expect(await openRun('good')).toBeNull();
  expect(useShelf.getState().problem?.text).toContain('cannot be shown');
  expect(ids()).toEqual(['good']);
});

it('what another tab has renamed, deleted or added meanwhile stays so', async () => {
  const run = await trained(20);
  await keepRun(again(run, 'one'));
  await keepRun(again(run, 'two'));
  stored.set('about/one', { ...(stored.get('about/one') as object), name: 'theirs' });
  stored.set('about/three', { ...(stored.get('about/two') as object), id: 'three' });
  stored.delete('about/two');
  await pinRun('one', true);
  await pinRun('two', true);
  await loadShelf();
  expect(ids().sort()).toEqual(['one', 'three']);
  expect(await findRun(({ id }) => id === 'one')).toMatchObject({ name: 'theirs', pinned: true });
});
