/**
 * Where assets lie: in the browser's own file system (OPFS), else in IndexedDB, else in memory. Each asset is a
 * folder of files; one is only there once its description is, which is written last: nothing is ever half there.
 */
import { createStore, delMany, get, keys, setMany } from 'idb-keyval';

export interface AssetStorage {
  /** Whether what is written outlives the page. */
  readonly lasting: boolean;
  /** Keep an asset, all of it or nothing. @throws what the browser throws, e.g. a QuotaExceededError */
  write(hash: string, description: string, parts: Record<string, Uint8Array<ArrayBuffer>>): Promise<void>;
  /** Descriptions of all assets. */
  descriptions(): Promise<string[]>;
  description(hash: string): Promise<string | null>;
  /** One part, read only when its bytes are asked for; null when it is not there. */
  part(hash: string, name: string): Promise<Blob | null>;
  delete(hash: string): Promise<void>;
}

const DESCRIPTION = 'asset.json';
const isMissing = (error: unknown): boolean => (error as Error).name === 'NotFoundError';

/** In the origin-private file system, one folder an asset. Only a worker may write there in every browser. */
class FolderStorage implements AssetStorage {
  readonly lasting = true;
  readonly #root: FileSystemDirectoryHandle;

  constructor(root: FileSystemDirectoryHandle) {
    this.#root = root;
  }

  async write(hash: string, description: string, parts: Record<string, Uint8Array<ArrayBuffer>>): Promise<void> {
    await this.delete(hash);
    const folder = await this.#root.getDirectoryHandle(hash, { create: true });
    try {
      for (const [name, bytes] of Object.entries(parts)) await writeFile(folder, name, bytes);
      await writeFile(folder, DESCRIPTION, new TextEncoder().encode(description));
    } catch (error) {
      await this.delete(hash);
      throw error;
    }
  }

  async descriptions(): Promise<string[]> {
    const found: string[] = [];
    for await (const name of this.#root.keys()) {
      const text = await this.description(name);
      if (text !== null) found.push(text);
    }
    return found;
  }

  async description(hash: string): Promise<string | null> {
    // Empty while another tab is about to write it.
    return (await (await this.part(hash, DESCRIPTION))?.text()) || null;
  }

  async part(hash: string, name: string): Promise<Blob | null> {
    try {
      const folder = await this.#root.getDirectoryHandle(hash);
      return await (await folder.getFileHandle(name)).getFile();
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  async delete(hash: string): Promise<void> {
    try {
      await this.#root.removeEntry(hash, { recursive: true });
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
}

async function writeFile(folder: FileSystemDirectoryHandle, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const access = await (await folder.getFileHandle(name, { create: true })).createSyncAccessHandle();
  try {
    access.truncate(0);
    if (access.write(bytes) !== bytes.length) throw new DOMException('the disk is full', 'QuotaExceededError');
    access.flush();
  } finally {
    access.close();
  }
}

/** In IndexedDB: one transaction writes an asset, or nothing of it. */
class DatabaseStorage implements AssetStorage {
  readonly lasting = true;
  readonly #store = createStore('guidance-playground-files', 'parts');

  async write(hash: string, description: string, parts: Record<string, Uint8Array<ArrayBuffer>>): Promise<void> {
    await setMany(
      [
        ...Object.entries(parts).map(([name, bytes]): [string, Blob] => [`${hash}/${name}`, new Blob([bytes])]),
        [`${hash}/${DESCRIPTION}`, new Blob([description])],
      ],
      this.#store,
    );
  }

  async descriptions(): Promise<string[]> {
    const all = (await keys<string>(this.#store)).filter((key) => key.endsWith(`/${DESCRIPTION}`));
    const texts = await Promise.all(all.map((key) => this.description(key.split('/')[0])));
    return texts.filter((text) => text !== null);
  }

  async description(hash: string): Promise<string | null> {
    // Empty while another tab is about to write it.
    return (await (await this.part(hash, DESCRIPTION))?.text()) || null;
  }

  async part(hash: string, name: string): Promise<Blob | null> {
    return (await get<Blob>(`${hash}/${name}`, this.#store)) ?? null;
  }

  async delete(hash: string): Promise<void> {
    const all = await keys<string>(this.#store);
    await delMany(
      all.filter((key) => key.startsWith(`${hash}/`)),
      this.#store,
    );
  }
}

/** For tests, and for browsers that forbid storage: gone with the worker. */
export class MemoryStorage implements AssetStorage {
  readonly lasting = false;
  readonly #assets = new Map<string, { description: string; parts: Record<string, Blob> }>();

  async write(hash: string, description: string, parts: Record<string, Uint8Array<ArrayBuffer>>): Promise<void> {
    this.#assets.set(hash, { description, parts: Object.fromEntries(Object.entries(parts).map(([name, bytes]) => [name, new Blob([bytes])])) });
  }

  async descriptions(): Promise<string[]> {
    return [...this.#assets.values()].map(({ description }) => description);
  }

  async description(hash: string): Promise<string | null> {
    return this.#assets.get(hash)?.description ?? null;
  }

  async part(hash: string, name: string): Promise<Blob | null> {
    return this.#assets.get(hash)?.parts[name] ?? null;
  }

  async delete(hash: string): Promise<void> {
    this.#assets.delete(hash);
  }
}

/** The most lasting storage that works here. Private windows may offer one and refuse its use: hence the attempts. */
export async function openStorage(): Promise<AssetStorage> {
  try {
    const root = await navigator.storage.getDirectory();
    // Missing outside workers, and in old browsers.
    if ('createSyncAccessHandle' in FileSystemFileHandle.prototype) return new FolderStorage(await root.getDirectoryHandle('assets', { create: true }));
  } catch {
    // The next one.
  }
  try {
    const storage = new DatabaseStorage();
    await storage.descriptions();
    return storage;
  } catch {
    return new MemoryStorage();
  }
}
