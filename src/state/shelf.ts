/**
 * The shelf: runs that stay in this browser. A run that ends comes here by itself, and so does one that leaves the screen
 * before it has ended. Whatever storage refuses is told in one sentence (`problem`), and stays here until the page closes.
 */
import { create } from 'zustand';
import type { LabEvent } from '@/experiment/contract/events.ts';
import type { RunResult } from '@/experiment/contract/result.ts';
import { questionOf } from '@/experiment/question.ts';
import { sameValue } from './paths.ts';
import { type RunState, useRun } from './run.ts';
import type { RunData } from './runData.ts';
import { readRecord, type ShelvedRun, type UnreadableRun } from './shelfRecord.ts';
import { changeAbout, deleteRuns, readAbouts, readStoredResult, writeRun } from './shelfStorage.ts';

/** Besides all that are pinned. */
export const MOST_RUNS = 20;

interface Shelf {
  /** The newest first. */
  runs: readonly ShelvedRun[];
  /** Damaged, or written by a newer version of the page. */
  unreadable: readonly UnreadableRun[];
  /** Storage has been read, or has refused. */
  loaded: boolean;
  /** What went wrong last, in one sentence; an object, so that the same one can be told again. */
  problem: { text: string } | null;
}

export const useShelf = create<Shelf>(() => ({ runs: [], unreadable: [], loaded: false, problem: null }));

/** What the browser did not take. */
const unsaved = new Map<string, { record: ShelvedRun; result: RunResult }>();

const tell = (text: string): void => useShelf.setState({ problem: { text } });
const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const newestFirst = (runs: readonly ShelvedRun[]): ShelvedRun[] => [...runs].sort((a, b) => b.keptAt - a.keptAt);

let queue: Promise<unknown> = Promise.resolve();

/** One thing after another: what is asked first is done first. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const done = queue.then(work);
  queue = done.catch(() => undefined);
  return done;
}

const others: BroadcastChannel | null = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('guidance-playground-shelf');
others?.addEventListener('message', () => void loadShelf());
// Tests in Node end although it is open.
(others as { unref?: () => void } | null)?.unref?.();

async function read(): Promise<void> {
  try {
    const records = (await readAbouts()).map(([id, about]) => readRecord(id, about));
    const runs = records.filter((record): record is ShelvedRun => 'version' in record);
    useShelf.setState({
      runs: newestFirst([...runs, ...[...unsaved.values()].map(({ record }) => record)]),
      unreadable: records.filter((record): record is UnreadableRun => 'why' in record),
    });
  } finally {
    useShelf.setState({ loaded: true });
  }
}

/** Look at what is kept; also when another tab has changed it. A browser that keeps nothing has nothing to show. */
export const loadShelf = (): Promise<void> => inTurn(() => read().catch(() => undefined));

/** Keep a record with its result, here if the browser does not take them. */
async function put(record: ShelvedRun, result: RunResult): Promise<void> {
  try {
    const { unsaved: _, ...told } = record;
    await writeRun(record.id, told, result);
    unsaved.delete(record.id);
  } catch (error) {
    unsaved.set(record.id, { record: { ...record, unsaved: true }, result });
    tell(`This run stays in the Notebook only until the page closes: ${reason(error)}.`);
  }
  await read().catch(() => undefined);
  // Storage that cannot even be read: what is in memory is shown all the same.
  const held = unsaved.get(record.id)?.record;
  if (held) useShelf.setState(({ runs }) => ({ runs: newestFirst([held, ...runs.filter(({ id }) => id !== held.id)]) }));
}

/** The oldest make room, except those that are pinned, and those that the browser did not take anyway. */
async function trim(): Promise<void> {
  const surplus = useShelf
    .getState()
    .runs.filter((run) => !run.pinned && !run.unsaved)
    .slice(MOST_RUNS);
  if (surplus.length === 0) return;
  await deleteRuns(surplus.map(({ id }) => id));
  await read();
}

const announce = (): void => others?.postMessage('changed');

const shelving = () => import('./shelving.ts');

/** Put a run on the shelf as it stands, or in the place of what the shelf has of it. */
export function keepRun(run: RunState): Promise<void> {
  const keptAt = Date.now();
  return inTurn(async () => {
    try {
      const { shelved } = await shelving();
      const made = shelved(run, { id: run.id, keptAt });
      if (!made) return;
      const { record, result } = made;
      const before = useShelf.getState().runs;
      // A file that came from here, or was taken in before.
      if (record.file !== null && before.some((known) => known.madeAt === record.madeAt && sameValue(known.experiment, record.experiment))) return;
      const own = before.find(({ id }) => id === record.id);
      await put({ ...record, name: own?.name ?? null, pinned: own?.pinned ?? false }, result);
      await trim();
      announce();
    } catch (error) {
      tell(`This run could not be put into the Notebook: ${reason(error)}.`);
    }
  });
}

