import { cpus } from 'node:os';
import type { Workload } from '../contestants/entry.ts';
import { ofAClass } from '../contestants/experiments.ts';
import { atMost, type Figure, single, spread } from '../report/figures.ts';
import { type Place, scriptOfTheHtml, Visit } from '../stages/page.ts';
import type { Benchmark, Found, Options } from './section.ts';

const PRESETS = ['first-token', 'wide-fcn'] as const satisfies readonly Workload[];
const KB = 2 ** 10;
const MB = 2 ** 20;
const LONGEST_TASK_MS = 50;
/** Shares of a run at which its heaps are read. */
const HEAP_READINGS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/** Opened again and again: what comes before the first point of a curve. */
async function beginning(preset: Workload, { rounds, say }: Options): Promise<Figure[]> {
  const found = { script: [] as number[], paint: [] as number[], point: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    const visit = await Visit.begin(ofAClass(preset), 'all threads');
    const { paintMs, scriptBytes } = await visit.opened();
    await visit.run();
    found.point.push((await visit.firstPoint()) / 1000);
    found.script.push(scriptBytes / KB);
    found.paint.push(paintMs / 1000);
    await visit.end();
  }
  say(`${preset}: first point of a curve ${found.point.map((s) => s.toFixed(2)).join(', ')} s after Run`);
  return [
    { what: preset, who: 'script before the first paint', value: spread(found.script), unit: 'KB compressed' },
    { what: preset, who: 'first paint', value: spread(found.paint), unit: 's' },
    { what: preset, who: 'from Run to the first point of a curve', value: spread(found.point), unit: 's' },
  ];
}

/**
 * Growth per 1,000 steps: the median between neighbouring readings, as a run's first checkpoint is one jump, and each later
 * one takes the place of the one before.
 */
function growth(points: readonly (readonly [step: number, bytes: number])[]): number {
  return spread(points.slice(1).map(([step, size], i) => (1000 * (size - points[i][1])) / (step - points[i][0]))).median;
}

const shortened = (preset: Workload, quick: boolean) => {
  const experiment = ofAClass(preset);
  return quick ? { ...experiment, base: { ...experiment.base, steps: 30 } } : experiment;
};

/** A whole run. On all threads long tasks are watched; on one heaps are read, which would make long tasks of its own. */
async function whole(preset: Workload, place: Place, { quick, say }: Options): Promise<Figure[]> {
  const experiment = shortened(preset, quick);
  const visit = await Visit.begin(experiment, place);
  try {
    await visit.run();
    if (place === 'all threads') await visit.watchCpu();
    const readings: { step: number; page: number; worker: number }[] = [];
    if (place === 'one thread') {
      for (const share of HEAP_READINGS) {
        const step = Math.round(share * experiment.base.steps);
        await visit.reached(step);
        readings.push({ step, ...(await visit.heaps.read()) });
      }
    }
    const seconds = (await visit.ended()) / 1000;
    const backend = await visit.backend();
    say(`${preset}, ${place} (${backend}): ${seconds.toFixed(1)} s`);
    const threads = /\d+ threads?/.exec(backend)?.[0];
    if (!threads || (place === 'one thread') !== (threads === '1 thread')) throw new Error(`asked for ${place}, but the page ran on ${backend}`);
    const figures: Figure[] = [{ what: `${preset}, 4 arms × 3 seeds`, who: `WASM, ${threads}`, value: single(seconds), unit: 's from Run to the end' }];
    if (readings.length > 0) {
      figures.push(
        ...(['page', 'worker'] as const).map(
          (whose): Figure => ({
            what: preset,
            who: `heap of the ${whose}`,
            value: single(growth(readings.map((reading) => [reading.step, reading[whose] / MB]))),
            unit: 'MB more per 1,000 steps',
          }),
        ),
      );
    } else {
      const longest = await visit.longestTask();
      figures.push(
        {
          what: preset,
          who: 'longest task of the main thread, streaming',
          value: single(longest || LONGEST_TASK_MS),
          unit: longest > 0 ? 'ms' : 'ms at most: none was longer',
          target: atMost(LONGEST_TASK_MS),
        },
        {
          what: preset,
          who: 'most CPU time of a task of the main thread, streaming',
          value: single(await visit.mostCpu()),
          unit: 'ms',
          target: atMost(LONGEST_TASK_MS),
        },
      );
    }
    return figures;
  } finally {
    await visit.end();
  }
}

/** A whole run on the GPU that the page finds; null without one: the page runs on WASM then. */
async function onGpu(preset: Workload, { quick, say }: Options): Promise<Figure | null> {
  const visit = await Visit.begin(shortened(preset, quick), 'GPU');
  try {
    await visit.run();
    const backend = await visit.backend();
    if (!backend.startsWith('WebGPU')) return null;
    const seconds = (await visit.ended()) / 1000;
    say(`${preset} (${backend}): ${seconds.toFixed(1)} s`);
    return { what: `${preset}, 4 arms × 3 seeds`, who: 'WebGPU', value: single(seconds), unit: 's from Run to the end' };
  } finally {
    await visit.end();
  }
}

async function run(options: Options): Promise<Found> {
  const figures: Figure[] = [{ what: 'page', who: 'script that its HTML asks for', value: single(scriptOfTheHtml() / KB), unit: 'KB compressed' }];
  const notes = ['Whole runs are single ones, and times, not ratios.'];
  let gpu = true;
  for (const preset of PRESETS) {
    figures.push(...(await beginning(preset, options)));
    if (cpus().length > 1) figures.push(...(await whole(preset, 'all threads', options)));
    figures.push(...(await whole(preset, 'one thread', options)));
    const found = gpu ? await onGpu(preset, options) : null;
    if (found) figures.push(found);
    else gpu = false;
  }
  if (!gpu)
    notes.push(
      'No run on WebGPU: the page found no GPU here and ran on WASM. On an emulated GPU its checks alone take a minute, and no run ends in a time that anybody waits.',
    );
  return { figures, notes };
}

export const PAGE: Benchmark = {
  name: 'page',
  title: 'What a person waits for',
  run,
  explained:
    'The built page in Chromium, each visit in a browser of its own with nothing in its cache: the preset with four arms and three seeds, opened by its link. ' +
    'One thread is the page on a host that sends no isolation headers. The longest task is by the clock, and waits for a core where all of them train; ' +
    'its CPU time does not. Heaps are read nine times after a forced garbage collection, arrays included; the median between ' +
    'neighbouring readings counts.',
};
