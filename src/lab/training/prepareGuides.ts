/** Prepare the guides before a run: build each one, find or train its weights, and score it. */
import type { GuideSource } from '../../experiment/contract/environment.ts';
import type { LabEvent } from '../../experiment/contract/events.ts';
import type { OpenOptions } from '../../experiment/contract/lab.ts';
import { guideNetwork, weightsOf, withoutControl } from '../../experiment/plan/guides.ts';
import { sameNetwork } from '../../experiment/schema/importedNetwork.ts';
import type { RunResult } from '../../experiment/contract/result.ts';
import type { Experiment, ImportedGuideSpec, TrainedGuideSpec } from '../../experiment/schema/schema.ts';
import type { Kernels } from '../backend/kernels/types.ts';
import { FileError } from '../files/errors.ts';
import type { Library } from '../files/library.ts';
import { Guide } from '../guidance/guide.ts';
import { ImportedModel, type StoredTopology } from '../networks/imported.ts';
import { type GuideStore, recipeKey } from '../guidance/store.ts';
import type { PlainTensors } from '../networks/weights.ts';
import { openTask, type Task } from '../tasks/index.ts';
import { guideScores } from '../observation/evaluation.ts';
import type { Stepper } from '../backend/steps.ts';
import { loadWeights } from '../guidance/loaded.ts';
import { trainGuide } from './trainGuide.ts';

export interface GuidePreparation {
  experiment: Experiment;
  /** The experiment's. */
  task: Task;
  kernels: Kernels;
  /** Makes the stepper that a guide is trained with. */
  stepper: () => Stepper;
  store: GuideStore;
  library: Library;
  options: Pick<OpenOptions, 'retrain'>;
  tell: (event: LabEvent) => void;
  /** Gives messages a turn (`yieldToMessages`), and throws if another run has taken the place of this one. */
  pause: () => Promise<void>;
}

interface Trained {
  weights: PlainTensors;
  source: GuideSource;
}

/**
 * @returns the guides in the experiment's order, and the scores of those with outputs on the validation set of the task
 *   that they were made for
 */
export async function prepareGuides(preparation: GuidePreparation): Promise<{ guides: Map<string, Guide>; scores: RunResult['guides'] }> {
  const { experiment, task, kernels, library } = preparation;
  const guides = new Map<string, Guide>();
  const scores: RunResult['guides'] = [];
  /** Weights by recipe. Guides that differ only in a control have the same recipe and share them. */
  const known = new Map<string, Trained>();
  try {
    for (const [id, spec] of Object.entries(experiment.guides)) {
      const own = spec.state === 'trained' && spec.training.task ? await openTask(spec.training.task, library) : task;
      const trained = spec.state === 'trained' ? await findOrTrain(id, spec, own, preparation, known) : null;
      const loaded = spec.state === 'loaded' ? await loadWeights(spec, own.shape, library) : undefined;
      const imported = spec.state === 'imported' ? await loadImported(spec, preparation) : undefined;
      const guide = new Guide(
        id,
        spec,
        {
          task: own.shape,
          train: task.train,
          seeds: experiment.seeds,
          network: guideNetwork(experiment, id),
          weightsOf: weightsOf(experiment, id),
          weights: trained?.weights ?? loaded,
          imported,
        },
        kernels,
      );
      guides.set(id, guide);
      const source = trained?.source ?? (imported || loaded ? 'imported' : 'untrained');
      for (const score of await guideScores(guide, own, experiment.seeds)) {
        preparation.tell({ type: 'guide.ready', guide: id, seed: score.seed, source, valLoss: score.valLoss, valMetric: score.score });
        scores.push({ ...score, source });
        if (spec.state === 'trained' && trained?.source !== 'shipped') {
          await preparation.store.note(recipeKey(experiment.task, spec), { task: own.spec, spec: withoutControl(spec), score: score.score });
        }
      }
    }
    await preparation.pause();
    return { guides, scores };
  } catch (error) {
    for (const guide of guides.values()) guide.dispose();
    throw error;
  }
}

/** @throws {FileError} if the network's file is not in this browser, or is not the one that the experiment describes */
async function loadImported({ file, model }: ImportedGuideSpec, { library, task, kernels, tell }: GuidePreparation): Promise<ImportedModel> {
  tell({ type: 'phase.changed', phase: 'preparing', detail: `Loading “${file.name}”` });
  const info = await library.find(file, 'model');
  if (!sameNetwork(info.facts, model)) {
    throw new FileError(`“${file.name}” is another network than the experiment says of it.`, 'Remove the guide and add it again from the file.');
  }
  const [topology, weights] = await Promise.all([library.part(info, 'topology'), library.part(info, 'weights')]);
  const stored = JSON.parse(await topology.text()) as StoredTopology;
  return ImportedModel.create(stored, await weights.arrayBuffer(), model, task.shape, kernels);
}

/** The weights of a trained guide: shipped with the page, kept in this browser, or else trained now. */
async function findOrTrain(
  id: string,
  spec: TrainedGuideSpec,
  task: Task,
  { experiment, kernels, stepper, store, options, tell, pause }: GuidePreparation,
  known: Map<string, Trained>,
): Promise<Trained> {
  const key = recipeKey(experiment.task, spec);
  const again = options.retrain?.includes(id) === true;
  const phase = (detail: string) => tell({ type: 'phase.changed', phase: 'preparing', detail });
  const same = known.get(key);
  if (same && (!again || same.source === 'trained-now')) return same;
  const found = async (): Promise<Trained | null> => {
    phase(`Loading the guide "${id}"`);
    const shipped = await store.shipped(key);
    if (shipped) return { weights: shipped, source: 'shipped' };
    const kept = await store.kept(key);
    return kept && { weights: kept, source: 'kept' };
  };
  const train = async (): Promise<Trained> => {
    phase(`Training the guide "${id}"`);
    const weights = await trainGuide(
      id,
      spec,
      task,
      kernels,
      async (progress) => {
        tell({ type: 'guide.progress', guide: id, ...progress });
        await pause();
      },
      stepper(),
    );
    await store.keep(key, weights);
    return { weights, source: 'trained-now' };
  };
  const trained = (again ? null : await found()) ?? (await train());
  known.set(key, trained);
  return trained;
}
