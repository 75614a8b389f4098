/** Files with the folders that they lie in, out of what was chosen or dropped. */
import type { GivenFile } from '@/experiment/schema/assets.ts';

/** Files chosen in a dialog; folders chosen there tell their paths. */
export const chosenFiles = (files: Iterable<File>): GivenFile[] => Array.from(files, (file) => ({ path: file.webkitRelativePath || file.name, blob: file }));

/** Files and folders that were dropped. To be called while the event lasts: afterwards the browser forgets them. */
export function droppedFiles(transfer: DataTransfer): Promise<GivenFile[]> {
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry?.() ?? null);
  // Text that is dragged along has no entry; where nothing has one, the plain list of files is all there is.
  const known = entries.filter((entry) => entry !== null);
  return known.length > 0 ? Promise.all(known.map(filesIn)).then((found) => found.flat()) : Promise.resolve(chosenFiles(transfer.files));
}

async function filesIn(entry: FileSystemEntry): Promise<GivenFile[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [{ path: entry.fullPath.replace(/^\//, ''), blob: file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: GivenFile[] = [];
  // Told in portions of about a hundred, until one is empty.
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return found;
    for (const inner of entries) found.push(...(await filesIn(inner)));
  }
}
