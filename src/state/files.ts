/** Taking in files, and what becomes of the experiment. Nothing here throws: what goes wrong comes back as a failure. */
import type { AssetInfo, GivenFile, ImageFacts, ModelFacts, TextFacts, WeightFacts } from '../experiment/schema/assets.ts';
import { termOf } from '../experiment/plan/arms.ts';
import { missingAssets, withChosen, withImages, withText } from '../experiment/plan/assetRefs.ts';
import { type Failure, toFailure } from '../experiment/contract/failure.ts';
import type { Problem } from '../experiment/schema/problem.ts';
import type { WeightsFit } from '../experiment/contract/lab.ts';
import type { AlignTerm, Experiment, GuideSpec } from '../experiment/schema/schema.ts';
import { append, freeId, usualTerms } from '@/experiment/recipes/adding.ts';
import { type FilesProgress, useAssets } from './assets.ts';
import { useExperiment } from './experiment.ts';
import { useRun } from './run.ts';
import { session } from './session.ts';
import { withTaskKind } from './tasks.ts';

export type Taken =
  | {
      ok: true;
      asset: AssetInfo;
      /** 'used': the experiment was waiting for it, and has it now; 'kept': the experiment is as it was. */
      outcome: 'used' | 'kept';
      /** Of weights: whose they are in the experiment, or why nobody's. */
      fit?: WeightsFit | Failure;
    }
  /** `failure` is null where a person gave it up. */
  | { ok: false; failure: Failure | null };

/** Ask what is kept, unless it is known. */
export async function loadAssets(): Promise<void> {
  if (useAssets.getState().assets === null) await refresh();
}

async function refresh(): Promise<void> {
  try {
    useAssets.setState({ assets: await session.ask((lab) => lab.listAssets()) });
  } catch (error) {
    console.warn('no list of files:', error);
  }
}

export const addFiles = (files: GivenFile[]): Promise<Taken> => take((lab) => lab.addFiles(files), { name: files[0]?.path ?? '', activity: 'reading' });

/** From public addresses. */
export const fetchFiles = (addresses: string[]): Promise<Taken> => take((lab) => lab.fetchFiles(addresses), { name: addresses[0], activity: 'fetching' });

async function take(add: Parameters<typeof session.ask<AssetInfo>>[0], beginning: Pick<FilesProgress, 'name' | 'activity'>): Promise<Taken> {
  useAssets.setState({ progress: { ...beginning, done: 0, total: null } });
  try {
    const asset = await session.ask(add);
    // So that the browser does not clear it away when the disk fills up; it may say no.
    void navigator.storage?.persist?.();
    await refresh();
    const outcome = await fillPlace(asset);
    return asset.facts.kind === 'weights' ? { ok: true, asset, outcome, fit: await fitOf(asset) } : { ok: true, asset, outcome };
  } catch (error) {
    const failure = toFailure(error);
    return { ok: false, failure: failure.name === 'AbortError' ? null : failure };
  } finally {
    useAssets.setState({ progress: null });
  }
}

/** Give up what is being fetched. */
export const cancelFetch = (): Promise<void> => session.ask((lab) => lab.cancelFetch()).catch(() => {});

/** @returns the failure, or null */
export async function deleteAsset(hash: string): Promise<Failure | null> {
  try {
    await session.ask((lab) => lab.deleteAsset(hash));
    return null;
  } catch (error) {
    return toFailure(error);
  } finally {
    await refresh();
  }
}

/** Fill the place that the experiment keeps for it, if there is one; a run that failed for want of it makes way. */
async function fillPlace(asset: AssetInfo): Promise<'used' | 'kept'> {
  const { experiment, update } = useExperiment.getState();
  const filled = withChosen(experiment, asset);
  const awaited = filled !== experiment ? update(() => filled).length === 0 : missingAssets(experiment, []).some(({ ref }) => ref.hash === asset.hash);
  if (!awaited) return 'kept';
  await clearMissing();
  return 'used';
}

