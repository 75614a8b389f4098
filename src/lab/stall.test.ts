/** Courses that end when a number stalls: each member's ends by its own evaluations. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { MemberResult, RunResult } from '../experiment/contract/result.ts';
import type { Course, Experiment, MeasureSpec, Term } from '../experiment/schema/schema.ts';
import { curve, member, openLab } from './testing/drive.ts';
import { tinyExperiment } from './testing/experiments.ts';

const STEPS = 8;
const FORK = 3;
const align = (course: Course, measure: MeasureSpec['name'] = 'cka'): Term => ({
  kind: 'align',
  guide: 'untrained',
  weight: 4,
  measure: { name: measure },
  course,
});
const stall = (of: 'similarity' | 'validation loss', patience: number): Course => ({ kind: 'stall', of, patience });

const TERMS: Record<string, Term[]> = {
  loss: [align(stall('validation loss', 1))],
  patient: [align(stall('validation loss', 2))],
  similarity: [align(stall('similarity', 1))],
  measured: [align(stall('similarity', 1), 'sp')],
  distilled: [{ kind: 'distil', guide: 'untrained', temperature: 2, ceWeight: 1, kdWeight: 4, direction: 'forward', course: stall('validation loss', 1) }],
  whole: [align({ kind: 'whole' })],
  ...Object.fromEntries(Array.from({ length: STEPS - 1 }, (_, i) => [`until-${i + 1}`, [align({ kind: 'until', step: i + 1 })]])),
};

const tiny = tinyExperiment({ 'task.val': 16, 'base.steps': STEPS, 'base.evaluateEvery': 1, 'base.learningRate': 0.03 });
const experiment: Experiment = {
  ...tiny,
  asks: undefined,
  guides: { untrained: tiny.guides.untrained },
  arms: [
    ...Object.entries(TERMS).map(([id, terms]) => ({ id, name: id, terms })),
    { id: 'forked', name: 'forked', terms: TERMS.loss, fork: { of: 'whole', step: FORK } },
  ],
};

/** The evaluation at which a number has not become better for so many evaluations; every step has one. */
function stalledAt(values: readonly number[], patience: number): number {
  const better = values.map((value, i) => i === 0 || value > Math.max(...values.slice(0, i)));
  const at = values.findIndex((_, i) => i >= patience && better.slice(i - patience + 1, i + 1).every((yes) => !yes));
  return at < 0 ? STEPS : at;
}

const losses = ({ history }: MemberResult): number[] => history.valLoss.map((loss) => -Number(loss));
const similarities = (rows: readonly (readonly (number | null)[])[] = []): number[] =>
  rows.map((row) => row.reduce<number>((sum, value) => sum + Number(value), 0) / row.length);

describe('a course that ends when a number stalls', () => {
  let result: RunResult;
  beforeAll(async () => {
    const whole = await openLab(experiment, 'wasm');
    result = await whole.result();
    await whole.lab.dispose();
  });
  const ends = (arm: string, seed: number) => member(result, arm, seed).history.alignmentLoss?.map(Number.isFinite) ?? [];
  const until = (step: number) => Array.from({ length: STEPS }, (_, i) => i < step);

  it.each([
    ['loss', 1],
    ['patient', 2],
  ] as const)('of the validation loss (%s)', (arm, patience) => {
    const each = experiment.seeds.map((seed) => stalledAt(losses(member(result, arm, seed)), patience));
    experiment.seeds.forEach((seed, s) => {
      expect(ends(arm, seed)).toEqual(until(each[s]));
      // To the bit what it would be had that step been named beforehand.
      expect(curve(member(result, arm, seed))).toEqual(curve(member(result, each[s] < STEPS ? `until-${each[s]}` : 'whole', seed)));
    });
    expect(each.some((step) => step < STEPS)).toBe(true);
  });

  it('of the similarity, by the measure of the term', () => {
    for (const seed of experiment.seeds) {
      const { history } = member(result, 'similarity', seed);
      expect(ends('similarity', seed)).toEqual(until(stalledAt(similarities(history.similarity), 1)));
      expect(ends('measured', seed)).toEqual(until(stalledAt(similarities(member(result, 'measured', seed).history.similarityMeasured), 1)));
    }
  });

  it('counts in a fork from where it forks', () => {
    for (const seed of experiment.seeds) {
      const own = losses(member(result, 'forked', seed)).slice(FORK);
      const at = stalledAt(own, 1);
      expect(ends('forked', seed)).toEqual(until(FORK + at));
    }
  });

  it('differs between members', () => {
    const each = ['loss', 'patient', 'similarity', 'measured'].flatMap((arm) => experiment.seeds.map((seed) => ends(arm, seed).filter(Boolean).length));
    expect(new Set(each).size).toBeGreaterThan(1);
  });

  it('goes on from a checkpoint as if it had never stopped', async () => {
    const first = await openLab(experiment, 'wasm');
    await first.steps(4);
    const checkpoint = structuredClone(await first.lab.checkpoint());
    await first.lab.dispose();
    const second = await openLab(experiment, 'wasm', { checkpoint });
    const again = await second.result();
    await second.lab.dispose();
    expect(again.members.map(curve)).toEqual(result.members.map(curve));
  });
});
