/** Names as people's files and programs hold them, made fit for every page, picture and file that shows them. */

/** Control characters but tab and line feed (no XML can hold them), and halves of pairs of surrogates. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const UNFIT = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Text without what XML cannot hold. */
export const cleanText = (text: string): string => text.replace(/\r\n?/g, '\n').replace(UNFIT, '');

/** A name: one line, in the normal form in which equal names are equal (macOS writes others). */
export const cleanName = (name: string): string => cleanText(name.replace(/[\t\n\v\f\r\u2028\u2029]+/g, ' ')).normalize('NFC');

/** A copy of plain data with all texts in it clean; the same object where they are. */
export function withCleanTexts<T>(data: T): T {
  if (typeof data === 'string') return cleanText(data) as T;
  if (typeof data !== 'object' || data === null) return data;
  const entries = Object.entries(data).map(([key, value]) => [key, value, withCleanTexts(value)] as const);
  if (entries.every(([, value, clean]) => value === clean)) return data;
  if (Array.isArray(data)) return entries.map(([, , clean]) => clean) as T;
  return Object.fromEntries(entries.map(([key, , clean]) => [key, clean])) as T;
}
