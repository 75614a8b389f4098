/** Arms of an experiment as a group: what its options say of each member. */
import { taskShape, unusedClasses } from '../../experiment/networks/describe.ts';
import { alignmentOf, distillationOf } from '../../experiment/plan/arms.ts';
import type { ArmSpec, Experiment } from '../../experiment/schema/schema.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import { Group } from './group.ts';
import type { Arm, ArmGroup } from './runSteps.ts';
import type { MemberRange } from '../steps/members.ts';

/** An arm as the steps of a run see it. */
export const armOf = (experiment: Experiment, spec: ArmSpec, members: MemberRange): Arm => ({
  spec,
  alignment: alignmentOf(experiment, spec),
  distillation: distillationOf(spec),
  members,
});

/** The group of some arms at the start of a run; each has a member for every seed. */
export function groupOf(experiment: Experiment, specs: readonly ArmSpec[], kernels: Kernels): ArmGroup {
  const { seeds } = experiment;
  return {
    arms: specs.map((spec, i) => armOf(experiment, spec, { first: i * seeds.length, count: seeds.length })),
    group: new Group(
      {
        network: experiment.target,
        task: taskShape(experiment.task),
        streamName: 'init',
        seeds: specs.flatMap(() => seeds),
        inits: specs.flatMap(({ init }) => seeds.map(() => init)),
        classBiases: specs.flatMap(({ unusedBias: bias }) =>
          seeds.map(() => (bias === undefined ? undefined : { classes: unusedClasses(experiment.task), bias })),
        ),
        optimiser: experiment.base.optimiser,
        clipNorm: experiment.base.clipNorm,
      },
      kernels,
    ),
  };
}
