/** Where courses that wait for a number to stall have ended: at other steps in other seeds, by each member's own evaluations. */
import { span } from '@/experiment/course/course.ts';
import { alignmentOf } from '@/experiment/plan/arms.ts';
import { Progress, type ProgressTerm } from '@/experiment/plan/progress.ts';
import type { Course, Experiment, Term } from '@/experiment/schema/schema.ts';
import type { RunData } from '@/state/runData.ts';

type Stall = Extract<Course, { kind: 'stall' }>;
export type StallData = Pick<RunData, 'evaluations' | 'divergences'>;

/** Pairs take time to find, and charts are drawn several times a second. */
const PROGRESS = new WeakMap<Experiment, { progress: Progress; terms: Map<Term, ProgressTerm> }>();

function progressOf(experiment: Experiment): { progress: Progress; terms: Map<Term, ProgressTerm> } {
  const known = PROGRESS.get(experiment) ?? { progress: new Progress(experiment), terms: new Map<Term, ProgressTerm>() };
  PROGRESS.set(experiment, known);
  return known;
}

function resolved(experiment: Experiment, term: Term): ProgressTerm {
  const { terms } = progressOf(experiment);
  const found = terms.get(term) ?? (term.kind === 'align' ? { kind: 'align', ...alignmentOf(experiment, term) } : { kind: term.kind });
  terms.set(term, found);
  return found;
}

/** Steps at which a stalling term of an arm has ended, in order, with the seeds in which it has. */
export interface StallEnd {
  step: number;
  seeds: number[];
}

/**
 * @param arm id of the arm, whose members' evaluations count
 * @param term one that has the course
 * @param stage the steps of the run in which the arm has it: the first, and the first without
 */
export function stallEnds(
  experiment: Experiment,
  { evaluations, divergences }: StallData,
  { arm, term, course, stage: [from, to] }: { arm: string; term: Term; course: Stall; stage: [from: number, to: number] },
): StallEnd[] {
  const { progress } = progressOf(experiment);
  const settings = resolved(experiment, term);
  const ends = new Map<number, number[]>();
  for (const seed of experiment.seeds) {
    const step = from + span(course, progress.of({ arm, seed }, settings, evaluations, [from, to])).to;
    const diverged = divergences.find((other) => other.arm === arm && other.seed === seed)?.step ?? Number.POSITIVE_INFINITY;
    // From then on it learns nothing, and nothing stalls.
    if (step < to && step < diverged) ends.set(step, [...(ends.get(step) ?? []), seed]);
  }
  return [...ends].map(([step, seeds]) => ({ step, seeds })).sort((a, b) => a.step - b.step);
}
