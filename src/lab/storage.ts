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

/** Delete everything whose key starts with a prefix. Never throws. */
export async function forget(prefix: string): Promise<void> {
  try {
    const all = await keys<string>(store());
    await delMany(all.filter((key) => key.startsWith(prefix)), store());
  } catch {
    // Nothing was kept where nothing can be.
  }
}
