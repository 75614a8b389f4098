/** What a run begins with, as plain data (see the contract). */
import { taskShape, unusedClasses } from '../../experiment/networks/describe.ts';
import { rootOf } from '../../experiment/plan/fork.ts';
import { learntMaps } from '../../experiment/plan/learntMaps.ts';
import { type NetworkTensors, startOf, type StartingPoint, weightsShownBy } from '../../experiment/contract/startingPoint.ts';
import { targetOf } from '../../experiment/plan/arms.ts';
import { warmupTasks } from '../../experiment/plan/warmup.ts';
import { sharedBySeeds } from '../../experiment/plan/guides.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import { yieldToMessages } from '../backend/yield.ts';
import type { Guide } from '../guidance/guide.ts';
import { Model } from '../networks/model.ts';
import { readTensors } from '../networks/weights.ts';
import { openTask, type Task } from '../tasks/index.ts';
import { initialMaps } from './groupMaps.ts';
import { copiesOf } from './copiedStart.ts';
import { type GuidePreparation, prepareGuides } from './prepareGuides.ts';

/** The tensors of a model of one member, without the member axis. */
async function tensorsOf({ weights }: Model): Promise<NetworkTensors> {
  const all = await readTensors(weights.named());
  return Object.fromEntries(Object.entries(all).map(([name, { shape, data }]) => [name, { shape: shape.slice(1), data }]));
}

async function targetsOf(experiment: Experiment, guides: ReadonlyMap<string, Guide>, kernels: Kernels): Promise<StartingPoint['targets']> {
  const targets: StartingPoint['targets'] = [];
  const task = taskShape(experiment.task);
  for (const arm of experiment.arms) {
    const start = startOf(arm);
    // A fork starts as what it forks from.
    if (arm.fork || targets.some((known) => known.start === start)) continue;
    const copies = copiesOf(experiment, arm, guides);
    for (const [i, seed] of experiment.seeds.entries()) {
      const { init, unusedBias: bias } = arm;
      const classBias = bias === undefined ? undefined : { classes: unusedClasses(experiment.task), bias };
      const model = new Model(
        { network: targetOf(experiment, arm), task, seeds: [seed], inits: [init], classBiases: [classBias], copied: [copies[i]], streamName: 'init' },
        kernels,
      );
      targets.push({ start, seed, tensors: await tensorsOf(model) });
      model.dispose();
    }
  }
  return targets;
}

async function mapsOf(experiment: Experiment): Promise<StartingPoint['maps']> {
  const all = experiment.arms.map((arm) => [startOf(rootOf(experiment, arm)), learntMaps(experiment, arm)] as const);
  const found: StartingPoint['maps'] = [];
  for (const start of new Set(all.map(([own]) => own))) {
    const maps = new Map(all.flatMap(([own, of]) => (own === start ? of.map((map) => [map.key, map] as const) : [])));
    if (maps.size === 0) continue;
    for (const seed of experiment.seeds) found.push({ start, seed, tensors: await initialMaps([...maps.values()], seed) });
  }
  return found;
}

async function guidesOf(experiment: Experiment, guides: ReadonlyMap<string, Guide>): Promise<StartingPoint['guides']> {
  const found: StartingPoint['guides'] = [];
  for (const [guide, { models, spec }] of guides) {
    if (weightsShownBy(experiment, guide) !== guide) continue;
    for (const [i, model] of models.entries()) {
      // A network out of a file has no weights by our names.
      if (model instanceof Model) found.push({ guide, seed: sharedBySeeds(spec) ? null : experiment.seeds[i], tensors: await tensorsOf(model) });
    }
  }
  return found;
}

/** What steps of a task read; the caller gives arrays away. */
const readBySteps = (task: Task): Pick<StartingPoint, 'train' | 'text'> => ({
  train: task.train && structuredClone(task.train),
  ...(task.trainingText && { text: task.trainingText().slice() }),
});

/** Of an experiment that is prepared for this alone. */
export async function startingPoint(preparation: Omit<GuidePreparation, 'options' | 'tell' | 'pause'>): Promise<StartingPoint> {
  const { experiment, task, kernels } = preparation;
  // Of no run: nothing is told of it.
  const { guides, scores } = await prepareGuides({ ...preparation, options: {}, tell: () => undefined, pause: yieldToMessages });
  try {
    const warmups: StartingPoint['warmups'] = [];
    for (const spec of warmupTasks(experiment)) warmups.push(readBySteps(await openTask(spec, preparation.library)));
    return {
      targets: await targetsOf(experiment, guides, kernels),
      maps: await mapsOf(experiment),
      guides: await guidesOf(experiment, guides),
      ...readBySteps(task),
      val: structuredClone(task.val),
      warmups,
      scores,
      version: __APP_VERSION__,
    };
  } finally {
    for (const guide of guides.values()) guide.dispose();
  }
}
