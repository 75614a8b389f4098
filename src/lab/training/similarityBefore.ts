/** How alike the layers of a guide and of the target are before anything is learned. */
import type { TapSimilarities } from '../../experiment/plan/mapping.ts';
import { rootOf } from '../../experiment/plan/fork.ts';
import { weightsOf } from '../../experiment/plan/guides.ts';
import { tapNames } from '../../experiment/plan/pairs.ts';
import type { ArmSpec, Experiment } from '../../experiment/schema/schema.ts';
import { yieldToMessages } from '../backend/yield.ts';
import { type GuidePreparation, prepareGuides } from './prepareGuides.ts';
import { Run } from './run.ts';

/** CKA, of the three similarities that are recorded of each pair of layers. */
const RECORDED = 3;

/** The guides that an arm's first weights take. */
const copiedFrom = (experiment: Experiment, { start }: Pick<ArmSpec, 'start'>): string[] => (start ? [start.guide, weightsOf(experiment, start.guide)] : []);

/**
 * As much of an experiment as is needed to look at one arm and one guide at step 0: the networks are those that the whole of
 * it begins with.
 */
function beforeTraining(experiment: Experiment, arm: string, guide: string): Experiment {
  const { guides, arms, seeds, base } = experiment;
  const own = arms.find(({ id }) => id === arm);
  if (!own || !Object.hasOwn(guides, guide)) throw new Error(`the experiment has no arm "${arm}" or no guide "${guide}"`);
  const { warmup: _, fork: __, ...beginning } = rootOf(experiment, own);
  return {
    ...experiment,
    // A control shows the network of the plain guide beside it; weights may be copied from a third.
    guides: Object.fromEntries([guide, weightsOf(experiment, guide), ...copiedFrom(experiment, beginning)].map((id) => [id, guides[id]])),
    arms: [{ ...beginning, terms: [] }],
    asks: undefined,
    observe: [],
    interventions: [],
    seeds: seeds.slice(0, 1),
    base: { ...base, mapping: { rule: 'none' } },
  };
}

/**
 * CKA of every layer of an arm's network with every layer of a guide at step 0, of the first seed, on the probe.
 * @param preparation of the whole experiment
 * @throws {Error} when there is no such arm or guide
 */
export async function similarityBefore(
  preparation: Omit<GuidePreparation, 'options' | 'tell' | 'pause'>,
  { arm, guide }: { arm: string; guide: string },
): Promise<TapSimilarities> {
  const experiment = beforeTraining(preparation.experiment, arm, guide);
  const { task, kernels, stepper } = preparation;
  // Of no run: nothing is told of it.
  const { guides } = await prepareGuides({ ...preparation, experiment, options: {}, tell: () => undefined, pause: yieldToMessages });
  const run = new Run(experiment, task, guides, kernels, stepper());
  try {
    const { matrices } = await run.evaluate();
    return {
      guideTaps: tapNames(experiment, guide),
      targetTaps: tapNames(experiment),
      values: matrices[guide].filter((_, i) => i % RECORDED === 0),
    };
  } finally {
    run.dispose();
  }
}
