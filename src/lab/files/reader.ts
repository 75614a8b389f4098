/** What turns files into an asset. One reader a format; `readers.ts` lists them. */
import { cleanName } from '../../experiment/cleanText.ts';
import type { AssetFacts, GivenFile } from '../../experiment/schema/assets.ts';
import { FileError } from './errors.ts';

/** A given file (out of its archive), with its beginning at hand. */
export class Source {
  /** Clean, with `/` between folders, none of which is `.` or `..`. */
  readonly path: string;
  readonly blob: Blob;
  /** The first 512 bytes (fewer in a shorter file): formats are recognised by what a file holds, not by its name. */
  readonly head: Uint8Array<ArrayBuffer>;

  /** Data set of which it is (or came out of) an official file, by checksum. */
  readonly official: string | undefined;

  private constructor({ path, blob }: GivenFile, head: Uint8Array<ArrayBuffer>, official: string | undefined) {
    this.path = cleanPath(path);
    this.blob = blob;
    this.head = head;
    this.official = official;
  }

  /** @throws {FileError} when the file cannot be read (moved, or without permission) */
  static async open(file: GivenFile, official?: string): Promise<Source> {
    return new Source(file, await readBytes(file.path, file.blob.slice(0, 512)), official);
  }

  /** Name without folders. */
  get name(): string {
    return this.path.slice(this.path.lastIndexOf('/') + 1);
  }

  get size(): number {
    return this.blob.size;
  }

  /** All of it. @throws {FileError} */
  bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return readBytes(this.path, this.blob);
  }
}

const cleanPath = (path: string): string =>
  cleanName(path)
    .split('/')
    .filter((step) => !['', '.', '..'].includes(step))
    .join('/');

async function readBytes(path: string, blob: Blob): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch {
    throw new FileError(`“${path}” could not be read.`, 'It may have been moved or changed since it was chosen: choose it again.');
  }
}

/** What a reader has made: checked, complete, in its canonical form. */
export interface AssetDraft {
  /** For people, e.g. "CIFAR-10". */
  name: string;
  notes: string[];
  facts: AssetFacts;
  /** What beside the parts makes the content: it goes into the hash. */
  identity: readonly (string | number)[];
  /** By name, without slashes. */
  parts: Record<string, Uint8Array<ArrayBuffer>>;
}

/** Tells how much of how many files or bytes is done; `total` null where that is not known. */
export type OnProgress = (done: number, total: number | null) => void;

export interface Reader {
  /** Whether these files are meant for this reader. Files that are none of its business do not matter, unless they are all there is. */
  recognises(files: readonly Source[]): boolean;
  /**
   * Check and convert.
   * @throws {FileError} that names the file, says what is wrong and what to do
   */
  read(files: readonly Source[], onProgress: OnProgress): Promise<AssetDraft>;
}
