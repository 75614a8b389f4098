import { cpus } from 'node:os';
import type { Stage, Workload } from '../contestants/entry.ts';
import { type Contestant, race } from '../race.ts';
import { absences, atLeast, faster, type Target, time } from '../report/figures.ts';
import { BrowserStage } from '../stages/browser.ts';
import { pyTorch } from '../stages/torch.ts';
import type { Benchmark, Found, Options } from './section.ts';

/** Within twice of PyTorch's time, but ahead of it where the network is small. */
const WORKLOADS: [Workload, Target][] = [
  ['perceptron', atLeast(0.5)],
  ['wide-fcn', atLeast(0.5)],
  ['first-token', atLeast(1)],
  ['deep-convnet', atLeast(1)],
];

async function run({ rounds, say }: Options): Promise<Found> {
  const found: Found = { figures: [], notes: [] };
  const browser = await BrowserStage.open();
  try {
    for (const threads of cpus().length > 1 ? [1, 2] : [1]) {
      for (const [workload, againstTorch] of WORKLOADS) {
        const what = `${workload}, ${threads === 1 ? '1 thread' : `${threads} threads`}`;
        say(what);
        const stage: Stage = { backend: 'wasm', threads, small: false };
        const contestants: Contestant[] = [
          browser.contestant('ours', 1, { engine: 'ours', workload, arms: 'unguided', seeds: 1 }, stage),
          browser.contestant('jax-js, jitted', 1, { engine: 'jax', workload }, stage),
        ];
        if (threads === 1) contestants.push(pyTorch(workload));
        const { raced, absent } = await race(contestants, { rounds, say });
        found.notes.push(...absences(what, absent));
        const [ours, ...peers] = raced;
        found.figures.push(
          ...peers.flatMap((peer) => {
            const torch = peer.who.startsWith('PyTorch');
            return [
              time(what, peer),
              faster(what, ours, peer, torch ? againstTorch : atLeast(1)),
              ...(threads === 1 ? [time(what, peer, 'cpu'), faster(what, ours, peer, undefined, 'cpu')] : []),
            ];
          }),
        );
      }
    }
  } finally {
    await browser.close();
  }
  return found;
}

export const PEERS: Benchmark = {
  name: 'peers',
  title: 'Against jax-js and PyTorch',
  run,
  explained:
    'One unguided member, WASM in Chromium beside PyTorch on the CPU. All train the same network with the same batch and optimiser, and take the rows of ' +
    'each batch from 512 examples (of `first-token`: make new sequences) in every step. *perceptron*: three dense layers of 384 with ReLU, plain SGD. *wide-fcn*: ' +
    'the same with batch normalisation, dropout and Adam. *first-token*: two recurrent layers, clipped gradients, Adam; jax-js has no scan, so its 24 positions are ' +
    'unrolled under `jit`. *deep-convnet*: 25 convolutions with batch normalisation, Adam. jax-js hands its kernels to as many workers as there are threads here. ' +
    'PyTorch is eager, on one thread.',
};
