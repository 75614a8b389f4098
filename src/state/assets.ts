/** The files that this browser keeps, and those being taken in. */
import { create } from 'zustand';
import type { AssetInfo } from '../experiment/schema/assets.ts';
import type { LabEvent } from '../experiment/contract/events.ts';

export type FilesProgress = Omit<Extract<LabEvent, { type: 'files.progress' }>, 'type'>;

interface AssetsState {
  /** The newest first; null until asked for. */
  assets: readonly AssetInfo[] | null;
  /** What is being fetched or read; null when nothing is. */
  progress: FilesProgress | null;
  /** Whether the dialog that lists them is open. */
  dialog: boolean;
}

export const useAssets = create<AssetsState>()(() => ({ assets: null, progress: null, dialog: false }));
