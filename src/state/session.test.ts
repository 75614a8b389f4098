import { beforeEach, describe, expect, test, vi } from 'vitest';
import { findPreset } from '@/experiment/presets/presets.ts';
import type { LabEvent } from '@/experiment/contract/events.ts';
import type { RunResult } from '@/experiment/contract/result.ts';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { FakeLab, type FakeOptions } from '@/lab/testing/fakeLab.ts';
import { usePreferences } from './preferences.ts';
import { watchRates } from './rates.ts';
import { clearRun, currentSettings, differsFromRun, useRun } from './run.ts';
import { Session } from './session.ts';

const preset = findPreset('wide-fcn')?.experiment as Experiment;
const small: Experiment = { ...preset, base: { ...preset.base, steps: 40 }, seeds: [0, 1] };

function start(options: FakeOptions = {}) {
  let edited = small;
  const labs: FakeLab[] = [];
  const session = new Session({
    createLab: async () => {
      const lab = new FakeLab(options);
      labs.push(lab);
      return lab;
    },
    experiment: () => edited,
    edit: (experiment) => {
      edited = experiment;
    },
    backend: () => 'auto',
  });
  return {
    session,
    labs,
    lab: () => labs[labs.length - 1],
    edited: () => edited,
    edit: (change: Partial<Experiment>) => {
      edited = { ...edited, ...change };
    },
  };
}

const phase = () => useRun.getState().phase;

beforeEach(() => {
  clearRun();
  useRun.setState({ environment: null, retrain: [] });
});

test('makes no lab before it is needed', async () => {
  const { labs, session } = start();
  expect(labs).toHaveLength(0);
  await session.warmUp();
  expect(labs).toHaveLength(1);
  expect(useRun.getState().environment?.backend).toBe('wasm');
  expect(phase()).toBe('idle');
});

test('run opens the edited experiment and goes to its end', async () => {
  const { session, lab } = start();
  await session.run();
  expect(phase()).toBe('running');
  await lab().idle();
  expect(phase()).toBe('finished');
  const { data, result, step, opened } = useRun.getState();
  expect(opened).toEqual(small);
  expect(step).toBe(40);
  expect(data.trainedSteps).toBe(40);
  expect(data.evaluations.at(-1)?.step).toBe(40);
  expect(result?.members).toHaveLength(8);
});

test('pause, resume and single steps stay in one run', async () => {
  const { session, lab } = start({ chunk: 1 });
  await session.step();
  await lab().idle();
  expect(phase()).toBe('paused');
  expect(useRun.getState().data.trainedSteps).toBe(1);
  await session.step();
  await lab().idle();
  expect(useRun.getState().data.trainedSteps).toBe(2);
  await session.run();
  await session.pause();
  expect(phase()).toBe('paused');
  await session.run();
  await lab().idle();
  expect(phase()).toBe('finished');
  expect(lab().opened).toHaveLength(1);
});

test('an edit while paused: run opens anew, resume goes on with the old one', async () => {
  const { session, lab, edit } = start({ chunk: 1 });
  await session.step();
  await lab().idle();
  edit({ seeds: [0, 1, 2] });
  await session.resume();
  await session.pause();
  expect(lab().opened).toHaveLength(1);
  await session.run();
  expect(lab().opened).toHaveLength(2);
  expect(lab().opened[1].experiment.seeds).toEqual([0, 1, 2]);
  await lab().idle();
});

test('reset discards the run and ignores stragglers; the next run is the same experiment', async () => {
  const { session, lab } = start({ chunk: 1 });
  await session.run();
  await session.reset();
  expect(phase()).toBe('idle');
  expect(useRun.getState().data.trainedSteps).toBe(0);
  lab().emit({ type: 'phase.changed', phase: 'running', detail: '' });
  expect(phase()).toBe('idle');
  await session.run();
  expect(lab().opened[1].experiment).toEqual(lab().opened[0].experiment);
  await lab().idle();
  expect(phase()).toBe('finished');
});

test('reset closes what the lab holds, before anything else is asked of it', async () => {
  const { session, lab } = start();
  await session.run();
  await lab().idle();
  const stop = useRun.subscribe(({ phase }) => {
    if (phase !== 'idle') return;
    stop();
    void session.warmUp('cpu');
  });
  await session.reset();
  await vi.waitFor(() => expect(lab().calls.slice(-2)).toEqual(['close', 'warmUp cpu']), 10_000);
});

