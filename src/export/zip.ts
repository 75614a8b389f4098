/** Several files as one. */

/** Content by path. */
export type Files = Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>;

/**
 * A ZIP of files in a folder. Nothing is compressed: weights hardly shrink.
 * @param folder that they unpack into
 */
export async function zipped(files: Files, folder: string): Promise<Blob> {
  const { BlobWriter, ZipWriter, BlobReader, configure } = await import('@zip.js/zip.js/lib/zip-core-custom.js');
  configure({ useWebWorkers: false });
  const writer = new ZipWriter(new BlobWriter('application/zip'), { level: 0 });
  for (const [path, content] of Object.entries(files)) await writer.add(`${folder}/${path}`, new BlobReader(new Blob([content])));
  return writer.close();
}
