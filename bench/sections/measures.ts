import type { MeasureName } from '../../src/experiment/schema/measure.ts';
import type { Stage, Workload } from '../contestants/entry.ts';
import { race } from '../race.ts';
import { absences, atMost, costOf, type Target, time } from '../report/figures.ts';
import { BrowserStage } from '../stages/browser.ts';
import type { Benchmark, Found, Options } from './section.ts';

const STAGE: Stage = { backend: 'wasm', threads: 1, small: false };
/** Longer than turns of other sections: processes count CPU time in coarse steps. */
const TURN_MS = 800;
const WORKLOADS = ['first-token', 'wide-fcn'] as const satisfies readonly Workload[];

/** Passes over pairs of examples. */
const PAIRS = atMost(1.5);
/** An inverse of a matrix over the examples, and products with it. */
const SOLVES = atMost(3);

/** What a step may cost in comparison with one by CKA; undefined: it is only reported. */
const AIMS: Readonly<Record<Exclude<MeasureName, 'cka'>, Target | undefined>> = {
  'cka-debiased': PAIRS,
  'rbf-cka': PAIRS,
  rsa: PAIRS,
  'rsa-correlation': PAIRS,
  'rsa-euclidean': PAIRS,
  ridge: SOLVES,
  procrustes: undefined,
  cca: SOLVES,
  sp: PAIRS,
  rkd: PAIRS,
  'soft-knn': PAIRS,
  fitnets: undefined,
};
const NAMES = Object.keys(AIMS) as (keyof typeof AIMS)[];

async function run({ rounds, say }: Options): Promise<Found> {
  const found: Found = { figures: [], notes: [] };
  const browser = await BrowserStage.open();
  try {
    for (const workload of WORKLOADS) {
      say(workload);
      const guidedBy = (name: MeasureName) =>
        browser.contestant(name, 1, { engine: 'ours', workload, arms: 'guided', seeds: 1, ...(name !== 'cka' && { measure: { name } }) }, STAGE);
      const { raced, absent } = await race([guidedBy('cka'), ...NAMES.map(guidedBy)], { rounds, turnMs: TURN_MS, say });
      found.notes.push(...absences(workload, absent));
      const [cka, ...others] = raced;
      found.figures.push(
        time(workload, cka),
        time(workload, cka, 'cpu'),
        ...others.flatMap((row) => [costOf(workload, row, cka), costOf(workload, row, cka, AIMS[row.who as keyof typeof AIMS], 'cpu')]),
      );
    }
  } finally {
    await browser.close();
  }
  return found;
}

export const MEASURES: Benchmark = {
  name: 'measures',
  title: 'What other measures cost',
  run,
  explained:
    'One arm, one seed, guided by each of the measures in turn, in the same experiment, on WASM and one thread in Chromium: the whole step beside one by CKA. ' +
    'In `first-token` every position of the sequences is compared, in `wide-fcn` the layers of a fully connected network with those of a ResNet. With more members ' +
    'measures cost less in comparison, since what is done once for all of them is shared. The aim is held against CPU time, which other load changes less. Ridge regression and CCA invert a matrix over the examples; Procrustes takes its ' +
    'singular values and FitNets trains a map along, both without an aim.',
};
