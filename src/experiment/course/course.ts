/** What the course of a term's weight comes to: step by step, as a formula, as marks on a chart. */
import { cos, exp, log } from './math.ts';
import type { Course } from '../schema/schema.ts';

/** What a course may read of an evaluation of one member. */
export interface CourseEvaluation {
  /** Completed steps. */
  step: number;
  /** Mean over the pairs of the term. */
  similarity: number;
  valLoss: number;
}

export const WHOLE: Course = { kind: 'whole' };

/** An exponential course ends at this share of the weight. */
const LEAST = 0.01;

/** The evaluation at which a number has not become better for `patience` evaluations; none: +∞. */
function stalledAt({ of, patience }: Extract<Course, { kind: 'stall' }>, evaluations: readonly CourseEvaluation[]): number {
  let best = Number.NEGATIVE_INFINITY;
  let waited = 0;
  for (const { step, similarity, valLoss } of evaluations) {
    const value = of === 'similarity' ? similarity : -valLoss;
    waited = value > best ? 0 : waited + 1;
    best = Math.max(best, value);
    if (waited >= patience) return step;
  }
  return Number.POSITIVE_INFINITY;
}

/**
 * The steps (0-based) in which a term takes part: `from` is the first, `to` the first without. Outside of them it is
 * no part of the program of a step; within them its weight may be 0.
 */
export function span(course: Course, evaluations: readonly CourseEvaluation[] = []): { from: number; to: number } {
  switch (course.kind) {
    case 'whole':
    case 'every':
      return { from: 0, to: Number.POSITIVE_INFINITY };
    case 'until':
      return { from: 0, to: course.step };
    case 'between':
      return { from: course.from, to: course.to };
    case 'decay':
      return { from: 0, to: course.steps };
    case 'stall':
      return { from: 0, to: stalledAt(course, evaluations) };
  }
}

/**
 * Share of the weight, in [0, 1], to the same bits everywhere.
 * @param step 0-based number of the step about to be made
 * @param evaluations of the member, before that step, in order; only `stall` reads them
 */
export function weightAt(course: Course, step: number, evaluations: readonly CourseEvaluation[] = []): number {
  const { from, to } = span(course, evaluations);
  if (step < from || step >= to) return 0;
  if (course.kind === 'every') return step % course.steps === 0 ? 1 : 0;
  if (course.kind !== 'decay') return 1;
  const share = step / course.steps;
  switch (course.shape) {
    case 'linear':
      return 1 - share;
    case 'cosine':
      return 0.5 * (1 + cos(Math.PI * share));
    case 'exponential':
      return exp(log(LEAST) * share);
  }
}

/** Where guidance begins or ends within a run of so many steps, to be marked on charts. */
export function moments(course: Course, steps: number): { step: number; what: 'begins' | 'ends' }[] {
  const { from, to } = span(course);
  const all = [
    { step: from, what: 'begins' },
    { step: to, what: 'ends' },
  ] as const;
  return all.filter(({ step }) => step > 0 && step < steps);
}

/** The factor behind a term in TeX; empty for the whole run. */
export function courseTex(course: Course): string {
  switch (course.kind) {
    case 'whole':
      return '';
    case 'until':
      return `\\,[\\text{step}<${course.step}]`;
    case 'between':
      return `\\,[${course.from}\\le\\text{step}<${course.to}]`;
    case 'decay': {
      const share = `\\tfrac{\\text{step}}{${course.steps}}`;
      const factor = {
        linear: `\\bigl(1-${share}\\bigr)`,
        cosine: `\\tfrac12\\bigl(1+\\cos\\pi${share}\\bigr)`,
        exponential: `${LEAST}^{\\text{step}/${course.steps}}`,
      };
      return `\\,${factor[course.shape]}\\,[\\text{step}<${course.steps}]`;
    }
    case 'every':
      return `\\,[${course.steps}\\mid\\text{step}]`;
    case 'stall':
      return '\\,[\\text{not stalled}]';
  }
}
