/** Which files an experiment uses, and putting others in their place. */
import type { AssetInfo, AssetKind, AssetRef, ImageFacts } from './assets.ts';
import type { Experiment, FileImagesSpec, GuideSpec, TaskSpec } from './schema.ts';

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

function taskWithChosen(task: TaskSpec, asset: AssetInfo): TaskSpec {
  const waits = asset.facts.kind === 'images' && task.kind === 'image-files' && task.data.hash === undefined;
  return waits ? withImages(task, asset as AssetInfo<ImageFacts>) : task;
}

/** Put an asset wherever the experiment has still to choose one; the same object where it has not. */
export function withChosen(experiment: Experiment, asset: AssetInfo): Experiment {
  if (missingAssets(experiment, []).every(({ ref }) => ref.hash !== undefined)) return experiment;
  const guides = Object.entries(experiment.guides).map(([id, guide]): [string, GuideSpec] => {
    if (guide.state !== 'trained' || !guide.training.task) return [id, guide];
    return [id, { ...guide, training: { ...guide.training, task: taskWithChosen(guide.training.task, asset) } }];
  });
  return { ...experiment, task: taskWithChosen(experiment.task, asset), guides: Object.fromEntries(guides) };
}