test('a result from a file takes the place of the run, and the next run is made here', async () => {
  const { session, lab, labs, edited } = start();
  await session.run();
  await lab().idle();
  const { result } = useRun.getState();
  const rates = usePreferences.getState().rates;
  const stop = watchRates();
  const other = { ...small, question: 'Out of a file?' };
  const told: LabEvent[] = [{ type: 'run.finished', result: { ...(result as RunResult), experiment: other } }];
  await session.show(other, told, { loadedFrom: 'result.json' });
  expect(useRun.getState()).toMatchObject({ phase: 'finished', loadedFrom: 'result.json', opened: other, step: 40 });
  expect(edited()).toEqual(other);
  expect(lab().calls.at(-1)).toBe('close');
  // How fast another device was is not learned, and stragglers of the run before are not heard.
  expect(usePreferences.getState().rates).toEqual(rates);
  lab().emit({ type: 'phase.changed', phase: 'running', detail: '' });
  expect(phase()).toBe('finished');
  await session.run();
  await lab().idle();
  expect(useRun.getState()).toMatchObject({ phase: 'finished', loadedFrom: null });
  expect(labs).toHaveLength(1);
  stop();
});

test('a finished run that was reset is put back as it was, unless another has begun', async () => {
  const { session, lab, edited } = start({ chunk: 1 });
  await session.run();
  await session.intervene({ guidance: false });
  await lab().idle();
  const { data, result, step } = useRun.getState();
  const changed = edited();
  expect(changed.interventions).toHaveLength(1);
  const undo = await session.reset();
  expect(phase()).toBe('idle');
  expect(edited()).toEqual(small);
  const rates = usePreferences.getState().rates;
  const stop = watchRates();
  undo?.();
  stop();
  expect(useRun.getState()).toMatchObject({ phase: 'finished', result, step, loadedFrom: null, closed: true });
  expect(useRun.getState().data).toBe(data);
  expect(edited()).toEqual(changed);
  expect(usePreferences.getState().rates).toEqual(rates);
  // Nothing of it is in the lab any more: there is nothing to close there.
  const closed = lab().calls.filter((call) => call === 'close').length;
  const again = await session.reset();
  expect(lab().calls.filter((call) => call === 'close')).toHaveLength(closed);

  await session.run();
  expect(useRun.getState().closed).toBe(false);
  again?.();
  expect(phase()).not.toBe('finished');
  expect(await session.reset()).toBeNull();
});

test('reset while preparing ends the lab, because preparing cannot be interrupted', async () => {
  const { session, labs } = start({ guideReports: 50, chunkMs: 1 });
  const running = session.run();
  await vi.waitFor(() => expect(useRun.getState().data.guideProgress.size).toBe(1), 10_000);
  await session.reset();
  expect(labs[0].disposed).toBe(true);
  await running;
  expect(phase()).toBe('idle');
});

test('images asked of a lab that is ended come from the next one', async () => {
  const { session, labs } = start({ guideReports: 50, chunkMs: 1 });
  const running = session.run();
  await vi.waitFor(() => expect(useRun.getState().data.guideProgress.size).toBe(1), 10_000);
  // The first lab never answers, as a worker that is terminated does not; disposing rejects what waits.
  let end = (_: Error) => {};
  labs[0].preview = () =>
    new Promise((_, reject) => {
      end = reject;
    });
  const images = session.preview(small.task, 4);
  await Promise.resolve();
  const reset = session.reset();
  await vi.waitFor(() => expect(labs[0].disposed).toBe(true), 10_000);
  end(new Error('ended'));
  expect((await images)?.count).toBe(4);
  expect(labs).toHaveLength(2);
  await Promise.all([reset, running]);
});

