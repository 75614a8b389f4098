/** Changing, copying and removing arms. Pure: from one experiment to the next. New ones are made by `experiment/recipes`. */
import { guidesOf } from '../experiment/plan/arms.ts';
import { whyNoTeacher } from '../experiment/plan/fit.ts';
import { alignAs, append, distilAs, withGuide } from '../experiment/recipes/adding.ts';
import type { ArmSpec, Experiment, Term, TermKind } from '../experiment/schema/schema.ts';

const withArm = (experiment: Experiment, armId: string, change: (arm: ArmSpec) => ArmSpec): Experiment => ({
  ...experiment,
  arms: experiment.arms.map((arm) => (arm.id === armId ? change(arm) : arm)),
});

/** A new term, like those of the experiment's other arms; with a guide that the arm does not learn from yet, where there is one. */
function newTerm(experiment: Experiment, arm: ArmSpec, kind: TermKind): { experiment: Experiment; term: Term } {
  if (kind === 'regularise') return { experiment, term: { kind, what: 'intrinsic-dimension', weight: 1 } };
  const known = [...experiment.arms.flatMap(guidesOf), ...Object.keys(experiment.guides)];
  const other = known.find((guide) => !guidesOf(arm).includes(guide) && (kind === 'align' || whyNoTeacher(experiment, guide) === null)) ?? known[0];
  const { experiment: ready, guide } = other === undefined ? withGuide(experiment, 'trained') : { experiment, guide: other };
  if (kind === 'match') return { experiment: ready, term: { kind, guide, what: 'outputs', weight: 1 } };
  return { experiment: ready, term: kind === 'align' ? alignAs(ready, guide) : distilAs(ready, guide) };
}

/** Give an arm one more term, behind those that it has. A guide is made where there is none. */
export function addTerm(experiment: Experiment, armId: string, kind: TermKind): Experiment {
  const arm = experiment.arms.find(({ id }) => id === armId);
  if (!arm) return experiment;
  const { experiment: ready, term } = newTerm(experiment, arm, kind);
  return withArm(ready, armId, (own) => ({ ...own, terms: [...own.terms, term] }));
}

export const removeTerm = (experiment: Experiment, armId: string, place: number): Experiment =>
  withArm(experiment, armId, (arm) => ({ ...arm, terms: arm.terms.toSpliced(place, 1) }));

/** The same arm once more: with the same seeds it must come out the same (an A/A comparison). */
export function duplicateArm(experiment: Experiment, armId: string): Experiment {
  const arm = experiment.arms.find((a) => a.id === armId);
  return arm ? append(experiment, structuredClone(arm)) : experiment;
}

export const removeArm = (experiment: Experiment, armId: string): Experiment => ({
  ...experiment,
  arms: experiment.arms.filter((arm) => arm.id !== armId),
});

/** Seeds 0 … n−1. */
export const withSeeds = (experiment: Experiment, count: number): Experiment => ({
  ...experiment,
  seeds: Array.from({ length: count }, (_, i) => i),
});
