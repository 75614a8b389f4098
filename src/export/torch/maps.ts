/** How the script trains maps along. */
import { startOf } from '../../experiment/contract/startingPoint.ts';
import { taskShape } from '../../experiment/networks/describe.ts';
import { type Alignment, targetOf } from '../../experiment/plan/arms.ts';
import { rootOf } from '../../experiment/plan/fork.ts';
import { guideNetwork } from '../../experiment/plan/guides.ts';
import { learntMaps } from '../../experiment/plan/learntMaps.ts';
import type { ArmSpec, Experiment, NetworkSpec } from '../../experiment/schema/schema.ts';
import { call, code, type Python } from './python.ts';

/** Whether some arm trains any. */
export const trainsMaps = (experiment: Experiment): boolean => experiment.arms.some((arm) => learntMaps(experiment, arm).length > 0);

/** Whether layers have their channels behind their positions: pixels, too, which have no network. */
const channelsLast = (network: NetworkSpec | null): true | undefined => (network === null || network.family === 'convnext' ? true : undefined);

/** An optimiser with one of the maps beside it. */
export const besideMaps = (optimiser: Python): Python => call('BesideMaps', {}, optimiser);

/** A term with maps. @param options what it has in common with others */
export function alignByMap(experiment: Experiment, arm: ArmSpec, { guide, tokens }: Alignment, options: Record<string, Python | undefined>): Python {
  const start = startOf(rootOf(experiment, arm));
  const sequences = taskShape(experiment.task).tokens !== undefined;
  const last = { target_last: channelsLast(targetOf(experiment, arm)), guide_last: channelsLast(guideNetwork(experiment, guide)) };
  const view = last.target_last || last.guide_last ? call('partial', last, code('at_positions')) : code('at_positions');
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
