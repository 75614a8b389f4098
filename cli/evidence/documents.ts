/**
 * Passages of a document that a script writes. Of a run all that is told of it stands between
 * `<!-- run: ID -->` and `<!-- /run -->`, or its table of arms alone (a sweep asks nothing) between `<!-- arms: ID -->` and
 * `<!-- /arms -->`; a single number in prose between `<!--= RUN: QUANTITY -->` and `<!--/-->`. No reader sees these marks.
 */
import { type Evidence, quantity } from './quantities.ts';
import { armsText, runText } from './tables.ts';

const PASSAGE = /(<!-- (run|arms): ([\w-]+) -->)[\s\S]*?(<!-- \/\2 -->)/g;
const NUMBER = /(<!--= ([^>]+?) -->)[\s\S]*?(<!--\/-->)/g;

const TEXTS = { run: runText, arms: armsText } as const;

/** Ids of the runs that a document tells. */
export const runsTold = (text: string): string[] => [...text.matchAll(PASSAGE)].map((match) => match[3]);

/** The document with every marked passage written anew. @throws {Error} when one names what is not there */
export function rewritten(text: string, evidence: Evidence): string {
  return text
    .replace(PASSAGE, (_, open: string, kind: keyof typeof TEXTS, run: string, close: string) => {
      const file = evidence.get(run);
      if (!file) throw new Error(`there is no result of a run "${run}": npm run evidence -- run ${run}`);
      return `${open}\n\n${TEXTS[kind](file)}\n\n${close}`;
    })
    .replace(NUMBER, (_, open: string, name: string, close: string) => `${open}${quantity(evidence, name)}${close}`);
}

/** The prose without what a script writes and without code: what is left was typed by hand. */
export const typed = (text: string): string =>
  text
    .replace(PASSAGE, '')
    .replace(NUMBER, '')
    .replace(/^```[^\n]*\n[\s\S]*?^```|`[^`\n]+`/gm, '');
