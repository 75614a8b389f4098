/** Which files an experiment uses, and putting others in their place. */
import type { AssetInfo, AssetKind, AssetRef, ImageFacts, TextFacts } from '../schema/assets.ts';
import { warmupTask, warmupTasks } from './warmup.ts';
import type { Experiment, FileImagesSpec, GuideSpec, TaskSpec, TextFileSpec } from '../schema/schema.ts';

export interface NamedAsset {
  ref: AssetRef;
  kind: AssetKind;
}

/** What a task reads, where it reads files. */
export function taskAsset(task: TaskSpec): NamedAsset | null {
  if (task.kind === 'image-files') return { ref: task.data, kind: 'images' };
  return task.kind === 'text-file' ? { ref: task.data, kind: 'text' } : null;
}

/** Every asset that an experiment names: of its task, of tasks that its guides are trained on or warm-ups read, and guides out of files. */
export function namedAssets(experiment: Experiment): NamedAsset[] {
  const own = Object.values(experiment.guides).flatMap((guide) => (guide.state === 'trained' && guide.training.task ? [guide.training.task] : []));
  const imported = Object.values(experiment.guides).flatMap((guide): NamedAsset[] => {
    if (guide.state === 'loaded') return [{ ref: guide.file, kind: 'weights' }];
    return guide.state === 'imported' ? [{ ref: guide.file, kind: 'model' }] : [];
  });
  return [...[experiment.task, ...own, ...warmupTasks(experiment)].flatMap((task) => taskAsset(task) ?? []), ...imported];
}

/** Those that are not among the ones at hand, or still to be chosen. */
export const missingAssets = (experiment: Experiment, at: readonly Pick<AssetInfo, 'hash'>[]): NamedAsset[] =>
  namedAssets(experiment).filter(({ ref }) => !at.some(({ hash }) => hash === ref.hash));

/** A task on other images, with as many of them as there are. */
export function withImages(task: FileImagesSpec, { hash, name, facts }: AssetInfo<ImageFacts>): FileImagesSpec {
  return {
    ...task,
    data: { hash, name },
    classNames: facts.classes,
    grey: facts.channels === 1,
    train: Math.min(task.train, facts.train),
    val: Math.min(task.val, facts.val),
  };
}

/** Of everything there is in a text: this many different tokens unless a person says otherwise. */
const USUAL_VOCABULARY = { characters: 256, words: 1000 } as const;
/** Of a short text this share is left for validation. */
const VALIDATION_SHARE = 0.1;

/** A task on another text, or on its other unit, with as much of it as there is. */
export function withText(task: TextFileSpec, unit: TextFileSpec['unit'], { hash, name, facts }: AssetInfo<TextFacts>): TextFileSpec {
  const [count, types] = unit === 'characters' ? [facts.characters, facts.characterTypes] : [facts.words, facts.wordTypes];
  const wanted = unit === task.unit && hash === task.data.hash ? task.vocabulary : USUAL_VOCABULARY[unit];
  const valTokens = Math.min(task.valTokens, Math.floor(count * VALIDATION_SHARE));
  return {
    ...task,
    data: { hash, name },
    unit,
    vocabulary: Math.min(wanted, types + 1),
    valTokens,
    trainTokens: Math.min(task.trainTokens, count - valTokens),
  };
}

function taskWithChosen(task: TaskSpec, asset: AssetInfo): TaskSpec {
  if (task.kind === 'text-file' && asset.facts.kind === 'text' && task.data.hash === undefined) return withText(task, task.unit, asset as AssetInfo<TextFacts>);
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
  const arms = experiment.arms.map((arm) => {
    const other = warmupTask(arm.warmup);
    return arm.warmup && other ? { ...arm, warmup: { ...arm.warmup, inputs: taskWithChosen(other, asset) } } : arm;
  });
  return { ...experiment, task: taskWithChosen(experiment.task, asset), guides: Object.fromEntries(guides), arms };
}
