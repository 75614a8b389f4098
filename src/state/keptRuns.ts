/** Runs that were cut short with their tab: found after the page has opened, to go on with or to discard. */
import { create } from 'zustand';
import type { KeptRun } from '@/experiment/contract/lab.ts';

/** Without Web Locks nobody can say whether a tab still runs: one that has kept nothing for so long does not. */
const SILENT_MS = 90_000;
/** More than a person will come back to; older ones would only fill the disk. */
const MOST = 3;

const lockName = (run: string): string => `guidance-playground-run-${run}`;

/** The name under which this tab's runs are kept. */
export const TAB_RUN = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Runs of tabs that are gone, the newest first. */
export const useKeptRuns = create<{ runs: readonly KeptRun[] }>(() => ({ runs: [] }));

/** Missing at insecure addresses, and outside browsers. */
const locks = (): LockManager | undefined => globalThis.navigator?.locks;

/** Say that this tab runs it, for as long as the tab lives. */
export function claim(name: string): void {
  // A refused lock only means that other tabs may offer to go on with it.
  locks()
    ?.request(lockName(name), { ifAvailable: true }, (lock) => (lock ? new Promise(() => {}) : undefined))
    .catch(() => {});
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

/** Which kept runs nobody runs any more, and which of them are too many to keep. */
export async function orphans(kept: readonly KeptRun[]): Promise<{ offered: KeptRun[]; surplus: KeptRun[] }> {
  const claimed = await claims();
  const free = kept.filter((run) => run.name !== TAB_RUN && !claimed(run));
  return { offered: free.slice(0, MOST), surplus: free.slice(MOST) };
}
