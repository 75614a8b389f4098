import { describe, expect, it } from 'vitest';
import { courseWords } from '../settingWords.ts';
import { courseTex, moments, span, weightAt } from './course.ts';
import type { Course } from '../schema/schema.ts';

const weights = (course: Course, steps: number) => Array.from({ length: steps }, (_, step) => weightAt(course, step));

describe('weightAt', () => {
  it.each<[Course, number[]]>([
    [{ kind: 'whole' }, [1, 1, 1, 1, 1, 1]],
    [{ kind: 'until', step: 2 }, [1, 1, 0, 0, 0, 0]],
    [{ kind: 'between', from: 1, to: 4 }, [0, 1, 1, 1, 0, 0]],
    [{ kind: 'every', steps: 3 }, [1, 0, 0, 1, 0, 0]],
    [{ kind: 'decay', shape: 'linear', steps: 4 }, [1, 0.75, 0.5, 0.25, 0, 0]],
  ])('%j', (course, expected) => expect(weights(course, 6)).toEqual(expected));

  it('falls along half a cosine, or by one factor to a hundredth', () => {
    const cosine = weights({ kind: 'decay', shape: 'cosine', steps: 4 }, 6);
    [1, 0.8535533905932737, 0.5, 0.1464466094067262, 0, 0].forEach((weight, step) => expect(cosine[step]).toBeCloseTo(weight, 12));
    const exponential = weights({ kind: 'decay', shape: 'exponential', steps: 4 }, 6);
    [1, 0.31622776601683794, 0.1, 0.03162277660168379, 0, 0].forEach((weight, step) => expect(exponential[step]).toBeCloseTo(weight, 12));
  });

  it('ends at the evaluation that has seen nothing better for as many as it has patience', () => {
    const similarity = [0.1, 0.3, 0.3, 0.2, 0.4];
    const valLoss = [5, 4, 3, 2, 1];
    const evaluations = similarity.map((value, i) => ({ step: 10 * i, similarity: value, valLoss: valLoss[i] }));
    const course: Course = { kind: 'stall', of: 'similarity', patience: 2 };
    // Told only of evaluations that were before the step.
    expect(weightAt(course, 29, evaluations.slice(0, 3))).toBe(1);
    expect(weightAt(course, 30, evaluations.slice(0, 4))).toBe(0);
    // What has ended does not come back.
    expect(weightAt(course, 45, evaluations)).toBe(0);
    expect(weightAt({ ...course, of: 'validation loss' }, 45, evaluations)).toBe(1);
  });

  it('is 0 outside of the span and within [0, 1] everywhere', () => {
    const shapes = ['linear', 'cosine', 'exponential'] as const;
    for (const course of shapes.map((shape): Course => ({ kind: 'decay', shape, steps: 37 }))) {
      const { from, to } = span(course);
      weights(course, 60).forEach((weight, step) => {
        expect(weight).toBeLessThanOrEqual(1);
        expect(weight > 0).toBe(step >= from && step < to);
      });
    }
  });
});

it('marks where guidance begins and ends within the run', () => {
  expect(moments({ kind: 'whole' }, 100)).toEqual([]);
  expect(moments({ kind: 'until', step: 100 }, 100)).toEqual([]);
  expect(moments({ kind: 'until', step: 20 }, 100)).toEqual([{ step: 20, what: 'ends' }]);
  expect(moments({ kind: 'between', from: 20, to: 40 }, 100)).toEqual([
    { step: 20, what: 'begins' },
    { step: 40, what: 'ends' },
  ]);
  expect(moments({ kind: 'decay', shape: 'linear', steps: 30 }, 100)).toEqual([{ step: 30, what: 'ends' }]);
});

it('is told in words and as a formula', () => {
  const told = (course: Course) => [courseWords(course, 100), courseTex(course)];
  expect(told({ kind: 'whole' })).toEqual(['whole run', '']);
  expect(told({ kind: 'until', step: 20 })).toEqual(['until step 20', '\\,[\\text{step}<20]']);
  expect(told({ kind: 'until', step: 200 })[0]).toBe('whole run');
  expect(told({ kind: 'between', from: 20, to: 40 })).toEqual(['from step 20 until step 40', '\\,[20\\le\\text{step}<40]']);
  expect(told({ kind: 'between', from: 20, to: 400 })[0]).toBe('from step 20 on');
  expect(told({ kind: 'decay', shape: 'cosine', steps: 30 })[0]).toBe('falling along a cosine until step 30');
  expect([2, 3, 4, 11, 21].map((steps) => courseWords({ kind: 'every', steps }, 100))).toEqual(
    ['2nd', '3rd', '4th', '11th', '21st'].map((nth) => `at every ${nth} step`),
  );
  expect(told({ kind: 'stall', of: 'validation loss', patience: 3 })[0]).toBe('until its validation loss has stalled for 3 evaluations');
});
