/** Files from public addresses. */
import type { GivenFile } from '../../experiment/schema/assets.ts';
import { FileError } from './errors.ts';
import type { OnProgress } from './reader.ts';

/** Bytes beyond which no data set that fits a browser lies. */
export const MAX_FETCH_BYTES = 2 ** 30;

/**
 * Fetch files, one after the other.
 * @param progress makes what is told of one file's bytes, from its name
 * @param signal gives up when it is aborted
 * @throws {FileError} that says which file, why, and what to do instead; {AbortError} when given up
 */
export async function fetchFiles(addresses: readonly string[], progress: (name: string) => OnProgress, signal?: AbortSignal): Promise<GivenFile[]> {
  const files: GivenFile[] = [];
  for (const address of addresses) files.push(await fetchFile(address, progress, signal));
  return files;
}

/** The last step of an address; a percent sign that encodes nothing stands for itself. */
function nameIn(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

async function fetchFile(address: string, progress: (name: string) => OnProgress, signal?: AbortSignal): Promise<GivenFile> {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (!url || !/^https?:$/.test(url.protocol)) throw new FileError(`“${address}” is no web address.`, 'It must start with https://.');
  const path = nameIn(url.pathname) || url.hostname;
  const byHand = `Download it yourself from ${url.href} and drop the file on this page.`;
  let response: Response;
  try {
    response = await fetch(url, { credentials: 'omit', signal });
  } catch (error) {
    if (signal?.aborted) throw error;
    // A browser does not tell a host that forbids other pages to read its files from one that is not there.
    throw new FileError(`“${path}” could not be fetched: ${url.hostname} cannot be reached, or does not let other pages read its files.`, byHand);
  }
  if (!response.ok || !response.body) {
    const status = `${response.status} ${response.statusText}`.trim();
    throw new FileError(`“${path}” could not be fetched: ${url.hostname} answered ${status}.`, `Check the address. ${byHand}`);
  }
  const total = Number(response.headers.get('content-length')) || null;
  // The length of a body that is compressed on its way is not that of what arrives.
  const known = response.headers.get('content-encoding') ? null : total;
  const tooLarge = new FileError(`“${path}” is larger than ${MAX_FETCH_BYTES / 2 ** 30} GB.`, 'Use a smaller data set.');
  if ((known ?? 0) > MAX_FETCH_BYTES) throw tooLarge;
  const tell = progress(path);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let done = 0;
  try {
    for (const reader = response.body.getReader(); ; ) {
      const { done: ended, value } = await reader.read();
      if (ended) break;
      parts.push(value);
      done += value.length;
      tell(done, known);
      if (done > MAX_FETCH_BYTES) {
        void reader.cancel();
        throw tooLarge;
      }
    }
  } catch (error) {
    if (error instanceof FileError || signal?.aborted) throw error;
    throw new FileError(`“${path}” broke off after ${done.toLocaleString('en')} bytes.`, 'Try again; nothing was kept.');
  }
  if (known !== null && done !== known)
    throw new FileError(`“${path}” broke off: ${done.toLocaleString('en')} of ${known.toLocaleString('en')} bytes came.`, 'Try again; nothing was kept.');
  return { path, blob: new Blob(parts) };
}