describe('interventions', () => {
  test('become part of the run and of the edited experiment, and leave with a reset', async () => {
    const { session, lab, edited } = start({ chunk: 1 });
    await session.step();
    await lab().idle();
    await session.intervene({ learningRate: 1e-4 });
    await session.intervene({ guidance: false });
    const state = useRun.getState();
    expect(state.experiment?.interventions).toEqual([
      { step: 1, set: { learningRate: 1e-4 } },
      { step: 1, set: { guidance: false } },
    ]);
    expect(edited().interventions).toHaveLength(2);
    expect(differsFromRun(edited(), state)).toBe(false);
    expect(currentSettings({ ...state, step: 1 })).toEqual({ learningRate: 1e-4, guidance: false });
    await session.reset();
    expect(edited().interventions).toEqual([]);
  });

  test('do not touch an experiment that was edited otherwise meanwhile', async () => {
    const { session, lab, edit, edited } = start({ chunk: 1 });
    await session.step();
    await lab().idle();
    edit({ question: 'another?' });
    await session.intervene({ guidance: false });
    expect(edited().interventions).toEqual([]);
    expect(useRun.getState().experiment?.interventions).toHaveLength(1);
  });

  test('those of a link survive a reset', async () => {
    const { session, lab, edit, edited } = start({ chunk: 1 });
    edit({ interventions: [{ step: 5, set: { guidance: false } }] });
    await session.step();
    await lab().idle();
    await session.reset();
    expect(edited().interventions).toHaveLength(1);
  });
});

describe('what goes wrong', () => {
  test('a rejected open is shown with its remedy, and the next run starts with a new lab', async () => {
    const { session, labs } = start({
      failOpen: Object.assign(new Error('no memory left'), { remedy: 'Use fewer seeds.' }),
    });
    await session.run();
    expect(phase()).toBe('failed');
    expect(useRun.getState().failure).toMatchObject({ message: 'no memory left', remedy: 'Use fewer seeds.' });
    await session.run();
    expect(labs).toHaveLength(2);
    expect(labs[0].disposed).toBe(true);
  });

  test('a rejected command is shown, even one that is no error', async () => {
    const { session } = start({ failRun: 'the worker is gone' });
    await session.run();
    expect(useRun.getState().failure?.message).toBe('the worker is gone');
    expect(useRun.getState().failure?.remedy).not.toBe('');
  });

  test('a failure event fails the run; a later rejection does not hide what it said', async () => {
    const { session, lab } = start({ chunk: 1, chunkMs: 1 });
    await session.run();
    lab().emit({
      type: 'run.failed',
      failure: { name: 'DeviceLost', message: 'the GPU was reset', remedy: 'Use WASM.' },
    });
    expect(phase()).toBe('failed');
    expect(useRun.getState().failure?.name).toBe('DeviceLost');
    await session.reset();
    expect(phase()).toBe('idle');
  });

  test('a lab that cannot be made at all', async () => {
    const session = new Session({
      createLab: () => Promise.reject(new Error('the worker did not load')),
      experiment: () => small,
      edit: () => {},
      backend: () => 'auto',
    });
    expect(await session.warmUp()).toBeNull();
    expect(await session.preview(small.task, 4)).toBeNull();
    await session.run();
    expect(useRun.getState().failure?.message).toBe('the worker did not load');
  });
});

test('examples of files that are missing are told where they would be, not to the console', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const { session, lab } = start();
  await session.warmUp();
  lab().preview = () => Promise.reject(Object.assign(new Error('not here'), { name: 'MissingFilesError' }));
  expect(await session.preview(small.task, 4)).toBeNull();
  expect(warn).not.toHaveBeenCalled();
  lab().preview = () => Promise.reject(new Error('broken'));
  expect(await session.preview(small.task, 4)).toBeNull();
  expect(warn).toHaveBeenCalledOnce();
  warn.mockRestore();
});

test('a guide to be trained here is passed on once', async () => {
  const { session, lab } = start();
  session.trainGuideHere('trained');
  expect(useRun.getState().retrain).toEqual(['trained']);
  await session.run();
  expect(lab().opened[0].options.retrain).toEqual(['trained']);
  await lab().idle();
  expect(useRun.getState().retrain).toEqual([]);
});

test('a step of the run on screen is taken apart, and that of a run that is gone is nobody’s', async () => {
  const { session, lab } = start();
  await session.step();
  await lab().idle();
  const question = { arm: 'guided', seed: 1, pair: null, of: 'last' } as const;
  expect(await session.inspect(question)).toMatchObject({ question, step: 1, taken: true });
  const asked = session.inspect({ ...question, of: 'next' });
  await session.reset();
  expect(await asked).toBeNull();
  expect(lab().calls).toContain('inspect next guided 1');
});
