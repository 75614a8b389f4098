/** A text as numbers: characters or words, the most frequent ones by name, everything else as one unknown token. */
import { UNKNOWN_TOKEN } from '../../experiment/contract/texts.ts';
import type { TextFileSpec } from '../../experiment/schema/schema.ts';

type Unit = TextFileSpec['unit'];

/** Its id is 0. */
export const UNKNOWN = UNKNOWN_TOKEN;

/** Words with their apostrophes, numbers, line breaks, and every other sign by itself. Spaces are not kept. */
const WORDS = /[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*|\p{N}+|\n|[^\s]/gu;

/** Characters are code points: no half of a pair of surrogates. */
export const pieces = (text: string, unit: Unit): string[] => (unit === 'characters' ? Array.from(text) : (text.match(WORDS) ?? []));

/** How many different ones there are. */
export const distinct = (all: readonly string[]): number => new Set(all).size;

/**
 * The unknown token, then the most frequent pieces; of equally frequent ones the first by code units.
 * @param limit tokens at most, the unknown one included
 */
export function vocabularyOf(all: readonly string[], limit: number): string[] {
  const counts = new Map<string, number>();
  for (const piece of all) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  const byFrequency = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return [UNKNOWN, ...byFrequency.slice(0, limit - 1).map(([piece]) => piece)];
}

export function encode(all: readonly string[], vocabulary: readonly string[]): Int32Array<ArrayBuffer> {
  const ids = new Map(vocabulary.map((piece, id) => [piece, id]));
  return Int32Array.from(all, (piece) => ids.get(piece) ?? 0);
}
