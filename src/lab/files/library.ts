/** The files that a person gave: taken in (checked and converted by a reader), kept in this browser, found by content. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { AssetFacts, AssetInfo, AssetKind, AssetRef, GivenFile } from '../../experiment/schema/assets.ts';
import { cutCifar } from './cifar.ts';
import { FileError, MissingFilesError } from './errors.ts';
import { expand } from './expand.ts';
import { officialSet } from './official.ts';
import { type AssetDraft, type OnProgress, Source } from './reader.ts';
import { READERS } from './readers.ts';
import type { AssetStorage } from './storage.ts';

/** Names of files that hold data, whatever set they belong to. */
const SHOULD_HOLD = /\.(bin|gz|zip|tar|tgz|json|safetensors|txt|md|png|jpe?g|webp|gif|bmp|avif)$|ubyte$/i;

const quiet: OnProgress = () => {};

export class Library {
  readonly #open: () => Promise<AssetStorage>;
  #storage: Promise<AssetStorage> | undefined;

  /** @param open makes the storage; called once, on first use */
  constructor(open: () => Promise<AssetStorage>) {
    this.#open = open;
  }

  /**
   * Take in files that belong together. What is there already is kept anew: it counts as just added.
   * @throws {FileError} when they are no asset; then nothing is kept
   */
  async add(given: readonly GivenFile[], onProgress: OnProgress = quiet): Promise<AssetInfo> {
    const { files: all, notes } = await openAll(given);
    // Markers and empty lists of other programs say nothing; a file that should hold data is worth a word.
    const files = all.filter(({ size, name }) => size > 0 || SHOULD_HOLD.test(name));
    if (files.length === 0)
      throw new FileError('There is no file in what was given.', 'Choose the files of a data set, or a folder with one sub-folder a class.');
    const empty = files.find(({ size }) => size === 0);
    if (empty) throw new FileError(`“${empty.path}” is empty.`, 'The download may have failed: fetch the file again.');
    const reader = READERS.find((one) => one.recognises(files));
    if (!reader) {
      const cut = cutCifar(files);
      if (cut) throw cut;
      throw new FileError(
        `${files.length === 1 ? `“${files[0].path}” is` : `These files (“${files[0].path}” and ${files.length - 1} more) are`} of no kind that can be used here.`,
        'Known are CIFAR-10 and CIFAR-100 (binary version), MNIST and Fashion-MNIST (IDX, also as .gz), a folder or ZIP of images with one sub-folder a class, plain text (.txt), networks of TensorFlow.js (model.json with its .bin files), weights that the PyTorch script has written (.safetensors), and experiments and results that this page has saved (.json).',
      );
    }
    const draft = await reader.read(files, onProgress);
    return this.#keep({ ...draft, notes: [...notes, ...draft.notes] });
  }

  /** Everything kept, the newest first. */
  async list(): Promise<AssetInfo[]> {
    const all = (await (await this.#use()).descriptions()).map((text) => JSON.parse(text) as AssetInfo);
    return all.sort((a, b) => b.added - a.added);
  }

  /**
   * An asset of a kind that an experiment names.
   * @throws {MissingFilesError} when it is not here
   */
  async find<K extends AssetKind>(ref: AssetRef, kind: K): Promise<AssetInfo<Extract<AssetFacts, { kind: K }>>> {
    const text = ref.hash === undefined ? null : await (await this.#use()).description(ref.hash);
    if (text === null) throw new MissingFilesError(ref);
    const info = JSON.parse(text) as AssetInfo;
    if (info.facts.kind !== kind) throw new FileError(`“${info.name}” holds ${info.facts.kind}, not ${kind}.`, 'Choose other files for this experiment.');
    return info as AssetInfo<Extract<AssetFacts, { kind: K }>>;
  }

  /** The bytes of one part, read when they are asked for. @throws {MissingFilesError} */
  async part({ hash, name }: Pick<AssetInfo, 'hash' | 'name'>, part: string): Promise<Blob> {
    const blob = await (await this.#use()).part(hash, part);
    if (!blob) throw new MissingFilesError({ hash, name });
    return blob;
  }

  async delete(hash: string): Promise<void> {
    await (await this.#use()).delete(hash);
  }

  #use(): Promise<AssetStorage> {
    this.#storage ??= this.#open();
    return this.#storage;
  }

  async #keep(draft: AssetDraft): Promise<AssetInfo> {
    const storage = await this.#use();
    const bytes = Object.values(draft.parts).reduce((sum, part) => sum + part.length, 0);
    const info: AssetInfo = {
      hash: contentHash(draft),
      name: draft.name,
      bytes,
      added: Date.now(),
      notes: draft.notes,
      ...(!storage.lasting && { temporary: true }),
      facts: draft.facts,
    };
    try {
      await storage.write(info.hash, JSON.stringify(info), draft.parts);
    } catch (error) {
      const full = (error as Error).name === 'QuotaExceededError';
      throw new FileError(
        `“${draft.name}” could not be kept: ${full ? 'the browser has no room left for it' : (error as Error).message}.`,
        full ? 'Delete files that you no longer need from the list, or free space on the disk.' : 'Reload the page and try again.',
      );
    }
    return info;
  }
}

/** Files out of their archives, and notes on those that are not what their publishers put under their name. */
async function openAll(given: readonly GivenFile[]): Promise<{ files: Source[]; notes: string[] }> {
  const notes: string[] = [];
  const opened: Source[] = [];
  for (const file of given) {
    const source = await Source.open(file);
    const official = await officialSet(source);
    if (official === null) notes.push(`“${source.name}” is not the official file of that name: its checksum is another.`);
    opened.push(official ? await Source.open(file, official) : source);
  }
  return { files: await expand(opened), notes };
}

/** SHA-256 of the kind, what the reader calls its identity, and the parts. File names have no part in it. */
export function contentHash({ facts, identity, parts }: AssetDraft): string {
  const names = Object.keys(parts).sort();
  const hash = sha256.create();
  hash.update(utf8ToBytes(JSON.stringify([facts.kind, identity, names.map((name) => [name, parts[name].length])])));
  for (const name of names) hash.update(parts[name]);
  return bytesToHex(hash.digest());
}
