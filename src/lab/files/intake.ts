/** Files on their way into the library, with what is told of them meanwhile. */
import type { LabEvent } from '../../experiment/contract/events.ts';
import type { AssetInfo, GivenFile } from '../../experiment/schema/assets.ts';
import { fetchFiles } from './fetch.ts';
import type { Library } from './library.ts';
import type { OnProgress } from './reader.ts';

/** Milliseconds between two reports. */
const TELL_EVERY_MS = 150;

export class Intake {
  readonly #library: Library;
  readonly #tell: (event: LabEvent) => void;
  #fetching: AbortController | undefined;

  constructor(library: Library, tell: (event: LabEvent) => void) {
    this.#library = library;
    this.#tell = tell;
  }

  add(files: GivenFile[]): Promise<AssetInfo> {
    return this.#library.add(files, this.#progress(files.length === 1 ? files[0].path : `${files.length} files`, 'reading'));
  }

  /** From public addresses. */
  fetch(addresses: string[]): Promise<GivenFile[]> {
    this.#fetching = new AbortController();
    return fetchFiles(addresses, (name) => this.#progress(name, 'fetching'), this.#fetching.signal);
  }

  /** The fetching in progress rejects with an AbortError. */
  cancelFetch(): void {
    this.#fetching?.abort();
  }

  #progress(name: string, activity: 'fetching' | 'reading'): OnProgress {
    let told = Number.NEGATIVE_INFINITY;
    return (done, total) => {
      if (performance.now() - told < TELL_EVERY_MS && done !== total) return;
      told = performance.now();
      this.#tell({ type: 'files.progress', name, activity, done, total });
    };
  }
}
