import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LabEvent } from '../experiment/contract/events.ts';
import type { Lab } from '../experiment/contract/lab.ts';
import { createWorkerLab, MAX_RESPAWNS, type WorkerLabOptions } from './client.ts';
import { PINGS_BEFORE_DEATH, PINGS_BEFORE_START } from './connection.ts';
import { LabError } from './protocol.ts';
import { FakeLab, type FakeOptions } from '../lab/testing/fakeLab.ts';
import { FakeWorker, tinyExperiment } from './testing.ts';

const OPTIONS = { backend: 'cpu' } as const;

/** A lab that records step by step. */
const fake = (options: FakeOptions = {}) => new FakeLab({ chunk: 1, ...options });

interface Bench {
  lab: Lab;
  events: LabEvent[];
  workers: FakeWorker[];
  /** Resolves with the first event of that kind from now on. */
  next<T extends LabEvent['type']>(type: T, test?: (event: Extract<LabEvent, { type: T }>) => boolean): Promise<Extract<LabEvent, { type: T }>>;
}

function listenTo(lab: Lab): Pick<Bench, 'lab' | 'events' | 'next'> {
  const events: LabEvent[] = [];
  lab.subscribe((event) => events.push(event));
  return {
    lab,
    events,
    next: (type, test = () => true) =>
      new Promise((resolve) => {
        const stop = lab.subscribe((event) => {
          if (event.type !== type || !test(event as never)) return;
          stop();
          resolve(event as never);
        });
      }),
  };
}

let made: Bench | undefined;
function bench(makeLab: (life: number) => Lab | null = () => fake(), options: WorkerLabOptions = {}): Bench {
  const workers: FakeWorker[] = [];
  const lab = createWorkerLab({
    ...options,
    spawn: () => {
      const worker = new FakeWorker(makeLab(workers.length));
      workers.push(worker);
      return worker;
    },
  });
  made = { ...listenTo(lab), workers };
  return made;
}
afterEach(() => made?.lab.dispose());

/** Losses by step, later ones replacing earlier ones as the page does after a rewind. */
const curve = (events: LabEvent[]) => {
  const losses = new Map<number, number>();
  for (const event of events) {
    if (event.type === 'training.recorded') losses.set(event.records.firstStep, event.records.series.trainLoss[0]);
    if (event.type === 'run.rewound') for (const step of losses.keys()) if (step > event.step) losses.delete(step);
  }
  return [...losses];
};

async function uninterrupted(): Promise<LabEvent[]> {
  const { lab, events, next } = listenTo(fake());
  await lab.open(tinyExperiment(), OPTIONS);
  const finished = next('run.finished');
  await lab.run();
  await finished;
  return events;
}

describe('a lab in a worker', () => {
  it('tells the same events as the lab itself', async () => {
    const { lab, events, next } = bench();
    await lab.open(tinyExperiment(), OPTIONS);
    const finished = next('run.finished');
    await lab.run();
    await finished;
    expect(events).toEqual(await uninterrupted());
  });

  it('gives arrays away instead of copying them', async () => {
    const { lab, workers } = bench();
    const preview = await lab.preview(tinyExperiment().task, 3);
    expect(preview).toEqual(await fake().preview(tinyExperiment().task, 3));
    const sent = workers[0].posted.find(({ message }) => message.type === 'request.answered');
    expect(sent?.transfer).toHaveLength(2);
    expect(sent?.transfer[0]).toMatchObject({ byteLength: 0 });
  });

  it('keeps what a failure says', async () => {
    const none = Object.assign(new Error('no backend works here'), { name: 'NoBackendError', remedy: 'Use another browser.' });
    const { lab } = bench(() => fake({ failWarmUp: none }));
    const error = await lab.warmUp('auto').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(LabError);
    expect(error).toMatchObject({ name: 'NoBackendError', message: 'no backend works here', remedy: 'Use another browser.' });
  });

  it('pauses and steps', async () => {
    const { lab, events, next } = bench();
    await lab.open(tinyExperiment(), OPTIONS);
    const paused = next('phase.changed', (e) => e.phase === 'paused');
    await lab.run(3);
    await paused;
    expect(curve(events)).toHaveLength(3);
  });

  it('ends at once when disposed, and says so to those who wait', async () => {
    const { lab, workers } = bench(() => null);
    const opening = lab.open(tinyExperiment(), OPTIONS);
    await lab.dispose();
    await expect(opening).rejects.toMatchObject({ name: 'DisposedError' });
    expect(workers[0].terminated).toBe(true);
    await expect(lab.run()).rejects.toMatchObject({ name: 'DisposedError' });
  });
});

