import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readExperiment } from './importing.ts';
import { canPlayBack, usePlayback } from './playback.ts';
import { endPlayback, pausePlayback, playBack, resumePlayback, setPlaybackLength } from './player.ts';
import { clearRun, showRun, useRun } from './run.ts';
import { session } from './session.ts';
import { verdictOf } from './verdictOf.ts';

/** A run of a few steps, as a result file has it. */
function show(name = 'first-token'): void {
  const imported = readExperiment(readFileSync(resolve(import.meta.dirname, `../experiment/fixtures/v1/results/${name}.json`), 'utf8'));
  if (!imported.ok || imported.kind !== 'result' || !imported.run.ok) throw new Error('fixture');
  showRun(imported.experiment, imported.run.events, { loadedFrom: 'result.json' });
}

const steps = () => useRun.getState().steps;
const evaluated = () => useRun.getState().data.evaluations.map(({ step }) => step);

beforeEach(() => {
  vi.useFakeTimers();
  clearRun();
  show();
});

afterEach(() => {
  endPlayback();
  vi.useRealTimers();
});

it('tells a run in the time that was chosen, evaluation by evaluation, and ends with what was there', () => {
  const before = useRun.getState();
  const known = before.data.evaluations.map(({ step, series }) => ({ step, scores: [...series.valMetric] }));
  expect(canPlayBack(before)).toBe(true);
  expect(playBack(10)).toBeNull();
  expect(useRun.getState()).toMatchObject({ phase: 'running', step: 0, result: null, loadedFrom: 'result.json', closed: true });
  expect(evaluated()).toEqual([0]);
  for (let second = 1; second < 10; second++) {
    vi.advanceTimersByTime(1000);
    const { data, step } = useRun.getState();
    expect(Math.abs(data.trainedSteps - (second / 10) * steps())).toBeLessThanOrEqual(1 + 0.02 * steps());
    expect(step).toBeLessThanOrEqual(data.trainedSteps);
    expect(evaluated()).toEqual(known.map(({ step }) => step).filter((step) => step <= data.trainedSteps));
    expect(data.evaluations.map(({ step, series }) => ({ step, scores: [...series.valMetric] }))).toEqual(known.slice(0, data.evaluations.length));
    // Of a run that has not ended nothing is claimed.
    expect(useRun.getState().phase).toBe('running');
  }
  vi.advanceTimersByTime(1200);
  expect(usePlayback.getState().status).toBe('off');
  const after = useRun.getState();
  expect(after.data).toBe(before.data);
  expect(after).toMatchObject({ phase: 'finished', result: before.result, closed: before.closed });
  expect(vi.getTimerCount()).toBe(0);
});

it('fills the same curves as the run itself', () => {
  const before = useRun.getState().data;
  playBack(10);
  const { data } = useRun.getState();
  vi.advanceTimersByTime(9900);
  expect(data.trainedSteps).toBe(before.trainedSteps - 1);
  for (let row = 0; row < data.steps.trainLoss.values.length; row++)
    for (let m = 0; m < data.members.length; m++) expect(data.steps.trainLoss.values.at(row, m)).toBe(before.steps.trainLoss.values.at(row, m));
  expect(verdictOf(data, false)?.headline).toBeDefined();
});

it('stands still while paused, and goes on at another speed from there', () => {
  playBack(10);
  vi.advanceTimersByTime(5000);
  pausePlayback();
  const there = useRun.getState().data.trainedSteps;
  vi.advanceTimersByTime(60_000);
  expect(useRun.getState().data.trainedSteps).toBe(there);
  setPlaybackLength(60);
  resumePlayback();
  vi.advanceTimersByTime(6000);
  expect(Math.abs(useRun.getState().data.trainedSteps - (there + 0.1 * steps()))).toBeLessThanOrEqual(2);
  endPlayback();
  expect(useRun.getState().phase).toBe('finished');
  expect(usePlayback.getState().status).toBe('off');
});

it('asks nothing of the lab, which has no such run', async () => {
  playBack(10);
  await session.pause();
  await session.step();
  await session.run();
  await session.intervene({ guidance: false });
  expect(useRun.getState()).toMatchObject({ phase: 'running', failure: null });
});

it('gives way to whatever is opened in its place', () => {
  playBack(10);
  vi.advanceTimersByTime(1000);
  show('wide-fcn');
  const other = useRun.getState().data;
  vi.advanceTimersByTime(1000);
  expect(usePlayback.getState().status).toBe('off');
  expect(useRun.getState().data).toBe(other);
  endPlayback();
  expect(useRun.getState().data).toBe(other);
});

it('has nothing to play where nothing has ended', () => {
  clearRun();
  expect(canPlayBack(useRun.getState())).toBe(false);
  expect(playBack()).toMatch(/no finished run/);
});
