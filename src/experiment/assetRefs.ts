/** Which files an experiment uses, and putting others in their place. */
import type { AssetInfo, AssetKind, AssetRef, ImageFacts } from './assets.ts';
import type { Experiment, FileImagesSpec, TaskSpec } from './schema.ts';

export interface NamedAsset {
  ref: AssetRef;
  kind: AssetKind;
}

const ofTask = (task: TaskSpec): NamedAsset[] => (task.kind === 'image-files' ? [{ ref: task.data, kind: 'images' }] : []);

/** Every asset that an experiment names: of its task, and of tasks that its guides are trained on. */
export function namedAssets(experiment: Experiment): NamedAsset[] {
  const own = Object.values(experiment.guides).flatMap((guide) => (guide.state === 'trained' && guide.training.task ? [guide.training.task] : []));
  return [experiment.task, ...own].flatMap(ofTask);
}

/** Those that are not among the ones at hand, or still to be chosen. */
export const missingAssets = (experiment: Experiment, at: readonly Pick<AssetInfo, 'hash'>[]): NamedAsset[] =>
  namedAssets(experiment).filter(({ ref }) => !at.some(({ hash }) => hash === ref.hash));

/** A task on other images, with as many of them as there are. */
export function withImages(task: FileImagesSpec, { hash, name, facts }: AssetInfo<ImageFacts>): FileImagesSpec {
  return {
    ...task,
    data: { hash, name }, classNames: facts.classes, grey: facts.channels === 1,
    train: Math.min(task.train, facts.train), val: Math.min(task.val, facts.val),
  };
}

/** Put an asset where the experiment has still to choose one; an experiment that names its files stays as it is. */
export function withChosen(experiment: Experiment, asset: AssetInfo): Experiment {
  const { task } = experiment;
  if (asset.facts.kind === 'images' && task.kind === 'image-files' && task.data.hash === undefined) {
    return { ...experiment, task: withImages(task, asset as AssetInfo<ImageFacts>) };
  }
  return experiment;
}
