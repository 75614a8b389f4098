/** Arms of an experiment as a group: what its options say of each member. */
import { taskShape, unusedClasses } from '../../experiment/networks/describe.ts';
import { targetOf } from '../../experiment/plan/arms.ts';
import { rootOf } from '../../experiment/plan/fork.ts';
import { learntMaps } from '../../experiment/plan/learntMaps.ts';
import { tapNames } from '../../experiment/plan/pairs.ts';
import type { ArmSpec, Experiment } from '../../experiment/schema/schema.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import type { Guide } from '../guidance/guide.ts';
import { groupedArms } from './armTerms.ts';
import { copiesOf } from './copiedStart.ts';
import { Group } from './group.ts';
import type { ArmGroup } from './runSteps.ts';

/**
 * The group of some arms at the start of a run; each has a member for every seed.
 * @param specs arms with the same network and optimiser (`armGroups`)
 * @param guides out of which arms may copy weights
 */
export function groupOf(experiment: Experiment, specs: readonly ArmSpec[], guides: ReadonlyMap<string, Guide>, kernels: Kernels): ArmGroup {
  const { seeds } = experiment;
  const roots = specs.map((spec) => rootOf(experiment, spec));
  const arms = groupedArms(experiment, specs);
  return {
    arms,
    group: new Group(
      {
        network: targetOf(experiment, roots[0]),
        taps: tapNames(experiment),
        task: taskShape(experiment.task),
        streamName: 'init',
        seeds: specs.flatMap(() => seeds),
        inits: roots.flatMap(({ init }) => seeds.map(() => init)),
        classBiases: roots.flatMap(({ unusedBias: bias }) =>
          seeds.map(() => (bias === undefined ? undefined : { classes: unusedClasses(experiment.task), bias })),
        ),
        copied: roots.flatMap((root) => copiesOf(experiment, root, guides)),
        optimiser: roots[0].optimiser ?? experiment.base.optimiser,
        clipNorm: experiment.base.clipNorm,
        maps: arms.map(({ spec, members }) => ({ members, maps: learntMaps(experiment, spec) })),
      },
      kernels,
    ),
  };
}
