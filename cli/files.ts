/** Files named on the command line. */
import { accessSync, constants, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import { UsageError } from './usage.ts';

/** A file on disk, and its path as the lab is told it: with the folders below what was named. */
export interface DiskFile {
  file: string;
  path: string;
}

const exists = (name: string): boolean => statSync(name, { throwIfNoEntry: false }) !== undefined;

/** Names parted by commas; where a name holds commas itself, the longest that exists is meant. */
function namesIn(list: string): string[] {
  const parts = list.split(',');
  const names: string[] = [];
  for (let from = 0; from < parts.length; ) {
    let to = parts.length;
    while (to > from + 1 && !exists(parts.slice(from, to).join(','))) to--;
    names.push(parts.slice(from, to).join(','));
    from = to;
  }
  return names;
}

/** The files below a folder, through links; a folder that contains itself by a link is entered once. */
function below(folder: string, path: string, around: readonly string[]): DiskFile[] {
  const real = realpathSync(folder);
  if (around.includes(real)) return [];
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const file = join(folder, name);
      const stat = statSync(file, { throwIfNoEntry: false });
      if (!stat) throw new UsageError(`--data: ${file} is a link to something that does not exist`);
      const inner = posix.join(path, name);
      return stat.isDirectory() ? below(file, inner, [...around, real]) : stat.isFile() ? [{ file, path: inner }] : [];
    });
}

/**
 * The files of one data set.
 * @param list files and folders, separated by commas; links are followed
 * @throws {UsageError} when one does not exist, or a folder is empty
 */
export function filesOf(list: string): DiskFile[] {
  return namesIn(list).flatMap((name) => {
    const stat = statSync(name, { throwIfNoEntry: false });
    if (!stat) throw new UsageError(`--data: there is no file or folder ${name}`);
    if (!stat.isDirectory()) return [{ file: name, path: basename(name) }];
    const files = below(name, basename(name), []);
    if (files.length === 0) throw new UsageError(`--data: the folder ${name} is empty`);
    return files;
  });
}

/** Whether a result can be written there, found out before an hour of training. @throws {UsageError} */
export function checkOut(file: string): void {
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) throw new UsageError(`--out: ${file} is a folder; name a file in it`);
  const folder = dirname(file);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new UsageError(`--out: there is no folder ${folder}`);
  try {
    accessSync(exists(file) ? file : folder, constants.W_OK);
  } catch {
    throw new UsageError(`--out: ${file} may not be written`);
  }
}
