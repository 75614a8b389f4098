/** Forking an arm in the edited experiment, and keeping forks possible. Pure: from one experiment to the next. */
import { stagesOf } from '../experiment/plan/fork.ts';
import type { ArmSpec, Course, Experiment, Term } from '../experiment/schema/schema.ts';
import { append } from '../experiment/recipes/adding.ts';

/**
 * What is left of a course after some of its steps; null when it is over, and the whole of it where it cannot be
 * stated as one that begins later (a decay, one that waits for a number to stall).
 */
function courseLeft(course: Course, steps: number): Course | null {
  switch (course.kind) {
    case 'until':
      return course.step > steps ? { ...course, step: course.step - steps } : null;
    case 'between':
      return course.to > steps ? { ...course, from: Math.max(0, course.from - steps), to: course.to - steps } : null;
    default:
      return course;
  }
}

function termsLeft(terms: readonly Term[], steps: number): Term[] {
  return terms.flatMap((term): Term[] => {
    const course = term.course && courseLeft(term.course, steps);
    if (course === null) return [];
    return [course ? { ...term, course } : term];
  });
}

/** What an intervention has set for all arms by a step is what a fork begins with, whatever rate its parent states. */
const rateIsSet = ({ interventions }: Experiment, from: number, step: number): boolean =>
  interventions.some(({ step: at, set }) => set.learningRate !== undefined && at >= from && at <= step);

/** An arm as it is at a step, to be continued from there with other settings: `<name>, fork at <step>`, at the end of the list. */
export function forkArm(experiment: Experiment, armId: string, step: number): Experiment {
  const parent = experiment.arms.find(({ id }) => id === armId);
  if (!parent) return experiment;
  // A fork that begins here or later is still the arm before it.
  const stages = stagesOf(experiment, parent);
  const { arm, from } = stages.findLast((stage) => stage.from < step) ?? stages[0];
  const { id, name, terms, fork: _, init: _i, unusedBias: _u, target: _t, warmup: _w, learningRate, ...rest } = arm;
  const fork: ArmSpec = {
    ...rest,
    id: `${id.replace(/-fork(-\d+)?$/, '').slice(0, 30)}-fork`,
    name: `${name.replace(/, fork at \d+( \d+)?$/, '').slice(0, 40)}, fork at ${step}`,
    terms: termsLeft(terms, step - from),
    ...(learningRate !== undefined && !rateIsSet(experiment, arm.fork ? from : 0, step) && { learningRate }),
    fork: { of: id, step },
  };
  return append(experiment, fork);
}

/** Take out forks of arms that an edit has taken out. @param before the experiment before the edit */
export function withoutLostForks(experiment: Experiment, before: Experiment): { experiment: Experiment; notes: string[] } {
  const has = ({ arms }: Experiment, id: string) => arms.some((arm) => arm.id === id);
  const lost = experiment.arms.filter(({ fork }) => fork && has(before, fork.of) && !has(experiment, fork.of));
  if (lost.length === 0) return { experiment, notes: [] };
  // Forks of forks go with them.
  const rest = withoutLostForks({ ...experiment, arms: experiment.arms.filter((arm) => !lost.includes(arm)) }, before);
  const gone = ({ name, fork }: ArmSpec) =>
    `The arm “${name}” was removed: it forks from “${before.arms.find(({ id }) => id === fork?.of)?.name}”, which is no longer there.`;
  return { experiment: rest.experiment, notes: [...lost.map(gone), ...rest.notes] };
}
