/**
 * What a ZIP holds. The library reads its directory, decodes names (UTF-8 by flag, by the Unicode path field or by trial,
 * else code page 437) and checks the sums of what it unpacks; what it cannot read is named here.
 */
import type { Entry, FileEntry } from '@zip.js/zip.js';
import { FileError } from './errors.ts';

/** Methods that people meet, by their number in APPNOTE 4.4.5; 0 and 8 can be read. */
const METHODS: Record<number, string> = { 9: 'Deflate64', 12: 'bzip2', 14: 'LZMA', 93: 'Zstandard', 95: 'xz', 96: 'JPEG', 98: 'PPMd' };
const READABLE = new Set([0, 8]);

export interface Unpacked {
  path: string;
  blob: Blob;
}

export interface UnzipOptions {
  wanted: (path: string) => boolean;
  /** Told before bytes are kept; throws when they are too many. */
  take: (bytes: number) => void;
}

/** Windows programs that know no better part folders by backslashes. */
const withSlashes = (name: string): string => (name.includes('/') ? name : name.replaceAll('\\', '/'));

const damaged = (path: string): FileError => new FileError(`“${path}” is damaged or was cut off: it cannot be unpacked.`, 'Fetch the file again.');

/** What the library's error means. */
function reason(path: string, error: unknown): FileError {
  if (error instanceof FileError) return error;
  const { message } = error as Error;
  if (/encrypt|password/i.test(message)) return locked(path);
  if (/split/i.test(message))
    return new FileError(`“${path}” is one of several parts of a ZIP.`, 'Put the parts together with the program that made them, then make one ordinary ZIP.');
  return damaged(path);
}

const locked = (path: string): FileError =>
  new FileError(`“${path}” has a password.`, 'Unpack it where you know the password, and drop the files or a ZIP without one.');

/** @throws {FileError} */
function check(path: string, { encrypted, compressionMethod, filename }: Entry): void {
  if (encrypted) throw locked(path);
  if (READABLE.has(compressionMethod)) return;
  const method = METHODS[compressionMethod] ?? `method ${compressionMethod}`;
  throw new FileError(
    `“${path}” was packed by ${method}, a method that cannot be read here (“${filename}”).`,
    'Unpack it, and make an ordinary ZIP (method Deflate), or drop the folder as it is.',
  );
}

async function content(entry: FileEntry, take: UnzipOptions['take']): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const into = new WritableStream<Uint8Array<ArrayBuffer>>({
    write(part) {
      take(part.length);
      parts.push(part);
    },
  });
  await entry.getData(into, { checkSignature: true });
  return new Blob(parts);
}

/**
 * @param path for messages
 * @returns its files, without folders
 * @throws {FileError} when it is damaged, has a password, or was packed by a method that cannot be read
 */
export async function unzip(path: string, blob: Blob, { wanted, take }: UnzipOptions): Promise<Unpacked[]> {
  const { ZipReader, BlobReader, configure } = await import('@zip.js/zip.js/lib/zip-core-custom.js');
  // This runs in a worker already; the browser's own streams unpack.
  configure({ useWebWorkers: false });
  const reader = new ZipReader(new BlobReader(blob));
  try {
    const found: Unpacked[] = [];
    // Nothing is written under these names: steps up in them do no harm, and are left out later.
    for (const entry of await reader.getEntries({ filenameValidation: 'tolerant' })) {
      const name = withSlashes(entry.filename);
      if (entry.directory || name.endsWith('/') || !wanted(name)) continue;
      check(path, entry);
      found.push({ path: name, blob: await content(entry, take) });
    }
    return found;
  } catch (error) {
    throw reason(path, error);
  } finally {
    await reader.close().catch(() => {});
  }
}
