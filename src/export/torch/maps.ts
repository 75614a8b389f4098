/** How the script trains maps along. */
import { startOf } from '../../experiment/contract/startingPoint.ts';
import { taskShape } from '../../experiment/networks/describe.ts';
import type { Alignment } from '../../experiment/plan/arms.ts';
import { rootOf } from '../../experiment/plan/fork.ts';
import { standsAlone } from '../../experiment/plan/guides.ts';
import { learntMaps } from '../../experiment/plan/learntMaps.ts';
import type { ArmSpec, Experiment } from '../../experiment/schema/schema.ts';
import { call, code, type Python } from './python.ts';

/** Whether some arm trains any. */
export const trainsMaps = (experiment: Experiment): boolean => experiment.arms.some((arm) => learntMaps(experiment, arm).length > 0);

/** An optimiser with one of the maps beside it. */
export const besideMaps = (optimiser: Python): Python => call('BesideMaps', {}, optimiser);

/** A term with maps. @param options what it has in common with others */
export function alignByMap(experiment: Experiment, arm: ArmSpec, { guide, tokens }: Alignment, options: Record<string, Python | undefined>): Python {
  const start = startOf(rootOf(experiment, arm));
  const sequences = taskShape(experiment.task).tokens !== undefined;
  // Of layers the channels are in front of the positions, of pixels, which have no network, behind.
  const view = standsAlone(experiment, guide) ? call('partial', { guide_last: true }, code('at_positions')) : code('at_positions');
  return call(
    'AlignByMap',
    {
      ...options,
      view: sequences ? options.view : view,
      named: sequences ? `${guide}/${tokens}` : guide,
      start: start === 'target' ? undefined : start,
    },
    guide,
  );
}
