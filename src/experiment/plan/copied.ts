/** Which of its weights an arm begins with a copy of, out of a guide. */
import { taskShape } from '../networks/describe.ts';
import { type ParameterShape, parametersOf } from '../networks/parameters.ts';
import type { Problem } from '../schema/problem.ts';
import type { ArmSpec, Experiment, StartSpec } from '../schema/schema.ts';
import { targetOf } from './arms.ts';
import { guideNetwork, standsAlone } from './guides.ts';

/** Names of two parameters of one shape. */
export interface CopiedPair {
  from: string;
  to: string;
}

const sameShape = (a: ParameterShape, b: ParameterShape): boolean => a.shape.join() === b.shape.join();

const isMatrix = ({ shape }: ParameterShape): boolean => shape.length > 1;
/** `head` of `head.bias`, and of `head.weight`. */
const layerOf = ({ name }: ParameterShape): string => name.slice(0, Math.max(0, name.lastIndexOf('.'))) || name;

/**
 * Every parameter of the target that is copied, in order. A bias means nothing without its matrix: it goes with that, by its
 * name; where no matrix is copied nothing is.
 */
export function copiedPairs(target: readonly ParameterShape[], guide: readonly ParameterShape[], by: StartSpec['by']): CopiedPair[] {
  const agreeing = agreeingPairs(target, guide, by);
  const matrices = target.filter(isMatrix);
  const copied = new Set(matrices.filter(({ name }) => agreeing.some(({ to }) => to === name)).map(layerOf));
  if (copied.size === 0) return [];
  const alone = target.filter((own) => !isMatrix(own) && matrices.some((matrix) => layerOf(matrix) === layerOf(own)) && !copied.has(layerOf(own)));
  return agreeing.filter(({ to }) => !alone.some(({ name }) => name === to));
}

function agreeingPairs(target: readonly ParameterShape[], guide: readonly ParameterShape[], by: StartSpec['by']): CopiedPair[] {
  const named = new Map(target.flatMap((to) => guide.filter((from) => from.name === to.name && sameShape(from, to)).map((from) => [to.name, from.name])));
  const left = guide.filter(({ name }) => ![...named.values()].includes(name));
  return target.flatMap((to): CopiedPair[] => {
    const own = named.get(to.name);
    if (own !== undefined) return [{ from: own, to: to.name }];
    const next = by === 'shapes' && isMatrix(to) ? left.findIndex((from) => sameShape(from, to)) : -1;
    return next < 0 ? [] : [{ from: left.splice(next, 1)[0].name, to: to.name }];
  });
}

/** Parameters that an arm can be given: all but a bias that it states itself. */
export function ownParameters(experiment: Pick<Experiment, 'target' | 'arms' | 'task'>, arm: ArmSpec): ParameterShape[] {
  return parametersOf(targetOf(experiment, arm), taskShape(experiment.task)).filter(({ name }) => name !== 'head.bias' || arm.unusedBias === undefined);
}

/** What an arm copies; null where that is not known before a guide's file is read, or nothing is asked for. */
export function copiedBy(experiment: Pick<Experiment, 'target' | 'arms' | 'task' | 'guides'>, arm: ArmSpec): CopiedPair[] | null {
  const { start } = arm;
  const network = start && guideNetwork(experiment, start.guide);
  if (!start || !network) return null;
  const guide = experiment.guides[start.guide];
  const task = (guide.state === 'trained' ? guide.training.task : undefined) ?? experiment.task;
  return copiedPairs(ownParameters(experiment, arm), parametersOf(network, taskShape(task)), start.by);
}

/** A start that there is something for: the first guide that has it, by names where these agree. */
export function possibleStart(
  experiment: Pick<Experiment, 'target' | 'arms' | 'task' | 'guides'>,
  arm: ArmSpec,
  guides: readonly string[],
): StartSpec | undefined {
  const starts = guides.flatMap((guide) => (['names', 'shapes'] as const).map((by): StartSpec => ({ kind: 'copied', guide, by, noise: 0.1 })));
  return starts.find((start) => copiedBy(experiment, { ...arm, start })?.length !== 0);
}

/** What is said where there is nothing to copy, after the guide's name. */
export const nothingToCopy = (by: StartSpec['by']): string =>
  by === 'names'
    ? 'has no matrix with the name and the shape of one of the target’s: copy by shapes, or give the two networks layers of one kind and width'
    : 'has no matrix of the shape of one of the target’s: give the two networks layers of one width';

export function checkStart(experiment: Experiment, arm: ArmSpec, path: string): Problem[] {
  const { start } = arm;
  if (!start || arm.fork) return [];
  if (standsAlone(experiment, start.guide)) {
    return [{ path: `${path}.guide`, message: 'is a control without a network: it has no weights to copy. Choose a guide with a network' }];
  }
  const copied = copiedBy(experiment, arm);
  return copied?.length === 0 ? [{ path: `${path}.guide`, message: nothingToCopy(start.by) }] : [];
}
