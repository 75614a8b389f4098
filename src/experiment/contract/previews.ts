/** Examples of a task as they are shown before anything runs. */

/** Images to show before anything runs: RGBA bytes, `count` tiles of `size`×`size`, with label indices. */
export interface ImagePreview {
  kind?: 'images';
  size: number;
  count: number;
  pixels: Uint8ClampedArray<ArrayBuffer>;
  labels: Uint8Array<ArrayBuffer>;
}

/** Sequences to show before anything runs. */
export interface SequencePreview {
  kind: 'sequences';
  count: number;
  /** Tokens of one sequence. */
  length: number;
  /** `[count × length]` token ids; −1 is padding. */
  tokens: Int32Array<ArrayBuffer>;
  /** Labels of one sequence: 1 (it stands for the whole sequence), or `length`. */
  outputs: number;
  /** `[count × outputs]` classes; −1 where none is asked for. */
  targets: Int32Array<ArrayBuffer>;
  /** How tokens and classes are written, by number. */
  tokenNames: string[];
  classNames: string[];
  /** Where sequences are windows of a text: what stands between its tokens ('' for characters, a space for words). */
  separator?: string;
  /** `[count × outputs]` group of each label (`labelGroups`), given the context before it; where that is worth showing. */
  groups?: Uint8Array<ArrayBuffer>;
}

export type TaskPreview = ImagePreview | SequencePreview;
