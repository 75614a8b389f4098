import { cpus } from 'node:os';
import { PRESETS, type Stage } from '../contestants/entry.ts';
import { race } from '../race.ts';
import { absences, atLeast, atMost, costOfMembers, faster, shareOfPeak, time } from '../report/figures.ts';
import { BrowserStage } from '../stages/browser.ts';
import type { Benchmark, Found, Options } from './section.ts';

/** First token is where plain tfjs is slowest: it unrolls time. */
const TIMES_PLAIN = { 'wide-fcn': 4, 'first-token': 6, 'deep-convnet': 4 };
const SHARE_OF_PEAK = 0.5;

const THREADS = cpus().length > 1 ? [1, 2] : [1];

async function run({ rounds, say }: Options): Promise<Found> {
  const found: Found = { figures: [], notes: [] };
  const browser = await BrowserStage.open();
  try {
    for (const preset of PRESETS) {
      for (const threads of THREADS) {
        const what = `${preset}, ${threads === 1 ? '1 thread' : `${threads} threads`}`;
        say(what);
        const stage: Stage = { backend: 'wasm', threads, small: false };
        const ours = (members: 1 | 3 | 15) =>
          browser.contestant(
            'ours',
            members,
            {
              engine: 'ours',
              workload: preset,
              arms: members === 1 ? 'guided' : 'all',
              seeds: Math.ceil(members / 3),
            },
            stage,
          );
        const { raced, absent } = await race(
          [
            browser.contestant('plain tfjs', 3, { engine: 'plain', workload: preset }, stage),
            ours(1),
            ours(3),
            ours(15),
            browser.contestant('product of 1024 × 1024 matrices', 1, { engine: 'peak' }, stage),
          ],
          { rounds, say },
        );
        found.notes.push(...absences(what, absent));
        if (absent.length > 0) continue;
        const [plain, one, three, fifteen, peak] = raced;
        found.figures.push(
          time(what, plain),
          faster(what, three, plain, atLeast(TIMES_PLAIN[preset])),
          time(what, one),
          costOfMembers(what, three, one, true, atMost(1)),
          costOfMembers(what, fifteen, one, true, atMost(1)),
          shareOfPeak(what, one, peak),
          ...[three, fifteen].map((row) => shareOfPeak(what, row, peak, preset === 'wide-fcn' ? atLeast(SHARE_OF_PEAK) : undefined)),
          { ...shareOfPeak(what, peak, peak), who: peak.who },
        );
      }
    }
  } finally {
    await browser.close();
  }
  return found;
}

export const WASM: Benchmark = {
  name: 'wasm',
  title: 'Training steps on WASM',
  run,
  explained:
    'In Chromium: one seed of three arms (unguided, guided, distilled) in our engine against a loop that a careful person would write with tfjs alone ' +
    "(`bench/contestants/plain.ts`: fused dense layers, `tf.variableGrads`, `tf.train.adam`, the guide's activations given to it for nothing; the gradient of " +
    "convolutions that tfjs's WASM backend lacks is registered, unoptimised). One member is the guided arm alone; 15 are three arms of five seeds. " +
    'The peak is our own product of two large matrices, on as many threads; of a step, only its matrix products and convolutions count as arithmetic, of symmetric ' +
    'ones a half, and no gradient of pictures (`bench/contestants/arithmetic.ts`).',
};
