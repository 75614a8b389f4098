/** Texts that language models write, between two steps of a run. */

/** Stands in texts for whatever is not in the vocabulary. */
export const UNKNOWN_TOKEN = '□';

/** How every member goes on with a piece of the validation text. */
export interface GeneratedText {
  /** Completed steps. */
  step: number;
  prompt: Int32Array<ArrayBuffer>;
  /** How the text itself goes on. */
  truth: Int32Array<ArrayBuffer>;
  /** Tokens written by each member. */
  length: number;
  /** `[members × 2 × length]`: always the most likely token, then drawn with the temperature. */
  texts: Int32Array<ArrayBuffer>;
  /** How tokens are written, by number, and what stands between them. */
  tokenNames: string[];
  separator: string;
}

export interface GenerateOptions {
  /** Of the drawn text: below 1 it keeps to what is likely. */
  temperature: number;
  /** Another number takes another piece of text and draws other tokens. */
  draw: number;
}