describe('a worker that dies', () => {
  it('is replaced, and the run goes on from the checkpoint of its last pause to the same curve', async () => {
    const { lab, events, workers, next } = bench();
    await lab.open(tinyExperiment(), OPTIONS);
    const paused = next('phase.changed', (e) => e.phase === 'paused');
    await lab.run(7);
    await paused;
    await vi.waitFor(() => expect(workers[0].posted.at(-1)?.message).toMatchObject({ type: 'request.answered', value: { step: 7 } }), 10_000);
    const there = next('training.recorded', (e) => e.records.firstStep === 11);
    await lab.run();
    await there;
    const finished = next('run.finished');
    workers[0].crash();
    const { result } = await finished;
    expect(workers).toHaveLength(2);
    expect(workers[0].terminated).toBe(true);
    expect(events).toContainEqual({ type: 'run.rewound', step: 7 });
    expect(curve(events)).toEqual(curve(await uninterrupted()));
    expect(result.events).toEqual([{ step: 11, text: expect.stringMatching(/out of memory.*step 7/) }]);
  });

  it('starts over where there is no checkpoint', async () => {
    const { lab, events, workers, next } = bench();
    await lab.open(tinyExperiment(), OPTIONS);
    const there = next('training.recorded', (e) => e.records.firstStep === 4);
    await lab.run();
    await there;
    const finished = next('run.finished');
    workers[0].crash();
    await finished;
    expect(events).toContainEqual({ type: 'run.rewound', step: 0 });
    expect(curve(events)).toEqual(curve(await uninterrupted()));
  });

  it('takes checkpoints while running', async () => {
    const { lab, events, workers, next } = bench(undefined, { checkpointMs: 1 });
    await lab.open(tinyExperiment(), OPTIONS);
    const there = next('training.recorded', (e) => e.records.firstStep === 12);
    await lab.run();
    await there;
    const finished = next('run.finished');
    workers[0].crash();
    await finished;
    const rewound = events.find((e) => e.type === 'run.rewound');
    expect(rewound?.step).toBeGreaterThan(0);
    expect(curve(events)).toEqual(curve(await uninterrupted()));
  });

  it('takes the first checkpoint long before the others, once there is a step', async () => {
    const { lab, events, workers, next } = bench(undefined, { checkpointMs: 1e6, firstCheckpointMs: 0 });
    await lab.open(tinyExperiment(), OPTIONS);
    const there = next('training.recorded', (e) => e.records.firstStep === 12);
    await lab.run();
    await there;
    const finished = next('run.finished');
    workers[0].crash();
    await finished;
    expect(events.find((e) => e.type === 'run.rewound')?.step).toBeGreaterThan(0);
    expect(curve(events)).toEqual(curve(await uninterrupted()));
  });

  it('keeps what was changed by hand, at the same step', async () => {
    const { lab, events, workers, next } = bench();
    await lab.open(tinyExperiment(), OPTIONS);
    const paused = next('phase.changed', (e) => e.phase === 'paused');
    await lab.run(5);
    await paused;
    await lab.intervene({ learningRate: 0.5 });
    const there = next('training.recorded', (e) => e.records.firstStep === 9);
    await lab.run();
    await there;
    const before = curve(events);
    const finished = next('run.finished');
    workers[0].crash();
    const { result } = await finished;
    expect(curve(events).slice(0, before.length)).toEqual(before);
    expect(result.experiment.interventions).toEqual([{ step: 5, set: { learningRate: 0.5 } }]);
  });

  it('finishes a counted number of steps', async () => {
    const { lab, events, workers, next } = bench();
    await lab.open(tinyExperiment(), OPTIONS);
    const there = next('training.recorded', (e) => e.records.firstStep === 4);
    await lab.run(8);
    await there;
    workers[0].crash();
    await next('training.recorded', (e) => e.records.firstStep === 8);
    await next('phase.changed', (e) => e.phase === 'paused');
    expect(curve(events)).toHaveLength(8);
  });

  it('answers what was asked of the dead one', async () => {
    const { lab, workers } = bench((life) => (life === 0 ? null : fake()));
    const preview = lab.preview(tinyExperiment().task, 2);
    const opened = lab.open(tinyExperiment(), OPTIONS);
    workers[0].crash();
    expect((await preview).count).toBe(2);
    await opened;
  });

  /** Workers of which the first answers nothing to `unanswered`; and the labs behind them. */
  function deafTo(unanswered: 'open' | 'run') {
    const labs: FakeLab[] = [];
    const made = bench((life) => {
      const inside = fake();
      if (life === 0) inside[unanswered] = () => new Promise(() => {});
      labs.push(inside);
      return inside;
    });
    return { ...made, labs };
  }

  it('was asked to open a run: the new one is asked once', async () => {
    const { lab, workers, labs } = deafTo('open');
    const opened = lab.open(tinyExperiment(), OPTIONS);
    workers[0].crash();
    await opened;
    expect(labs[1].calls).toEqual(['open']);
  });

  it('was asked to run: the new one is asked once, and goes as far', async () => {
    const { lab, workers, labs, next } = deafTo('run');
    await lab.open(tinyExperiment(), OPTIONS);
    const running = lab.run(4);
    const there = next('training.recorded', (e) => e.records.firstStep === 4);
    workers[0].crash();
    await running;
    await there;
    expect(labs[1].calls).toEqual(['open', 'run 4']);
  });

  it('is replaced when the GPU is lost', async () => {
    const { lab, events, next } = bench((life) =>
      fake({
        beforeStep: (step, inside) => {
          if (life > 0 || step !== 6) return;
          inside.emit({ type: 'phase.changed', phase: 'failed', detail: '' });
          inside.emit({ type: 'run.failed', failure: { name: 'DeviceLostError', message: 'the GPU was lost', remedy: '' } });
        },
      }),
    );
    await lab.open(tinyExperiment(), OPTIONS);
    const finished = next('run.finished');
    await lab.run();
    await finished;
    expect(events.some((e) => e.type === 'run.failed')).toBe(false);
    expect(curve(events)).toEqual(curve(await uninterrupted()));
  });

  it('is given up after some deaths at the same step, with a remedy', async () => {
    const { lab, events, workers, next } = bench((life) =>
      fake({
        beforeStep: (step) => {
          if (step === 6) made?.workers[life].crash();
        },
      }),
    );
    await lab.open(tinyExperiment(), OPTIONS);
    const failed = next('run.failed');
    await lab.run();
    const { failure } = await failed;
    expect(failure).toMatchObject({ name: 'WorkerLostError', remedy: expect.stringContaining('backend') });
    expect(workers).toHaveLength(1 + MAX_RESPAWNS);
    expect(events.filter((e) => e.type === 'run.rewound')).toHaveLength(MAX_RESPAWNS);
    // Another try starts from a clean slate.
    await lab.open(tinyExperiment(), OPTIONS);
    expect(workers).toHaveLength(2 + MAX_RESPAWNS);
  });

  it('is given up when it never starts', async () => {
    const { lab, workers } = bench(() => null);
    const preview = lab.preview(tinyExperiment().task, 2);
    for (let life = 0; life <= MAX_RESPAWNS; life++) workers[life].crash('');
    await expect(preview).rejects.toMatchObject({ name: 'WorkerLostError', message: expect.stringContaining('could not be loaded') });
  });

  it('is given up soon when not even its code begins', async () => {
    const { lab, workers } = bench(() => null, { pingMs: 1 });
    await expect(lab.preview(tinyExperiment().task, 2)).rejects.toMatchObject({ name: 'WorkerLostError', message: expect.stringContaining('did not start') });
    expect(workers).toHaveLength(1 + MAX_RESPAWNS);
    expect(PINGS_BEFORE_START).toBeLessThan(PINGS_BEFORE_DEATH);
  });

  it('is noticed by its silence in the end', async () => {
    const { lab, workers } = bench((life) => (life === 0 ? null : fake()), { pingMs: 1 });
    await lab.preview(tinyExperiment().task, 2);
    expect(workers).toHaveLength(2);
    expect(PINGS_BEFORE_DEATH).toBeGreaterThan(10);
  });

  it('makes way for another run that is opened while it is brought back', async () => {
    const { lab, events, workers, next } = bench();
    await lab.open(tinyExperiment(), OPTIONS);
    const there = next('training.recorded', (e) => e.records.firstStep === 4);
    await lab.run();
    await there;
    workers[0].crash();
    const other = { ...tinyExperiment(), base: { ...tinyExperiment().base, steps: 3 } };
    await lab.open(other, OPTIONS);
    const finished = next('run.finished');
    await lab.run();
    expect((await finished).result.experiment.base.steps).toBe(3);
    expect(events.filter((e) => e.type === 'run.finished')).toHaveLength(1);
  });
});
