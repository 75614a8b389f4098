/** Taking in files, and what becomes of the experiment. Nothing here throws: what goes wrong comes back as a failure. */
import type { AssetInfo, GivenFile, ImageFacts } from '../experiment/assets.ts';
import { missingAssets, withChosen, withImages } from '../experiment/assetRefs.ts';
import type { Failure } from '../experiment/events.ts';
import type { Problem } from '../experiment/parse.ts';
import type { Experiment } from '../experiment/schema.ts';
import { useAssets } from './assets.ts';
import { useExperiment } from './experiment.ts';
import { useRun } from './run.ts';
import { asFailure, session } from './session.ts';
import { withTaskKind } from './tasks.ts';

export type Taken =
  | {
      ok: true;
      asset: AssetInfo;
      /** 'used': the experiment was waiting for it, and has it now; 'kept': the experiment is as it was. */
      outcome: 'used' | 'kept';
    }
  | { ok: false; failure: Failure };

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

export const addFiles = (files: GivenFile[]): Promise<Taken> => take((lab) => lab.addFiles(files), files[0]?.path ?? '');

/** From public addresses. */
export const fetchFiles = (addresses: string[]): Promise<Taken> => take((lab) => lab.fetchFiles(addresses), addresses[0]);

async function take(add: Parameters<typeof session.ask<AssetInfo>>[0], name: string): Promise<Taken> {
  useAssets.setState({ progress: { name, activity: 'reading', done: 0, total: null } });
  try {
    const asset = await session.ask(add);
    // So that the browser does not clear it away when the disk fills up; it may say no.
    void navigator.storage?.persist?.();
    await refresh();
    return { ok: true, asset, outcome: await fillPlace(asset) };
  } catch (error) {
    return { ok: false, failure: asFailure(error) };
  } finally {
    useAssets.setState({ progress: null });
  }
}

/** @returns the failure, or null */
export async function deleteAsset(hash: string): Promise<Failure | null> {
  try {
    await session.ask((lab) => lab.deleteAsset(hash));
    return null;
  } catch (error) {
    return asFailure(error);
  } finally {
    await refresh();
  }
}

/** Fill the place that the experiment keeps for it, if there is one; a run that failed for want of it makes way. */
async function fillPlace(asset: AssetInfo): Promise<'used' | 'kept'> {
  const { experiment, update } = useExperiment.getState();
  const filled = withChosen(experiment, asset);
  const awaited = filled !== experiment
    ? update(() => filled).length === 0
    : missingAssets(experiment, []).some(({ ref }) => ref.hash === asset.hash);
  if (!awaited) return 'kept';
  const { phase, failure } = useRun.getState();
  if (phase === 'failed' && failure?.name === 'MissingFilesError') await session.reset();
  return 'used';
}

/** The experiment on other images: its task becomes one of images out of files, if it was none. */
export function onImages(experiment: Experiment, asset: AssetInfo<ImageFacts>): Experiment {
  const changed = withTaskKind(experiment, 'image-files');
  return changed.task.kind === 'image-files' ? { ...changed, task: withImages(changed.task, asset) } : changed;
}

/** Use a kept data set in the experiment. @returns why not; empty when it is in use */
export function putAsset(asset: AssetInfo): Problem[] {
  if (asset.facts.kind !== 'images') return [{ path: 'task', message: 'takes images only' }];
  return useExperiment.getState().update((experiment) => onImages(experiment, asset as AssetInfo<ImageFacts>));
}