/** A run that failed for want of files makes way. */
async function clearMissing(): Promise<void> {
  const { phase, failure } = useRun.getState();
  if (phase === 'failed' && failure?.name === 'MissingFilesError') await session.reset();
}

/** The experiment on other images: its task becomes one of images out of files, if it was none. */
export function onImages(experiment: Experiment, asset: AssetInfo<ImageFacts>): Experiment {
  const changed = withTaskKind(experiment, 'image-files');
  return changed.task.kind === 'image-files' ? { ...changed, task: withImages(changed.task, asset) } : changed;
}

/** The network of the experiment to which weights belong, or why there is none. */
async function fitOf({ hash }: Pick<AssetInfo, 'hash'>): Promise<WeightsFit | Failure> {
  const { experiment } = useExperiment.getState();
  try {
    return await session.ask((lab) => lab.weightsFit(experiment, hash));
  } catch (error) {
    return toFailure(error);
  }
}

/** One more guide, out of a file. */
export function guidedBy(experiment: Experiment, { hash, name, facts }: AssetInfo<ModelFacts>): Experiment {
  const { kind: _, ...model } = facts;
  return withGuideOf(experiment, name, { state: 'imported', file: { hash, name }, model });
}

/** The same with weights out of a file. @param network to which they belong */
export const guidedByWeights = (experiment: Experiment, { hash, name }: AssetInfo<WeightFacts>, { network }: WeightsFit): Experiment =>
  withGuideOf(experiment, name, { state: 'loaded', file: { hash, name }, network });

/** One more guide, and an arm like a guided one that is guided by it. */
function withGuideOf(experiment: Experiment, name: string, spec: GuideSpec): Experiment {
  const guide = freeId('imported', Object.keys(experiment.guides));
  const [like] = experiment.arms.flatMap((arm) => termOf(arm, 'align') ?? []);
  const { mapping: _m, ...term }: AlignTerm = { ...(like ?? { kind: 'align', weight: usualTerms(experiment.task).weight }), guide };
  return append(
    { ...experiment, guides: { ...experiment.guides, [guide]: spec } },
    { id: 'guided-imported', name: `Guided by ${name}`.slice(0, 60), terms: [term] },
  );
}

/** The experiment on another text: its task becomes one of language modelling, if it was none on a text of one's own. */
export function onText(experiment: Experiment, asset: AssetInfo<TextFacts>): Experiment {
  const changed = withTaskKind(experiment, 'text-file');
  return changed.task.kind === 'text-file' ? { ...changed, task: withText(changed.task, changed.task.unit, asset) } : changed;
}

/** Use a kept data set in the experiment. @returns why not; empty when it is in use */
export function putAsset(asset: AssetInfo): Problem[] {
  const problems = putInPlace(asset);
  if (problems.length === 0) void clearMissing();
  return problems;
}

/** Guide an arm by kept weights. @returns why not; empty when it is */
export async function putWeights(asset: AssetInfo<WeightFacts>): Promise<Problem[] | Failure> {
  const fit = await fitOf(asset);
  if ('message' in fit) return fit;
  const problems = useExperiment.getState().update((experiment) => guidedByWeights(experiment, asset, fit));
  if (problems.length === 0) void clearMissing();
  return problems;
}

function putInPlace(asset: AssetInfo): Problem[] {
  if (asset.facts.kind === 'model') return useExperiment.getState().update((experiment) => guidedBy(experiment, asset as AssetInfo<ModelFacts>));
  if (asset.facts.kind === 'text') return useExperiment.getState().update((experiment) => onText(experiment, asset as AssetInfo<TextFacts>));
  if (asset.facts.kind !== 'images') return [{ path: 'task', message: 'takes images and texts, and networks as guides' }];
  return useExperiment.getState().update((experiment) => onImages(experiment, asset as AssetInfo<ImageFacts>));
}
