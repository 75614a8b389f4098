import { expect, test } from 'vitest';
import { withPath } from '@/experiment/link.ts';
import { parseExperiment } from '@/experiment/parse.ts';
import { presetExperiment } from '@/experiment/testing.ts';
import type { Course, Experiment } from '@/experiment/schema/schema.ts';
import { courseMarksOf } from './parts.ts';

const ARMS = [
  { id: 'guided', name: 'Guided', colour: 'blue' },
  { id: 'guided-untrained', name: 'Guided, untrained guide', colour: 'red' },
];

/** The marks of `wide-fcn` with these courses of the two guided arms. */
function marksOf(...courses: (Course | undefined)[]) {
  const stated = courses.reduce<unknown>((e, course, i) => withPath(e, `arms.${ARMS[i].id}.terms.align.course`, course), presetExperiment('wide-fcn'));
  const parsed = parseExperiment(withPath(stated, 'base.steps', 200));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return courseMarksOf({ experiment: parsed.experiment }, ARMS);
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
  expect(courseMarksOf({ experiment: null }, ARMS)).toEqual([]);
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
  const marks = courseMarksOf({ experiment }, [{ id: 'forked', name: 'Forked', colour: 'green' }]);
  expect(marks.map(({ step, what }) => [step, what])).toEqual([
    [20, 'begins'],
    [105, 'ends'],
    [60, 'forks'],
  ]);
  expect(marks.slice(1).map(({ text }) => text)).toEqual(['Forked: guidance ends at step 105', 'Forked: forks from “Guided” at step 60']);
  // Beside the arm that it was, which has the marks before, it has those behind.
  const both = courseMarksOf({ experiment }, [ARMS[0], { id: 'forked', name: 'Forked', colour: 'green' }]);
  expect(both.map(({ arm, step, what }) => [arm, step, what])).toEqual([
    ['guided', 20, 'begins'],
    ['guided', 90, 'ends'],
    ['forked', 105, 'ends'],
    ['forked', 60, 'forks'],
  ]);
});
