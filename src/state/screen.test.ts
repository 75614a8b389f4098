import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { presetExperiment } from '@/experiment/testing.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { FakeLab } from '@/lab/testing/fakeLab.ts';
import { useExperiment } from './experiment.ts';
import { useKeptRuns } from './keptRuns.ts';
import { clearRun, useRun } from './run.ts';
import { openInLab, useLeft, watchScreen } from './screen.ts';
import { session } from './session.ts';
import { deleteRun, keepRun, loadShelf, useShelf } from './shelf.ts';
import { stored } from './testing/fakeShelfStorage.ts';

vi.mock('./shelfStorage.ts', () => import('./testing/fakeShelfStorage.ts'));

const labs = vi.hoisted((): { made: unknown[] } => ({ made: [] }));
vi.mock('@/worker/client.ts', () => ({
  createWorkerLab: () => {
    const lab = new FakeLab({ chunk: 10, chunkMs: 5 });
    labs.made.push(lab);
    return lab;
  },
}));
const lab = () => labs.made.at(-1) as FakeLab;

const short = (id: string): Experiment => {
  const preset = presetExperiment(id);
  return { ...preset, base: { ...preset.base, steps: 200, evaluateEvery: 10 }, seeds: [0] };
};
const [one, other] = [short('wide-fcn'), short('deep-fcn')];
const edit = (experiment: Experiment) => useExperiment.getState().replace(experiment);
const screen = () => useRun.getState();

let stop = () => {};
beforeEach(async () => {
  clearRun();
  stored.clear();
  for (const { id } of useShelf.getState().runs) await deleteRun(id);
  await loadShelf();
  useLeft.setState({ left: null });
  edit(one);
  stop = watchScreen();
});
afterEach(async () => {
  stop();
  await session.dispose();
});

/** Run until something was measured. */
async function runFor(steps: number): Promise<void> {
  await session.run();
  await vi.waitFor(() => expect(screen().data.trainedSteps).toBeGreaterThanOrEqual(steps), 10_000);
}

it('another preset puts a run that goes on onto the shelf and clears the screen; back there it is paused and goes on', async () => {
  await runFor(30);
  const { id } = screen();
  edit(other);
  expect(screen()).toMatchObject({ phase: 'idle', opened: null });
  // The first to be kept waits for what it takes to keep it to be loaded.
  await vi.waitFor(() => expect(useLeft.getState().left).toEqual({ id }), 10_000);
  const [name] = lab().kept.map((run) => run.name);
  await vi.waitFor(() => expect(useShelf.getState().runs).toMatchObject([{ id, checkpoint: name }]), 10_000);
  expect(useShelf.getState().runs[0].stoppedAt).toBeGreaterThanOrEqual(30);
  expect(useKeptRuns.getState().names?.has(name)).toBe(true);
  expect(lab().calls).toContain('close and keep');

  edit(one);
  await vi.waitFor(() => expect(screen()).toMatchObject({ phase: 'paused', id, shownAgain: true, checkpoint: name }), 10_000);
  // Nothing is left to go back to.
  expect(useLeft.getState().left).toBeNull();
  expect(screen().step).toBe(useShelf.getState().runs[0].stoppedAt);
  await session.run();
  expect(lab().opened.at(-1)?.options).toMatchObject({ resume: name, keepAs: name });
  expect(screen()).toMatchObject({ id, shownAgain: false });
  await vi.waitFor(() => expect(screen().phase).toBe('finished'), 10_000);
  await vi.waitFor(() => expect(useShelf.getState().runs).toMatchObject([{ id, stoppedAt: null, checkpoint: null }]), 10_000);
});

it('an edit of the same question keeps the run on screen; run anew it keeps what was there', async () => {
  await runFor(30);
  await session.pause();
  const { id } = screen();
  edit({ ...one, seeds: [0, 1] });
  expect(screen()).toMatchObject({ phase: 'paused', id });
  await session.run();
  expect(screen().id).not.toBe(id);
  await vi.waitFor(() => expect(useLeft.getState().left).toEqual({ id }), 10_000);
  await vi.waitFor(() => expect(useShelf.getState().runs.find((run) => run.id === id)?.checkpoint).toBeTruthy(), 10_000);
});

it('a reset keeps the result so far, which does not come back by itself', async () => {
  await runFor(30);
  const { id } = screen();
  await session.reset();
  await vi.waitFor(() => expect(useShelf.getState().runs).toMatchObject([{ id, checkpoint: null }]), 10_000);
  edit(other);
  edit(one);
  await loadShelf();
  expect(screen().phase).toBe('idle');
  await openInLab(id);
  expect(screen()).toMatchObject({ phase: 'finished', id, result: { stoppedAt: useShelf.getState().runs[0].stoppedAt } });
});

it('while it is prepared there is nothing to keep, which is told', async () => {
  void session.run();
  expect(screen().phase).toBe('preparing');
  edit(other);
  expect(screen().phase).toBe('idle');
  await session.settled;
  await loadShelf();
  expect(useShelf.getState().runs).toEqual([]);
  await vi.waitFor(() => expect(useLeft.getState().left).toEqual({ id: null }), 10_000);
});

it('the page opens with the latest finished run of exactly its experiment', async () => {
  stop();
  await runFor(200);
  await lab().idle();
  // What a fake lab says of its end has no curves: the page's own are kept.
  await keepRun({ ...screen(), result: null });
  const { id } = screen();
  clearRun();
  edit({ ...one, seeds: [0, 1] });
  stop = watchScreen();
  await loadShelf();
  expect(screen().phase).toBe('idle');
  stop();
  edit(one);
  stop = watchScreen();
  await vi.waitFor(() => expect(screen()).toMatchObject({ phase: 'finished', id, shownAgain: true, closed: true }), 10_000);
  expect(screen().result?.stoppedAt).toBeUndefined();
  // It is not kept once more.
  expect(useShelf.getState().runs).toHaveLength(1);
});
