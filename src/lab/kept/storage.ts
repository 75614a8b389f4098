/** What this browser remembers between visits. Storage may be missing, forbidden or full: then nothing is remembered. */
import { createStore, delMany, get, keys, set } from 'idb-keyval';

const store = () => createStore('guidance-playground', 'lab');

/** The value kept under a key, or undefined. Never throws. */
export async function recall<T>(key: string): Promise<T | undefined> {
  try {
    return await get<T>(key, store());
  } catch {
    return undefined;
  }
}

/** Keep a value. Never throws. @returns whether it was kept */
export async function remember(key: string, value: unknown): Promise<boolean> {
  try {
    await set(key, value, store());
    return true;
  } catch {
    return false;
  }
}

/** Keys that start with a prefix. Never throws. */
export async function names(prefix: string): Promise<string[]> {
  try {
    return (await keys<string>(store())).filter((key) => key.startsWith(prefix));
  } catch {
    return [];
  }
}

/** Delete everything whose key starts with a prefix. Never throws. */
export async function forget(prefix: string): Promise<void> {
  try {
    await delMany(await names(prefix), store());
  } catch {
    // Nothing was kept where nothing can be.
  }
}
