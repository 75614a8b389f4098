/** Every measure as a loss, through the whole lab: an arm each, side by side on images and on padded sequences. */
import { beforeAll, describe, expect, it } from 'vitest';
import { observedPairs } from '../experiment/plan/arms.ts';
import { measuresInUse } from '../experiment/plan/plan.ts';
import type { MemberResult } from '../experiment/contract/result.ts';
import { type MatrixMeasure, MEASURE_FACTS, MEASURE_NAMES, measureKey } from '../experiment/schema/measures.ts';
import type { AlignTerm, Experiment, TokenView } from '../experiment/schema/schema.ts';
import { mean } from '../stats/summary.ts';
import { runToEnd } from './testing/collect.ts';
import { tinyExperiment, tinySequences } from './testing/experiments.ts';

/** An arm of each measure, beside one without guidance. */
function withArms({ arms: _, guides: { untrained }, ...experiment }: Experiment, measures: readonly MatrixMeasure[], tokens?: TokenView): Experiment {
  const arms = measures.map((measure) => ({
    id: measureKey(measure).replace(/[ =.]/g, '-'),
    name: measureKey(measure),
    terms: [{ kind: 'align', guide: 'untrained', weight: 10, measure, ...(tokens && { tokens }) } satisfies AlignTerm],
  }));
  return { ...experiment, guides: { untrained }, arms: [{ id: 'unguided', name: 'Unguided', terms: [] }, ...arms] };
}

const BASE = {
  seeds: [0],
  'base.steps': 14,
  'base.evaluateEvery': 14,
  'base.batchSize': 8,
  'base.learningRate': 0.003,
  'base.mapping': { rule: 'last', count: 1 },
  'task.val': 16,
};
const images = tinyExperiment({ ...BASE, 'target.dropout': 0 });
const sequences = tinySequences('parity', { ...BASE, 'task.minLength': 4 });

// Of 8 examples in more units CCA is nearly 1 from the start: a larger ridge leaves something to learn.
const all: MatrixMeasure[] = MEASURE_NAMES.map((name) => (name === 'cca' ? { name, ridge: 1 } : { name }));
const exact = all.filter(({ name }) => MEASURE_FACTS[name].padding);
/** Options make measures others: behind the one that shares a name, whose term an arm beside it must not join. */
const stated: MatrixMeasure[] = [
  { name: 'soft-knn', temperature: 1 },
  { name: 'rbf-cka', bandwidth: 0.5 },
];
const CASES: [string, Experiment][] = [
  ['images', withArms(images, [...all, ...stated])],
  ...(['position', 'all-tokens', 'last-token'] as const).map((view): [string, Experiment] => [`padded sequences, ${view}`, withArms(sequences, exact, view)]),
];

describe.each(CASES)('on %s', (_, experiment) => {
  let members: MemberResult[];
  beforeAll(async () => {
    members = (await runToEnd(experiment, 'wasm')).result.members;
  }, 60_000);
  const of = (arm: string): MemberResult['history'] => (members.find((member) => member.arm === arm) as MemberResult).history;

  it.each(experiment.arms.slice(1).map(({ id }) => id))('%s pulls what learns, and nothing else', (arm) => {
    const [own, plain] = [of(arm), of('unguided')];
    const pulled = own.alignmentLoss as number[];
    expect(members.every(({ diverged }) => !diverged)).toBe(true);
    // The same weights and the same batch; from then on another way.
    expect(own.trainLoss[0]).toBe(plain.trainLoss[0]);
    expect(own.trainLoss.slice(1)).not.toEqual(plain.trainLoss.slice(1));
    expect(pulled.every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
    expect(mean(pulled.slice(-3))).toBeLessThan(0.95 * mean(pulled.slice(0, 3)));
  });

  it('tells the measures apart', () => {
    const first = experiment.arms.slice(1).map(({ id }) => of(id).alignmentLoss?.[0]);
    expect(new Set(first).size).toBe(first.length);
  });
});

it('records what is only asked for beside what arms learn by, and learns the same', async () => {
  const experiment = withArms(images, [{ name: 'rsa' }]);
  const observed = (name: string) => ({ what: 'similarity', measure: { name } });
  const asked = { ...experiment, observe: [observed('svcca'), observed('mutual-knn'), observed('procrustes')] } as Experiment;
  const [plain, more] = [await runToEnd(experiment, 'wasm'), await runToEnd(asked, 'wasm')];
  const [own, beside] = [plain, more].map(({ result }) => result.members[0].history);
  expect(beside.trainLoss).toEqual(own.trainLoss);
  const measures = measuresInUse(asked).map(measureKey);
  expect(measures).toEqual(['rsa', 'procrustes', 'mutual-knn', 'svcca']);
  const pairs = observedPairs(asked).length;
  for (const [i, row] of (beside.similarityMeasured ?? []).entries()) {
    expect(row).toHaveLength(measures.length * pairs);
    expect(row.slice(0, pairs)).toEqual(own.similarityMeasured?.[i]);
    expect(row.slice(pairs).every((value) => value !== null && value > 0 && value <= 1)).toBe(true);
  }
  expect(beside.similarityMeasured).toHaveLength(2);
});
