/** Whether terms of a loss that are no similarities fit the networks that they are about. */
import { describeNetwork, type NetworkDescription, taskShape } from '../networks/describe.ts';
import { matchedPairs, targetOf } from './arms.ts';
import { describeGuide, standsAlone } from './guides.ts';
import { UnknownTapError } from './mapping.ts';
import { tapNames } from './pairs.ts';
import type { Problem } from '../schema/problem.ts';
import { isRecorded } from '../schema/measures.ts';
import type { AlignTerm, ArmSpec, Experiment, MatchTerm, RegulariseTerm } from '../schema/schema.ts';

/** Moments are matched unit by unit: both layers of a pair must have as many. */
export function checkMoments(experiment: Experiment, arm: ArmSpec, term: MatchTerm, path: string): Problem[] {
  if (standsAlone(experiment, term.guide))
    return [{ path: `${path}.guide`, message: 'is a control without a network: it has no units whose moments can be matched' }];
  const field = term.mapping ? `${path}.mapping` : 'base.mapping';
  const widths = ({ taps }: NetworkDescription) => new Map(taps.map(({ name, features }) => [name, features]));
  const guide = widths(describeGuide(experiment, term.guide));
  const target = widths(describeNetwork(targetOf(experiment, arm), taskShape(experiment.task)));
  try {
    const wrong = matchedPairs(experiment, term).find(({ guideTap, targetTap }) => guide.get(guideTap) !== target.get(targetTap));
    if (!wrong) return [];
    const { guideTap, targetTap } = wrong;
    const message =
      `pairs ${guideTap} of the guide, with ${guide.get(guideTap)} units, and ${targetTap} of the target, with ${target.get(targetTap)}: ` +
      'means and variances are matched unit by unit, between layers of one width';
    return [{ path: field, message }];
  } catch (error) {
    if (!(error instanceof UnknownTapError)) throw error;
    return [{ path: field, message: error.message }];
  }
}

export function checkRegularised(experiment: Experiment, { what, taps = [], dimension }: RegulariseTerm, path: string): Problem[] {
  const known = tapNames(experiment);
  const unknown = taps.find((tap) => !known.includes(tap));
  if (unknown !== undefined) return [{ path: `${path}.taps`, message: new UnknownTapError('target', unknown, known).message }];
  if (dimension === undefined) return [];
  if (what !== 'intrinsic-dimension') return [{ path: `${path}.dimension`, message: `is of intrinsic-dimension alone, not of ${what}` }];
  const most = experiment.base.batchSize - 1;
  return dimension > most ? [{ path: `${path}.dimension`, message: `must be at most ${most}, one less than the batch has examples, not ${dimension}` }] : [];
}

/** What a map that is trained along cannot be asked for. @param path of the measure, @param of of what ends its course */
export function checkLearnt({ guides }: Experiment, { guide, course }: AlignTerm, path: string, of: string): Problem[] {
  const control = guides[guide];
  const problems: Problem[] = [];
  // Which place an example has in its batch is nothing that a map could learn.
  if (control.state === 'control' && control.kind === 'identity-gram') problems.push({ path, message: 'must be another one with an identity guide, e.g. cka' });
  if (course?.kind === 'stall' && course.of === 'similarity') {
    problems.push({ path: of, message: 'must be "validation loss": evaluations know no similarity by a learnt map' });
  }
  return problems;
}

export const checkObserved = ({ observe = [] }: Experiment): Problem[] =>
  observe.flatMap((observation, i) =>
    observation.what !== 'similarity' || isRecorded(observation.measure)
      ? []
      : [{ path: `observe.${i}.measure`, message: 'must be another one, e.g. ridge: a learnt map is trained with an arm, and says nothing of others' }],
  );
