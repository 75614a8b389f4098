/** How the script trains maps along. */
import { startOf } from '../../experiment/contract/startingPoint.ts';
import { taskShape } from '../../experiment/networks/describe.ts';
import type { Alignment } from '../../experiment/plan/arms.ts';
import { rootOf } from '../../experiment/plan/fork.ts';
import { exampleControl } from '../../experiment/plan/guides.ts';
import { learntMaps } from '../../experiment/plan/learntMaps.ts';
import type { ArmSpec, Experiment } from '../../experiment/schema/schema.ts';
import { call, code, type Python } from './python.ts';

/** Whether some arm trains any. */
export const trainsMaps = (experiment: Experiment): boolean => experiment.arms.some((arm) => learntMaps(experiment, arm).length > 0);

/** The class of a term with maps: a shuffled guide's images are shuffled with all of their positions. */
function classOf(experiment: Experiment, guide: string, sequences: boolean): string {
  if (exampleControl(experiment.guides[guide]) !== 'shuffled') return 'AlignByMap';
  return sequences ? 'AlignShuffledByMap' : 'AlignShuffledImagesByMap';
}

/** A term with maps. @param options what it has in common with others */
export function alignByMap(experiment: Experiment, arm: ArmSpec, { guide, tokens }: Alignment, options: Record<string, Python | undefined>): Python {
  const start = startOf(rootOf(experiment, arm));
  const sequences = taskShape(experiment.task).tokens !== undefined;
  return call(
    classOf(experiment, guide, sequences),
    {
      ...options,
      view: sequences ? options.view : code('at_positions'),
      named: sequences ? `${guide}/${tokens}` : guide,
      start: start === 'target' ? undefined : start,
    },
    guide,
  );
}
