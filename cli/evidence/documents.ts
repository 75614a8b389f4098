/**
 * Passages of a document that a script writes. Of a run all that is told of it stands between
 * `<!-- run: ID -->` and `<!-- /run -->`; a single number in prose between `<!--= RUN: QUANTITY -->` and `<!--/-->`,
 * marks that no reader of the document sees.
 */
import { type Evidence, quantity } from './quantities.ts';
import { runText } from './tables.ts';

const RUN = /(<!-- run: ([\w-]+) -->)[\s\S]*?(<!-- \/run -->)/g;
const NUMBER = /(<!--= ([^>]+?) -->)[\s\S]*?(<!--\/-->)/g;

/** Ids of the runs that a document tells. */
export const runsTold = (text: string): string[] => [...text.matchAll(RUN)].map((match) => match[2]);

/** The document with every marked passage written anew. @throws {Error} when one names what is not there */
export function rewritten(text: string, evidence: Evidence): string {
  return text
    .replace(RUN, (_, open: string, run: string, close: string) => {
      const file = evidence.get(run);
      if (!file) throw new Error(`there is no result of a run "${run}": npm run evidence -- run ${run}`);
      return `${open}\n\n${runText(file)}\n\n${close}`;
    })
    .replace(NUMBER, (_, open: string, name: string, close: string) => `${open}${quantity(evidence, name)}${close}`);
}

/** The prose without what a script writes and without code: what is left was typed by hand. */
export const typed = (text: string): string =>
  text
    .replace(RUN, '')
    .replace(NUMBER, '')
    .replace(/^```[^\n]*\n[\s\S]*?^```|`[^`\n]+`/gm, '');
