/** Files named on the command line. */
import { readdirSync, statSync } from 'node:fs';
import { basename, join, posix, relative, sep } from 'node:path';
import { UsageError } from './usage.ts';

/** A file on disk, and its path as the lab is told it: with the folders below what was named. */
export interface DiskFile {
  file: string;
  path: string;
}

/**
 * The files of one data set.
 * @param list files and folders, separated by commas
 * @throws {UsageError} when one does not exist, or a folder is empty
 */
export function filesOf(list: string): DiskFile[] {
  return list.split(',').flatMap((name) => {
    const stat = statSync(name, { throwIfNoEntry: false });
    if (!stat) throw new UsageError(`--data: there is no file or folder ${name}`);
    if (!stat.isDirectory()) return [{ file: name, path: basename(name) }];
    const files = readdirSync(name, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    if (files.length === 0) throw new UsageError(`--data: the folder ${name} is empty`);
    return files.map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return { file, path: posix.join(basename(name), relative(name, file).split(sep).join('/')) };
    });
  });
}
