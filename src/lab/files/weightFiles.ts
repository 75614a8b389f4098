/** The files of weights that a model.json names by their paths. */
import { FileError } from './errors.ts';
import type { Source } from './reader.ts';

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);
const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** A path below a folder, without `.` and `..`. */
function resolved(folder: string, path: string): string {
  const steps: string[] = [];
  for (const step of `${folder}${path}`.split(/[\\/]+/)) {
    if (step === '..') steps.pop();
    else if (step !== '.' && step !== '') steps.push(step);
  }
  return steps.join('/');
}

export class WeightFiles {
  readonly #model: Source;
  readonly #files: readonly Source[];
  /** Files that have been found, with the path that named them. */
  readonly #given = new Map<Source, string>();

  constructor(model: Source, files: readonly Source[]) {
    this.#model = model;
    this.#files = files.filter((file) => file !== model);
  }

  /**
   * The file that a path means: the one that lies there; where folders were not kept (files chosen one by one), the only
   * one of that name.
   * @throws {FileError} when it is not there, or several could be meant
   */
  find(path: string): Source {
    const place = resolved(folderOf(this.#model.path), path);
    const exact = this.#files.find((file) => file.path === place);
    const named = this.#files.filter(({ name }) => name === baseName(path));
    const file = exact ?? (named.length === 1 ? named[0] : undefined);
    if (!file && named.length > 1)
      throw new FileError(
        `“${this.#model.path}” names “${path}”, and ${named.length} files are called that (${named.map((one) => `“${one.path}”`).join(', ')}).`,
        'Drop the folder as it was saved, or a ZIP of it.',
      );
    const taken = file && this.#given.get(file);
    if (!file || (taken !== undefined && taken !== path))
      throw new FileError(
        `“${path}” is missing, which “${this.#model.path}” names as a file of its weights.`,
        file ? 'Drop the folder as it was saved, or a ZIP of it.' : 'Drop model.json together with all its .bin files.',
      );
    this.#given.set(file, path);
    return file;
  }
}
