/** Changing, copying and removing arms. Pure: from one experiment to the next. New ones are made by `experiment/recipes`. */
import { termOf, withTermOf } from '../experiment/plan/arms.ts';
import { alignAs, append, distilAs, withGuide } from '../experiment/recipes/adding.ts';
import type { ArmSpec, Experiment } from '../experiment/schema/schema.ts';

const withArm = (experiment: Experiment, armId: string, change: (arm: ArmSpec) => ArmSpec): Experiment => ({
  ...experiment,
  arms: experiment.arms.map((arm) => (arm.id === armId ? change(arm) : arm)),
});

/** Give an arm a guidance or distillation term, or take it away. A guide is made where there is none. */
export function withTerm(experiment: Experiment, armId: string, term: 'align' | 'distil', on: boolean): Experiment {
  if (!on) return withArm(experiment, armId, (arm) => withTermOf(arm, term, undefined));
  const [known] = (['align', 'distil'] as const).flatMap((kind) => experiment.arms.flatMap((arm) => termOf(arm, kind)?.guide ?? []));
  const ready = known === undefined ? withGuide(experiment, 'trained') : { experiment, guide: known };
  return withArm(ready.experiment, armId, (arm) =>
    term === 'align' ? withTermOf(arm, 'align', alignAs(ready.experiment, ready.guide)) : withTermOf(arm, 'distil', distilAs(ready.experiment, ready.guide)),
  );
}

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
