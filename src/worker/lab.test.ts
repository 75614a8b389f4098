/** The real lab behind the worker's messages: what is given away must not be needed any more on the other side. */
import { expect, it } from 'vitest';
import type { LabEvent } from '../experiment/contract/events.ts';
import type { Checkpoint, Lab } from '../experiment/contract/lab.ts';
import type { Experiment } from '../experiment/schema/schema.ts';
import { createLab } from '../lab/lab.ts';
import { createWorkerLab } from './client.ts';
import { FakeWorker, tinyExperiment } from './testing.ts';

function experiment(): Experiment {
  const tiny = tinyExperiment();
  return {
    ...tiny,
    task: { kind: 'textures', size: 8, train: 64, val: 64, seed: 0, noise: 0.15 },
    target: { family: 'fcn', depth: 1, width: 4, norm: 'batch', dropout: 0.1, init: 'default', tap: 'pre' },
    guides: { trained: { state: 'untrained', network: { family: 'resnet', stages: [1], width: 2, init: 'he', tap: 'pre' } } },
    base: { ...tiny.base, batchSize: 16, steps: 6, evaluateEvery: 2 },
  };
}

/** What determines the curves; rates and seconds differ from run to run. */
const records = (events: LabEvent[]) =>
  events.flatMap((event): unknown[] => {
    if (event.type === 'evaluation.recorded') return [event.record];
    if (event.type === 'training.recorded') {
      const { firstStep, count, series } = event.records;
      return Array.from({ length: count }, (_, i) => [firstStep + i, ...series.trainLoss.slice(i * 2, i * 2 + 2)]);
    }
    if (event.type === 'run.finished') return [event.result.members];
    return [];
  });

/** @param onStep called with every new training record */
async function play(lab: Lab, onStep: (step: number) => void = () => {}): Promise<{ events: LabEvent[]; checkpoint: Checkpoint }> {
  const events: LabEvent[] = [];
  const until = (phase: string) =>
    new Promise<void>((resolve) => {
      const stop = lab.subscribe((event) => {
        if (event.type !== 'phase.changed' || event.phase !== phase) return;
        stop();
        resolve();
      });
    });
  lab.subscribe((event) => {
    events.push(event);
    if (event.type === 'training.recorded') onStep(event.records.firstStep);
  });
  await lab.open(experiment(), { backend: 'cpu' });
  const paused = until('paused');
  await lab.run(3);
  await paused;
  const checkpoint = await lab.checkpoint();
  const untouched = structuredClone(checkpoint);
  const finished = until('finished');
  await lab.run();
  await finished;
  await lab.dispose();
  expect(checkpoint).toEqual(untouched);
  return { events, checkpoint };
}

it('makes the same curves through the worker, checkpoint included', async () => {
  const here = await play(createLab({ assets: null }));
  const there = await play(createWorkerLab({ spawn: () => new FakeWorker(createLab({ assets: null })) }));
  expect(records(there.events).sort()).toEqual(records(here.events).sort());
  expect(there.checkpoint.step).toBe(3);
  expect(there.checkpoint.tensors).toEqual(here.checkpoint.tensors);
  expect(Object.values(here.checkpoint.tensors)[0].data.length).toBeGreaterThan(0);
});

it('makes the same curves when its worker dies on the way', async () => {
  const here = await play(createLab({ assets: null }));
  const workers: FakeWorker[] = [];
  const lab = createWorkerLab({
    spawn: () => {
      workers.push(new FakeWorker(createLab({ assets: null })));
      return workers[workers.length - 1];
    },
  });
  const { events } = await play(lab, (step) => {
    if (step >= 4 && workers.length === 1) workers[0].crash();
  });
  expect(events).toContainEqual({ type: 'run.rewound', step: 3 });
  const results = [events, here.events].map((all) => all.flatMap((e) => (e.type === 'run.finished' ? [e.result.members] : [])));
  expect(results[0]).toHaveLength(1);
  expect(results[0]).toEqual(results[1]);
});
