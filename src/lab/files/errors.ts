/** Something is wrong with a file, or it is not there. The message names the file; the remedy says what to do. */
export class FileError extends Error {
  override name = 'FileError';
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

/** An experiment names files that this browser does not have. */
export class MissingFilesError extends FileError {
  override name = 'MissingFilesError';

  constructor({ hash, name }: { hash?: string; name: string }) {
    super(
      `This experiment uses files of your own: ${name}${hash ? ` (hash ${hash.slice(0, 8)}…), which this browser does not have` : ', which are still to be chosen'}.`,
      'Drop them on the page, then run again.',
    );
  }
}