/** Change what is told of a run. */
function change(id: string, changes: Partial<Pick<ShelvedRun, 'name' | 'pinned' | 'checkpoint'>>, what: string): Promise<void> {
  return inTurn(async () => {
    const held = unsaved.get(id);
    if (held) unsaved.set(id, { ...held, record: { ...held.record, ...changes } });
    useShelf.setState(({ runs }) => ({ runs: runs.map((run) => (run.id === id ? { ...run, ...changes } : run)) }));
    if (held) return;
    try {
      await changeAbout(id, (about) => ({ ...about, ...changes }));
      announce();
    } catch (error) {
      tell(`${what} holds only until the page closes: ${reason(error)}.`);
    }
  });
}

/** @param name empty: what differs from the preset names it again */
export const renameRun = (id: string, name: string): Promise<void> => change(id, { name: name.trim() || null }, 'The name');
export const pinRun = (id: string, pinned: boolean): Promise<void> => change(id, { pinned }, 'The pin');
/** Of a run that was stopped: the kept run that it can go on from. */
export const noteCheckpoint = (id: string, checkpoint: string): Promise<void> => change(id, { checkpoint }, 'That this run can go on');

/** Names of the kept runs that the shelf goes on from. */
export async function checkpointsOnShelf(): Promise<ReadonlySet<string>> {
  if (!useShelf.getState().loaded) await loadShelf();
  return new Set(useShelf.getState().runs.flatMap(({ checkpoint }) => checkpoint ?? []));
}

/** Delete a run, or a record that cannot be read. @returns what puts it back; null where it could not be deleted */
export function deleteRun(id: string): Promise<(() => Promise<void>) | null> {
  return inTurn(async () => {
    const held = unsaved.get(id);
    try {
      const about = held?.record ?? (await readAbouts()).find(([name]) => name === id)?.[1];
      const result = held?.result ?? (await readStoredResult(id));
      if (!held) await deleteRuns([id]);
      unsaved.delete(id);
      await saveWhatWaits();
      await read().catch(() => undefined);
      announce();
      return () => putBack(id, about, result);
    } catch (error) {
      tell(`The run could not be deleted: ${reason(error)}.`);
      return null;
    }
  });
}

/** There may be room now for what the browser did not take before. */
async function saveWhatWaits(): Promise<void> {
  for (const { record, result } of [...unsaved.values()]) {
    const { unsaved: _, ...told } = record;
    const saved = await writeRun(record.id, told, result).then(
      () => true,
      () => false,
    );
    if (saved) unsaved.delete(record.id);
  }
}

const putBack = (id: string, about: unknown, result: unknown): Promise<void> =>
  inTurn(async () => {
    const record = readRecord(id, about);
    if ('version' in record) await put(record, result as RunResult);
    else {
      await writeRun(id, about, result).catch((error) => tell(`The record could not be put back: ${reason(error)}.`));
      await read().catch(() => undefined);
    }
    announce();
  });

export interface OpenedRun {
  record: ShelvedRun;
  events: LabEvent[];
  result: RunResult;
}

/** A run with all that was heard of it; null, with a sentence, where it cannot be read. */
export function openRun(id: string): Promise<OpenedRun | null> {
  return inTurn(async () => {
    const record = useShelf.getState().runs.find((run) => run.id === id);
    if (!record) return null;
    try {
      const { readResult } = await import('@/experiment/contract/readResult.ts');
      const read = readResult(unsaved.get(id)?.result ?? (await readStoredResult(id)), record.experiment);
      if (read.ok) return { record, events: read.events, result: read.result };
      tell(`The run of “${questionOf(record.experiment)}” cannot be shown: ${read.message}.`);
    } catch (error) {
      tell(`The run cannot be read: ${reason(error)}.`);
    }
    return null;
  });
}

/** The latest run of the shelf that is so, once all that is on its way there has arrived. */
export async function findRun(is: (run: ShelvedRun) => boolean): Promise<ShelvedRun | null> {
  if (!useShelf.getState().loaded) await loadShelf();
  return inTurn(async () => useShelf.getState().runs.find(is) ?? null);
}

/** Of a run that did not end: something was measured after its start, or a tenth of it was trained. */
const worthKeeping = ({ data, steps }: RunState): boolean =>
  data.evaluations.length > 0 && ((data.lastEvaluation?.step ?? 0) > 0 || 10 * data.trainedSteps >= steps);

const unended = ({ phase }: RunState): boolean => phase === 'running' || phase === 'paused' || phase === 'preparing';

/** Put every run on the shelf that ends, fails, or leaves the screen before. @returns a function that stops it */
export function watchRuns(): () => void {
  const kept = new WeakSet<RunData>();
  return useRun.subscribe((state, before) => {
    // What came back from the shelf, or is told again, is there already.
    if (state.data !== before.data && !before.closed && unended(before) && worthKeeping(before)) void keepRun(before);
    // What it takes to keep it is there when it ends: whoever reloads then does not lose it to a fetch.
    if (state.phase === 'running' && before.phase !== 'running') void shelving().catch(() => undefined);
    if (state.shownAgain || state.id === '') return;
    if (state.phase === 'finished' && state.result && !kept.has(state.data)) {
      kept.add(state.data);
      void keepRun(state);
    }
    if (state.phase === 'failed' && before.phase !== 'failed' && worthKeeping(state)) void keepRun(state);
  });
}
