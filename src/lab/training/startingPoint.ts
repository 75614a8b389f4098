/** What a run begins with, as plain data (see the contract). */
import { taskShape, unusedClasses } from '../../experiment/networks/describe.ts';
import { type NetworkTensors, startOf, type StartingPoint, weightsShownBy } from '../../experiment/contract/startingPoint.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import type { Guide } from '../guidance/guide.ts';
import { Model } from '../networks/model.ts';
import { readTensors } from '../networks/weights.ts';
import type { Task } from '../tasks/index.ts';

/** The tensors of a model of one member, without the member axis. */
async function tensorsOf({ weights }: Model): Promise<NetworkTensors> {
  const all = await readTensors(weights.named());
  return Object.fromEntries(Object.entries(all).map(([name, { shape, data }]) => [name, { shape: shape.slice(1), data }]));
}

async function targetsOf(experiment: Experiment, kernels: Kernels): Promise<StartingPoint['targets']> {
  const targets: StartingPoint['targets'] = [];
  const task = taskShape(experiment.task);
  for (const arm of experiment.arms) {
    const start = startOf(arm);
    if (targets.some((known) => known.start === start)) continue;
    for (const seed of experiment.seeds) {
      const { init, unusedBias: bias } = arm;
      const classBias = bias === undefined ? undefined : { classes: unusedClasses(experiment.task), bias };
      const model = new Model({ network: experiment.target, task, seeds: [seed], inits: [init], classBiases: [classBias], streamName: 'init' }, kernels);
      targets.push({ start, seed, tensors: await tensorsOf(model) });
      model.dispose();
    }
  }
  return targets;
}

async function guidesOf(experiment: Experiment, guides: ReadonlyMap<string, Guide>): Promise<StartingPoint['guides']> {
  const found: StartingPoint['guides'] = [];
  for (const [guide, { models, spec }] of guides) {
    if (weightsShownBy(experiment, guide) !== guide) continue;
    for (const [i, model] of models.entries()) {
      // A network out of a file has no weights by our names.
      if (model instanceof Model) found.push({ guide, seed: spec.state === 'trained' ? null : experiment.seeds[i], tensors: await tensorsOf(model) });
    }
  }
  return found;
}

export async function startingPoint(
  experiment: Experiment,
  task: Task,
  guides: ReadonlyMap<string, Guide>,
  scores: StartingPoint['scores'],
  kernels: Kernels,
): Promise<StartingPoint> {
  return {
    targets: await targetsOf(experiment, kernels),
    guides: await guidesOf(experiment, guides),
    train: task.train,
    val: task.val,
    ...(task.trainingText && { text: task.trainingText() }),
    scores,
    version: __APP_VERSION__,
  };
}
