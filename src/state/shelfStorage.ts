/**
 * The shelf in IndexedDB. Every run has two records of its own: what is told of it (`about/<id>`) and its result
 * (`result/<id>`, written once). They are written together or not at all, and what is told is changed within one
 * transaction, so that two tabs do not undo each other's work.
 */
import { createStore, delMany, get, getMany, keys, promisifyRequest, setMany, type UseStore } from 'idb-keyval';

const ABOUT = 'about/';
const RESULT = 'result/';

let opened: UseStore | undefined;
const store = (): UseStore => {
  opened ??= createStore('guidance-playground-shelf', 'runs');
  return opened;
};

/** Something about the browser's storage, as the middle of a sentence. */
export class StorageError extends Error {
  override name = 'StorageError';
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // A database that was closed or deleted under the page is opened anew the next time.
    opened = undefined;
    const full = error instanceof DOMException && error.name === 'QuotaExceededError';
    throw new StorageError(full ? 'this browser has no room left for it' : 'this browser lets the page keep nothing (a private window, or storage is blocked)');
  }
}

/** What is told of every run, unchecked, by id. @throws {StorageError} */
export const readAbouts = (): Promise<[id: string, about: unknown][]> =>
  guarded(async () => {
    const names = (await keys<string>(store())).filter((key) => key.startsWith(ABOUT));
    const abouts = await getMany<unknown>(names, store());
    return names.map((name, i) => [name.slice(ABOUT.length), abouts[i]]);
  });

/** @throws {StorageError} and then neither is kept */
export const writeRun = (id: string, about: unknown, result: unknown): Promise<void> =>
  guarded(() =>
    setMany(
      [
        [ABOUT + id, about],
        [RESULT + id, result],
      ],
      store(),
    ),
  );

/** The result of a run, unchecked; undefined where there is none. @throws {StorageError} */
export const readStoredResult = (id: string): Promise<unknown> => guarded(() => get<unknown>(RESULT + id, store()));

/** Change what is told of a run; one that another tab has deleted stays deleted. @throws {StorageError} */
export const changeAbout = (id: string, change: (about: object) => object): Promise<void> =>
  guarded(() =>
    store()('readwrite', (records) => {
      const found: IDBRequest<object | undefined> = records.get(ABOUT + id);
      found.onsuccess = () => {
        if (found.result !== undefined) records.put(change(found.result), ABOUT + id);
      };
      return promisifyRequest(records.transaction);
    }),
  );

/** @throws {StorageError} */
export const deleteRuns = (ids: readonly string[]): Promise<void> =>
  guarded(() =>
    delMany(
      ids.flatMap((id) => [ABOUT + id, RESULT + id]),
      store(),
    ),
  );
