import { PRESETS, type Stage } from '../contestants/entry.ts';
import { race } from '../race.ts';
import { absences, atLeast, faster, time } from '../report/figures.ts';
import { BrowserStage } from '../stages/browser.ts';
import type { Benchmark, Found, Options } from './section.ts';

const STAGE: Stage = { backend: 'wasm', threads: 1, small: false };
/** A change may cost this much before somebody has to explain it. */
const NO_SLOWER_THAN = 0.97;

async function run({ rounds, say, against }: Options): Promise<Found> {
  const found: Found = { figures: [], notes: [] };
  if (against === undefined) return { ...found, notes: ['Not measured: name another checkout with --against.'] };
  const here = await BrowserStage.open();
  const there = await BrowserStage.open('off', against);
  try {
    for (const preset of PRESETS) {
      say(preset);
      const entry = { engine: 'ours', workload: preset, arms: 'all', seeds: 1 } as const;
      const { raced, absent } = await race([there.contestant('the other build', 3, entry, STAGE), here.contestant('this build', 3, entry, STAGE)], {
        rounds,
        say,
      });
      found.notes.push(...absences(preset, absent));
      if (absent.length > 0) continue;
      const [other, own] = raced;
      found.figures.push(time(preset, other), faster(preset, own, other, atLeast(NO_SLOWER_THAN)), faster(preset, own, other, atLeast(NO_SLOWER_THAN), 'cpu'));
    }
  } finally {
    await here.close();
    await there.close();
  }
  return found;
}

export const BUILDS: Benchmark = {
  name: 'builds',
  title: 'This build against another',
  run,
  explained:
    'Both builds take turns in browsers of their own, on WASM and one thread: three arms of one seed. The ratio is the median of the rounds, each of which has ' +
    'both builds side by side; least and most of the rounds say how far it can be trusted.',
};
