import type { Stage } from '../contestants/entry.ts';
import { race } from '../race.ts';
import { absences, faster, time } from '../report/figures.ts';
import { BrowserStage } from '../stages/browser.ts';
import type { Benchmark, Found, Options } from './section.ts';

const STAGE: Stage = { backend: 'webgpu', threads: 1, small: true };

/** Seconds a turn, and nothing to be held to. */
const MOST_ROUNDS = 3;

async function run({ rounds: asked, say }: Options): Promise<Found> {
  const rounds = Math.min(asked, MOST_ROUNDS);
  const found: Found = { figures: [], notes: [] };
  const browser = await BrowserStage.open('software');
  try {
    for (const workload of ['wide-fcn', 'first-token'] as const) {
      say(workload);
      const ours = (direct: boolean) =>
        browser.contestant(direct ? 'ours, run by tfjs' : 'ours, replayed', 3, { engine: 'ours', workload, arms: 'all', seeds: 1, direct }, STAGE);
      const { raced, absent } = await race([browser.contestant('plain tfjs', 3, { engine: 'plain', workload }, STAGE), ours(true), ours(false)], {
        rounds,
        say,
      });
      found.notes.push(...absences(workload, absent));
      if (absent.length > 0) continue;
      const [plain, direct, replayed] = raced;
      found.figures.push(time(workload, plain), faster(workload, direct, plain), faster(workload, replayed, plain), faster(workload, replayed, direct));
    }
    for (const workload of ['perceptron', 'wide-fcn'] as const) {
      const what = `${workload}, unguided`;
      say(what);
      const { raced, absent } = await race(
        [
          browser.contestant('ours, replayed', 1, { engine: 'ours', workload, arms: 'unguided', seeds: 1 }, STAGE),
          browser.contestant('jax-js, jitted', 1, { engine: 'jax', workload }, STAGE),
        ],
        { rounds, say },
      );
      found.notes.push(...absences(what, absent));
      if (absent.length === 0) found.figures.push(time(what, raced[1]), faster(what, raced[0], raced[1]));
    }
  } finally {
    await browser.close();
  }
  return found;
}

export const EMULATED: Benchmark = {
  name: 'emulated',
  title: 'WebGPU on an emulated GPU',
  run,
  explained:
    'Wall time on SwiftShader in Chromium, reported only: a CPU that plays a GPU spends its time on arithmetic, and nothing is tuned for it. Layers of 64 and ' +
    'batches of 16, so that a step takes less than a second.',
};
