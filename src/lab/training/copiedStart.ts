/** What the members of an arm copy out of a guide before their first step. */
import type * as tf from '@tensorflow/tfjs-core';
import { copiedPairs, nothingToCopy, ownParameters } from '../../experiment/plan/copied.ts';
import type { ArmSpec, Experiment } from '../../experiment/schema/schema.ts';
import type { Guide } from '../guidance/guide.ts';
import type { Copied } from '../networks/copied.ts';

const PARAMETER = 'parameter/';

/** A guide out of a file of which nothing fits: that is not known before its file is read. */
export class NothingToCopyError extends Error {
  override name = 'NothingToCopyError';
}

/**
 * @param arm the one that begins: of a fork that which it forks from in the end
 * @param guides with their networks for the experiment's seeds
 * @returns for every seed what it copies, or undefined where the arm draws all of its weights
 * @throws {NothingToCopyError} when the guide has nothing that fits
 */
export function copiesOf(experiment: Experiment, arm: ArmSpec, guides: ReadonlyMap<string, Pick<Guide, 'models'>>): (Copied | undefined)[] {
  const { start } = arm;
  if (!start) return experiment.seeds.map(() => undefined);
  const models = guides.get(start.guide)?.models ?? [];
  const perModel = models.map((model) => {
    const tensors = new Map(model.named());
    const parameters = [...tensors].filter(([name]) => name.startsWith(PARAMETER));
    const theirs = parameters.map(([name, { shape }]) => ({ name: name.slice(PARAMETER.length), shape: shape.slice(1) }));
    return { tensors, pairs: copiedPairs(ownParameters(experiment, arm), theirs, start.by) };
  });
  if (perModel.length === 0 || perModel[0].pairs.length === 0) {
    throw new NothingToCopyError(`The arm “${arm.name}” cannot start: the guide “${start.guide}” ${nothingToCopy(start.by)}.`);
  }
  // One network for all seeds where the guide is trained or out of a file.
  return experiment.seeds.map((_, i) => {
    const { tensors, pairs } = perModel[Math.min(i, perModel.length - 1)];
    const copied = pairs.flatMap(({ from, to }): [string, string][] => {
      const [, normFrom] = /^(.*)\.gamma$/.exec(from) ?? [];
      const normTo = to.replace(/\.gamma$/, '');
      // What a normalisation learnt means nothing without the statistics that it was learnt for.
      const statistics = normFrom === undefined ? [] : ['mean', 'variance'].map((kind): [string, string] => [`${kind}/${normFrom}`, `${kind}/${normTo}`]);
      return [[PARAMETER + from, PARAMETER + to], ...statistics];
    });
    const found = copied.flatMap(([from, to]): [string, tf.Tensor][] => {
      const tensor = tensors.get(from);
      return tensor ? [[to, tensor]] : [];
    });
    return { tensors: new Map(found), noise: start.noise };
  });
}
