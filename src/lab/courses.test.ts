/** Courses of guidance, told by the curves they give. */
import { describe, expect, it } from 'vitest';
import type { Course, Experiment } from '../experiment/schema/schema.ts';
import { runToEnd } from './testing/collect.ts';
import { curve, member } from './testing/drive.ts';
import { tinyExperiment } from './testing/experiments.ts';

const COURSES: Record<string, Course | undefined> = {
  guided: undefined,
  whole: { kind: 'whole' },
  'until-2': { kind: 'until', step: 2 },
  'until-1': { kind: 'until', step: 1 },
  'from-0': { kind: 'between', from: 0, to: 2 },
  'from-2': { kind: 'between', from: 2, to: 4 },
  'from-9': { kind: 'between', from: 9, to: 12 },
  'every-50': { kind: 'every', steps: 50 },
  'every-2': { kind: 'every', steps: 2 },
  decay: { kind: 'decay', shape: 'linear', steps: 4 },
};

const arms: Experiment['arms'] = [
  { id: 'unguided', name: 'Unguided', terms: [] },
  ...Object.entries(COURSES).map(([id, course]): Experiment['arms'][number] => ({
    id,
    name: id,
    terms: [{ kind: 'align', guide: 'untrained', weight: 4, ...(course && { course }) }],
  })),
];

describe.each(['wasm', 'cpu'] as const)('on %s', (backend) => {
  it('are what they say', async () => {
    const experiment: Experiment = { ...tinyExperiment({ seeds: [0], 'base.evaluateEvery': 6 }), asks: undefined, arms };
    const { result } = await runToEnd(experiment, backend);
    const losses = (id: string) => curve(member(result, id, 0)).loss;
    /** Steps whose losses two arms share before they part: that of a step is measured before its update. */
    const shared = (a: string, b: string) => losses(a).findIndex((loss, step) => loss !== losses(b)[step]);
    expect(losses('whole')).toEqual(losses('guided'));
    expect(losses('from-0')).toEqual(losses('until-2'));
    expect(losses('from-9')).toEqual(losses('unguided'));
    expect(shared('until-2', 'guided')).toBe(3);
    expect(shared('from-2', 'unguided')).toBe(3);
    // A weight of 0 is no guidance, to the bit, though the term stays in the program.
    expect(losses('every-50')).toEqual(losses('until-1'));
    expect(shared('every-2', 'until-1')).toBe(3);
    expect(shared('decay', 'guided')).toBe(2);
    expect(shared('decay', 'until-1')).toBe(2);
  });
});
