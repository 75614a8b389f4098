import { expect, test } from 'vitest';
import { withPath } from '@/experiment/link.ts';
import { parseExperiment } from '@/experiment/parse.ts';
import { presetExperiment } from '@/experiment/testing.ts';
import { EVALUATION_QUANTITIES, gaps } from '@/experiment/series.ts';
import type { AlignTerm, Course, Experiment } from '@/experiment/schema/schema.ts';
import { RunData } from '@/state/runData.ts';
import { courseMarksOf } from './parts.ts';

const ARMS = [
  { id: 'guided', name: 'Guided', colour: 'blue' },
  { id: 'guided-untrained', name: 'Guided, untrained guide', colour: 'red' },
];

const NOTHING = { evaluations: [], divergences: [] };

/** The marks of `wide-fcn` with these courses of the two guided arms. */
function marksOf(...courses: (Course | undefined)[]) {
  const stated = courses.reduce<unknown>((e, course, i) => withPath(e, `arms.${ARMS[i].id}.terms.align.course`, course), presetExperiment('wide-fcn'));
  const parsed = parseExperiment(withPath(stated, 'base.steps', 200));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return courseMarksOf({ ...NOTHING, experiment: parsed.experiment }, ARMS);
}

test('each arm has marks of its own, in its colour, where its guidance begins and ends', () => {
  const marks = marksOf({ kind: 'between', from: 20, to: 90 }, { kind: 'decay', shape: 'cosine', steps: 90 });
  expect(marks.map(({ arm, colour, step, what }) => [arm, colour, step, what])).toEqual([
    ['guided', 'blue', 20, 'begins'],
    ['guided', 'blue', 90, 'ends'],
    ['guided-untrained', 'red', 90, 'ends'],
  ]);
  expect(marks.map(({ text }) => text)[0]).toBe('Guided: guidance begins at step 20');
});

test('guidance for the whole run has none, nor has an experiment that is not run', () => {
  expect(marksOf(undefined, { kind: 'every', steps: 4 })).toEqual([]);
  expect(marksOf({ kind: 'until', step: 200 })).toEqual([]);
  expect(courseMarksOf({ ...NOTHING, experiment: null }, ARMS)).toEqual([]);
});

test('of a fork the courses count from where it forks, and those of the arm that it was end there', () => {
  const preset = presetExperiment('wide-fcn');
  const [, guided] = preset.arms;
  const [term] = guided.terms;
  const experiment = {
    ...preset,
    base: { ...preset.base, steps: 200 },
    arms: [
      { ...guided, terms: [{ ...term, course: { kind: 'between', from: 20, to: 90 } as const }] },
      { ...guided, id: 'forked', fork: { of: 'guided', step: 60 }, terms: [{ ...term, course: { kind: 'until', step: 45 } as const }] },
    ],
  } as Experiment;
  const marks = courseMarksOf({ ...NOTHING, experiment }, [{ id: 'forked', name: 'Forked', colour: 'green' }]);
  expect(marks.map(({ step, what }) => [step, what])).toEqual([
    [20, 'begins'],
    [105, 'ends'],
    [60, 'forks'],
  ]);
  expect(marks.slice(1).map(({ text }) => text)).toEqual(['Forked: guidance ends at step 105', 'Forked: forks from “Guided” at step 60']);
  // Beside the arm that it was, which has the marks before, it has those behind.
  const both = courseMarksOf({ ...NOTHING, experiment }, [ARMS[0], { id: 'forked', name: 'Forked', colour: 'green' }]);
  expect(both.map(({ arm, step, what }) => [arm, step, what])).toEqual([
    ['guided', 20, 'begins'],
    ['guided', 90, 'ends'],
    ['forked', 105, 'ends'],
    ['forked', 60, 'forks'],
  ]);
});

test('a course that waits for a number to stall has a mark where it ended in each seed, by that seed’s own evaluations', () => {
  const preset = presetExperiment('wide-fcn');
  const [, guided] = preset.arms;
  const stall = (of: 'similarity' | 'validation loss'): Course => ({ kind: 'stall', of, patience: 2 });
  const arm = (id: string, course: Course, own: object = {}) => ({ ...guided, id, terms: [{ ...guided.terms[0], course } as AlignTerm], ...own });
  const experiment: Experiment = {
    ...preset,
    asks: undefined,
    seeds: [3, 5, 8],
    base: { ...preset.base, steps: 200 },
    arms: [
      arm('guided', stall('validation loss')),
      arm('alike', stall('similarity')),
      arm('forked', stall('validation loss'), { fork: { of: 'alike', step: 20 } }),
    ],
  };
  const evaluating = (data: RunData) => (step: number, losses: number[], alike: number[]) => {
    const { similarity, ...rest } = gaps(EVALUATION_QUANTITIES, data.experiment as Experiment);
    const each = data.pairs.length;
    alike.forEach((value, member) => similarity.fill(value, member * each, (member + 1) * each));
    data.evaluations.push({ step, series: { ...rest, similarity, valLoss: Float32Array.from(losses) } });
  };
  const data = new RunData(experiment);
  const evaluate = evaluating(data);
  // Seeds of "guided", of "alike", of "forked"; the last falls to the end.
  evaluate(0, [5, 5, 5, 1, 1, 1, 1, 1, 1], [0, 0, 0, 0.1, 0.1, 0.1, 0, 0, 0]);
  evaluate(20, [6, 4, 4, 1, 1, 1, 1, 1, 1], [0, 0, 0, 0.2, 0.1, 0.2, 0, 0, 0]);
  evaluate(40, [6, 3, 4, 1, 1, 1, 2, 0.5, 2], [0, 0, 0, 0.2, 0.1, 0.1, 0, 0, 0]);
  evaluate(60, [1, 2, 4, 1, 1, 1, 2, 0.4, 2], [0, 0, 0, 0.2, 0.9, 0.1, 0, 0, 0]);
  const drawn = experiment.arms.map(({ id }) => ({ id, name: id, colour: id }));
  const told = () => courseMarksOf(data, drawn).map(({ text }) => text);
  expect(told()).toEqual([
    'guided: guidance ends at step 40, where its validation loss has stalled in seed 3',
    'guided: guidance ends at step 60, where its validation loss has stalled in seed 8',
    'alike: guidance ends at step 40, where its similarity has stalled in seed 5',
    'alike: guidance ends at step 60, where its similarity has stalled in seeds 3 and 8',
    // What it was before has no bearing on its own course, which counts from there.
    'forked: guidance ends at step 60, where its validation loss has stalled in seeds 3 and 8',
    'forked: forks from “Guided” at step 20',
  ]);
  expect(courseMarksOf(data, drawn).map(({ colour, what }) => `${colour} ${what}`)[0]).toBe('guided ends');
  // What diverged before has stalled in nothing.
  data.divergences = [{ arm: 'guided', seed: 3, step: 30 }];
  expect(told()[0]).toMatch(/in seed 8$/);
  // Where it is all seeds none is named.
  const alone = new RunData({ ...experiment, seeds: [3], arms: experiment.arms.slice(0, 1) });
  for (const [i, loss] of [5, 6, 6].entries()) evaluating(alone)(20 * i, [loss], []);
  expect(courseMarksOf(alone, drawn.slice(0, 1)).map(({ text }) => text)).toEqual(['guided: guidance ends at step 40, where its validation loss has stalled']);
});
