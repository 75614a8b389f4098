/** Archives (gzip, tar, ZIP; also one in the other) into the files that they hold. */
import { FileError } from './errors.ts';
import { Source } from './reader.ts';
import { unzip } from './zip.ts';

/** Files that operating systems leave lying about; `./` and `../` are steps. */
const CLUTTER = /(^|\/)(__MACOSX\/|\.(?!\.?\/)|Thumbs\.db$|desktop\.ini$)/i;
/** Bytes that all files together may have when unpacked: a small archive can hold very large files. */
export const MAX_UNPACKED_BYTES = 2 ** 30;
/** Archives in archives: a .tar.gz counts two. */
const DEEPEST = 3;

const startsWith = (head: Uint8Array, bytes: readonly number[]): boolean => bytes.every((byte, i) => head[i] === byte);
const isGzip = ({ head }: Source): boolean => startsWith(head, [0x1f, 0x8b, 8]);
/** Also one without entries, and one that is part of several. A Keras network is one, too, and no archive of files. */
const isZip = ({ head, name }: Source): boolean =>
  [
    [3, 4],
    [5, 6],
    [7, 8],
  ].some((mark) => startsWith(head, [0x50, 0x4b, ...mark])) && !/\.keras$/i.test(name);
const isTar = ({ head }: Source): boolean => textAt(head, 257, 5) === 'ustar';

/** Text of a fixed field, up to its first zero: UTF-8, or else the encoding of older Western systems. */
function textAt(bytes: Uint8Array, from: number, length: number): string {
  const field = bytes.subarray(from, from + length);
  const zero = field.indexOf(0);
  const used = zero < 0 ? field : field.subarray(0, zero);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(used);
  } catch {
    return new TextDecoder('windows-1252').decode(used);
  }
}

const damaged = (path: string): FileError => new FileError(`“${path}” is damaged or was cut off: it cannot be unpacked.`, 'Fetch the file again.');

class Budget {
  #left: number;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
    this.#left = most;
  }

  /** @throws {FileError} when more has been unpacked than may be */
  take(path: string, bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0)
      throw new FileError(
        `“${path}” is too large: unpacked it has more than ${Math.round(this.#most / 2 ** 20)} MB.`,
        'Use a smaller data set, or a part of it.',
      );
  }
}

/**
 * @returns the files in `given`, without archives, sorted by path so that the order of choosing does not matter
 * @throws {FileError} when an archive is damaged or too large
 */
export async function expand(given: readonly Source[], most = MAX_UNPACKED_BYTES): Promise<Source[]> {
  const budget = new Budget(most);
  const files: Source[] = [];
  const open = async (file: Source, depth: number): Promise<void> => {
    if (CLUTTER.test(file.path)) return;
    const unpack = depth < DEEPEST ? UNPACKERS.find(([recognises]) => recognises(file))?.[1] : undefined;
    if (!unpack) files.push(file);
    else for (const inner of await unpack(file, budget)) await open(inner, depth + 1);
  };
  for (const file of given) await open(file, 0);
  return files.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

async function gunzip(file: Source, budget: Budget): Promise<Source[]> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const reader = file.blob.stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      budget.take(file.path, value.length);
      parts.push(value as Uint8Array<ArrayBuffer>);
    }
  } catch (error) {
    await reader.cancel().catch(() => {});
    throw error instanceof FileError ? error : damaged(file.path);
  }
  return [await Source.open({ path: file.path.replace(/\.gz$/i, '').replace(/\.tgz$/i, '.tar'), blob: new Blob(parts) }, file.official)];
}

async function openZip(file: Source, budget: Budget): Promise<Source[]> {
  const found = await unzip(file.path, file.blob, { wanted: (path) => !CLUTTER.test(path), take: (bytes) => budget.take(file.path, bytes) });
  return Promise.all(found.map((one) => Source.open(one, file.official)));
}

const BLOCK = 512;

/** Plain files of a tar archive (ustar, with GNU's and pax's long names). */
async function untar(file: Source, budget: Budget): Promise<Source[]> {
  const found: Source[] = [];
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= file.size; ) {
    const head = new Uint8Array(await file.blob.slice(at, at + BLOCK).arrayBuffer());
    if (head.every((byte) => byte === 0)) break;
    const size = Number.parseInt(textAt(head, 124, 12).trim() || '0', 8);
    const body = at + BLOCK;
    if (textAt(head, 257, 5) !== 'ustar' || !(size >= 0) || body + size > file.size) throw damaged(file.path);
    const type = String.fromCharCode(head[156] || 48);
    const content = file.blob.slice(body, body + size);
    if (type === 'L') longName = (await content.text()).replace(/\0.*$/s, '');
    else if (type === 'x') longName = /(?:^|\n)\d+ path=([^\n]*)\n/.exec(await content.text())?.[1] ?? longName;
    else {
      if (type === '0') {
        budget.take(file.path, size);
        const prefix = textAt(head, 345, 155);
        found.push(await Source.open({ path: longName ?? (prefix ? `${prefix}/` : '') + textAt(head, 0, 100), blob: content }, file.official));
      }
      longName = undefined;
    }
    at = body + Math.ceil(size / BLOCK) * BLOCK;
  }
  return found;
}

const UNPACKERS: readonly (readonly [recognises: (file: Source) => boolean, unpack: (file: Source, budget: Budget) => Promise<Source[]>])[] = [
  [isGzip, gunzip],
  [isZip, openZip],
  [isTar, untar],
];
