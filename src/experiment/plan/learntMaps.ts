/** The linear maps that arms with a learnt measure train along: between which layers, of what size. */
import { describeNetwork, type TapDescription, taskShape } from '../networks/describe.ts';
import { isLearnt } from '../schema/measures.ts';
import type { ArmSpec, Experiment, TokenView } from '../schema/schema.ts';
import { product } from '../shapes/description.ts';
import { type Alignment, alignmentsOf, targetOf } from './arms.ts';
import { stagesOf } from './fork.ts';
import { describeGuide } from './guides.ts';

/** Positions of an image's layer, averaged over equal rectangles. */
export interface Pooling {
  /** Height and width. */
  from: readonly [number, number];
  /** Those of the grid of means, which divide them. */
  to: readonly [number, number];
}

/** The map of one pair of layers: from as many units of the target's as it has inputs to as many of the guide's. */
export interface LearntMap {
  /** Tells it from others of its arm: two terms that align the same pair, looked at alike, share it. */
  key: string;
  guideTap: string;
  targetTap: string;
  inputs: number;
  outputs: number;
  /** Examples that it maps of each one in the batch: positions of an image or of a sequence. */
  rows: number;
  /** Of images: to the positions that both layers have. */
  pooling?: { guide: Pooling; target: Pooling };
}

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

/** The positions of an image's layer as a grid: those of patches in one row, none as one. */
const gridOf = ({ shape }: TapDescription): [number, number] => [shape.length > 1 ? shape[0] : 1, shape.length > 2 ? shape[1] : 1];

/** Both layers' positions on the finest grid that divides both. Patches have no second axis: other numbers have nothing in common. */
function commonGrid(guide: TapDescription, target: TapDescription): { guide: Pooling; target: Pooling } {
  const [own, other] = [gridOf(target), gridOf(guide)];
  const comparable = guide.shape.length === target.shape.length && (guide.shape.length > 2 || own[0] === other[0]);
  const to: [number, number] = comparable ? [divisor(own[0], other[0]), divisor(own[1], other[1])] : [1, 1];
  return { guide: { from: other, to }, target: { from: own, to } };
}

const unitsOf = ({ shape }: TapDescription): number => shape[shape.length - 1];

/** The maps of an alignment, one for each of its pairs. @param arm whose network has the target's layers */
export function mapsOf(experiment: Experiment, arm: ArmSpec, { guide, pairs, tokens }: Omit<Alignment, 'measure'>): LearntMap[] {
  const shape = taskShape(experiment.task);
  const [guideTaps, targetTaps] = [describeGuide(experiment, guide), describeNetwork(targetOf(experiment, arm), shape)].map(
    ({ taps }) => new Map(taps.map((tap) => [tap.name, tap])),
  );
  return pairs.flatMap(({ guideTap, targetTap }): LearntMap[] => {
    const [from, to] = [targetTaps.get(targetTap), guideTaps.get(guideTap)];
    // A layer that is not there is refused elsewhere; half-edited experiments are estimated, too.
    if (!from || !to) return [];
    const pair = { guideTap, targetTap };
    const key = [guide, ...(shape.tokens ? [tokens] : []), guideTap, targetTap].join('/');
    if (!shape.tokens) {
      const pooling = commonGrid(to, from);
      return [{ key, ...pair, inputs: unitsOf(from), outputs: unitsOf(to), rows: product(pooling.target.to), pooling }];
    }
    const [length] = shape.input;
    const whole: TokenView = 'flattened';
    const [units, rows] = [tokens === whole ? 1 : length, tokens === whole || tokens === 'last-token' ? 1 : length];
    return [{ key, ...pair, inputs: from.features / units, outputs: to.features / units, rows }];
  });
}

/** Every map that an arm trains over a run, those of what it forks from, too. @throws {UnknownTapError} see `alignmentOf` */
export function learntMaps(experiment: Experiment, arm: ArmSpec): LearntMap[] {
  const maps = stagesOf(experiment, arm).flatMap((stage) =>
    alignmentsOf(experiment, stage.arm).flatMap((alignment) => (isLearnt(alignment.measure) ? mapsOf(experiment, arm, alignment) : [])),
  );
  return [...new Map(maps.map((map) => [map.key, map])).values()];
}

/** Weights of all of an arm's maps; they are no parameters of the target. */
export const mapParameters = (experiment: Experiment, arm: ArmSpec): number =>
  learntMaps(experiment, arm).reduce((sum, { inputs, outputs }) => sum + inputs * outputs, 0);
