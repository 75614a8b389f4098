/** Runs that were cut short with their tab: found after the page has opened, to go on with or to discard. */
import { create } from 'zustand';
import type { KeptRun } from '@/experiment/contract/lab.ts';

/** Without Web Locks nobody can say whether a tab still runs: one that has kept nothing for so long does not. */
const SILENT_MS = 90_000;
/** More than a person will come back to; older ones would only fill the disk. */
const MOST = 3;

const lockName = (run: string): string => `guidance-playground-run-${run}`;

const TAB = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, '0')).join('');
let runs = 0;
/** A name under which the next run of this tab is kept: a run that is set aside keeps its own. */
export const nextRunName = (): string => `${TAB}-${++runs}`;

interface KeptRunsState {
  /** Runs of tabs that are gone, the newest first. */
  runs: readonly KeptRun[];
  /** Names of all that are kept; null before it has been asked. */
  names: ReadonlySet<string> | null;
}

export const useKeptRuns = create<KeptRunsState>(() => ({ runs: [], names: null }));

/** The name of a kept run, unless it is known to be gone. */
export function stillKept(checkpoint: string | null): string | null {
  const { names } = useKeptRuns.getState();
  return checkpoint === null || names === null || names.has(checkpoint) ? checkpoint : null;
}

/** Missing at insecure addresses, and outside browsers. */
const locks = (): LockManager | undefined => globalThis.navigator?.locks;

/** Say that this tab runs it, for as long as the tab lives or until what is returned is called. */
export function claim(name: string): () => void {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  // A refused lock only means that other tabs may offer to go on with it.
  locks()
    ?.request(lockName(name), { ifAvailable: true }, (lock) => (lock ? held : undefined))
    .catch(() => {});
  return release;
}

/** @returns whether a tab that is open claims a run */
async function claims(): Promise<(run: KeptRun) => boolean> {
  const manager = locks();
  if (!manager) return ({ savedAt }) => Date.now() - savedAt < SILENT_MS;
  let held: LockInfo[];
  try {
    ({ held = [] } = await manager.query());
  } catch {
    // Refused in frames of other sites, as all storage is: then nothing is kept either.
    return () => false;
  }
  return ({ name }) => held.some((lock) => lock.name === lockName(name));
}

/**
 * Which kept runs nobody runs any more, and which of them are too many to keep.
 * @param own the run of this tab
 * @param aside names of those that the shelf goes on from: they are not offered besides
 */
export async function orphans(kept: readonly KeptRun[], own: string, aside: ReadonlySet<string>): Promise<{ offered: KeptRun[]; surplus: KeptRun[] }> {
  const claimed = await claims();
  const free = kept.filter((run) => run.name !== own && !claimed(run));
  return { offered: free.slice(0, MOST).filter(({ name }) => !aside.has(name)), surplus: free.slice(MOST) };
}
