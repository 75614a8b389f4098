/** What the folders of a set of pictures mean: which of them are classes, which part the pictures into training and validation. */
import { FileError } from './errors.ts';
import { counted, listed } from './notes.ts';
import type { Source } from './reader.ts';

type Part = 'train' | 'val' | 'test';
const PARTS: Record<string, Part> = {
  ...Object.fromEntries(['train', 'training', 'trainset', 'trn', 'learn'].map((word) => [word, 'train' as const])),
  ...Object.fromEntries(['val', 'valid', 'validation', 'validate', 'valset', 'dev', 'eval'].map((word) => [word, 'val' as const])),
  ...Object.fromEntries(['test', 'testing', 'testset', 'tst'].map((word) => [word, 'test' as const])),
};
/** Words beside those that say nothing: `training_set`, `seg_train`, `test1`. */
const FILLING = /^(set|sets|seg|data|dataset|images?|imgs?|img|pictures|photos|files|folder|split|small|full|cropped|\d*)$/;

export interface Placed {
  file: Source;
  className: string;
  split: 'train' | 'val' | undefined;
}

export interface Layout {
  placed: Placed[];
  notes: string[];
}

interface Found {
  file: Source;
  folders: string[];
}

/** The part that a folder's name says, and what else it says. */
function partOf(folder: string): { part: Part; rest: string } | null {
  const words = folder.toLowerCase().split(/[^\p{L}]+|(?<=\p{L})(?=\d)/u);
  const named = words.filter((word) => Object.hasOwn(PARTS, word));
  if (named.length !== 1) return null;
  return { part: PARTS[named[0]], rest: words.filter((word) => !Object.hasOwn(PARTS, word) && !FILLING.test(word)).join(' ') };
}

/** Paths of folders that part the pictures: beside each "train" of them stands a "test" or a "val" that is named alike. */
function partingFolders(found: readonly Found[]): Map<string, Part> {
  const siblings = new Map<string, Map<string, Part>>();
  for (const { folders } of found) {
    folders.forEach((folder, depth) => {
      const named = partOf(folder);
      if (!named) return;
      const key = JSON.stringify([folders.slice(0, depth), named.rest]);
      const group = siblings.get(key) ?? new Map<string, Part>();
      group.set(folders.slice(0, depth + 1).join('/'), named.part);
      siblings.set(key, group);
    });
  }
  const whole = [...siblings.values()].filter((group) => new Set(group.values()).has('train') && new Set(group.values()).size > 1);
  return new Map(whole.flatMap((group) => [...group]));
}

const paths = (found: readonly Found[]): string => listed(found.map(({ file }) => file.path));
const folderNames = (names: Iterable<string>): string => [...new Set(names)].map((name) => `“${name}”`).join(' and ');

/** Take off folders that all pictures lie in and that therefore tell nothing: `cat/images/1.png`. */
function withoutCommonEnd(found: readonly Found[]): Found[] {
  const [last] = found.map(({ folders }) => folders.at(-1));
  const useless = last !== undefined && found.every(({ folders }) => folders.at(-1) === last) && new Set(found.map(({ folders }) => folders.at(-2))).size > 1;
  return useless && found.every(({ folders }) => folders.length > 1) ? found.map(({ file, folders }) => ({ file, folders: folders.slice(0, -1) })) : [...found];
}

/** Pictures beside folders of pictures: few are strays, many could be meant. */
const MOST_STRAYS = 0.1;

/** Without splits: the deepest folder is the class. @throws {FileError} when that cannot be told */
function byDeepestFolder(found: readonly Found[]): Layout {
  const above = new Set(found.flatMap(({ folders }) => folders.map((_, depth) => folders.slice(0, depth).join('/'))));
  const strays = found.filter(({ folders }) => folders.length === 0 || above.has(folders.join('/')));
  const loose = found.find(({ folders }) => folders.length === 0);
  if (loose && strays.length > found.length * MOST_STRAYS)
    throw new FileError(
      `“${loose.file.path}” lies in no folder, so its class is not known.`,
      'Put the pictures of each class into a folder of their own, named after it; then choose the folder above them, or a ZIP of it.',
    );
  if (strays.length > found.length * MOST_STRAYS)
    throw new FileError(
      `“${strays[0].folders.join('/')}” holds pictures and folders of pictures: which of them are classes is not known.`,
      'Put the pictures of each class into one folder, without folders in it.',
    );
  const classed = found.filter((one) => !strays.includes(one));
  return {
    placed: classed.map(({ file, folders }) => ({ file, className: folders.at(-1) ?? '', split: undefined })),
    notes:
      strays.length > 0
        ? [`${counted(strays.length, 'picture')} in no class's folder ${strays.length === 1 ? 'was' : 'were'} left out (${paths(strays)}).`]
        : [],
  };
}

/**
 * @param files pictures
 * @returns those that have a class, with their split where folders tell one, and notes on what was left out
 * @throws {FileError} when the folders can mean several things
 */
export function layoutOf(files: readonly Source[]): Layout {
  const found = withoutCommonEnd(files.map((file) => ({ file, folders: file.path.split('/').slice(0, -1) })));
  const parting = partingFolders(found);
  if (parting.size === 0) return byDeepestFolder(found);
  const depths = ({ folders }: Found) => folders.flatMap((_, depth) => (parting.has(folders.slice(0, depth + 1).join('/')) ? [depth] : []));
  const partAt = ({ folders }: Found, depth: number) => parting.get(folders.slice(0, depth + 1).join('/')) as Part;
  const inside = found.filter((one) => depths(one).length > 0);
  const outside = found.filter((one) => depths(one).length === 0);
  const twice = inside.find((one) => new Set(depths(one).map((depth) => partAt(one, depth))).size > 1);
  if (twice)
    throw new FileError(`“${twice.file.path}” lies in folders for training and for validation at once.`, 'Leave one folder for each: train and validation.');
  const below = (one: Found) => one.folders.length - 1 > (depths(one).at(-1) as number);
  const nested = inside.some(below);
  // `cat/train/1.png`: the split lies below the class.
  const reversed = !nested && new Set(inside.map((one) => one.folders[depths(one)[0] - 1])).size > 1;
  const classOf = (one: Found) => (reversed ? one.folders[depths(one)[0] - 1] : one.folders.at(-1)) as string;
  const classed = nested ? inside.filter(below) : reversed ? inside : [];
  if (classed.length === 0)
    throw new FileError(
      `The pictures in ${folderNames(inside.map((one) => one.folders[depths(one)[0]]))} lie in no folders of classes, so their classes are not known.`,
      'Put a folder for each class into them, named after it. If these are the classes, give them other names.',
    );
  const unclassed = inside.filter((one) => !classed.includes(one));
  const parts = new Set(classed.map((one) => partAt(one, depths(one)[0])));
  const unused = parts.has('val') && parts.has('test') ? classed.filter((one) => partAt(one, depths(one)[0]) === 'test') : [];
  const kept = classed.filter((one) => !unused.includes(one));
  const note = (left: readonly Found[], why: string) =>
    left.length > 0 ? [`${counted(left.length, 'picture')} ${why} ${left.length === 1 ? 'was' : 'were'} left out (${paths(left)}).`] : [];
  return {
    placed: kept.map((one) => ({ file: one.file, className: classOf(one), split: partAt(one, depths(one)[0]) === 'train' ? 'train' : 'val' })),
    notes: [
      ...note(unclassed, "in no class's folder"),
      ...note(outside, 'beside the folders for training and validation'),
      ...note(unused, 'for testing, beside those for validation,'),
    ],
  };
}
