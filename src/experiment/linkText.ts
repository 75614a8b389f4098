/** The part of a link after `#`, as it was before mail programs, chats and share buttons had it. */

/** Encoded once by each program that it went through. */
const DEEPEST = 4;

function percentDecoded(text: string): string {
  for (let i = 0; i < DEEPEST; i++) {
    let decoded: string;
    try {
      decoded = decodeURIComponent(text);
    } catch {
      return text;
    }
    if (decoded === text) return text;
    text = decoded;
  }
  return text;
}

/**
 * Names of presets are of letters, digits and dashes, with their revision behind `@`; what the compressor writes has an
 * alphabet of its own; and behind it stands a check of six characters, which version 1 had not.
 */
const LINK = /^[\w-]+(?:@\w*)?(?:~1[\w+$-]*|~[\w+$-]*(?:\.[a-z\d]{1,6})?)?/;

/** What stands behind `#` as it was written: without percent signs of any depth and without white space inside. */
export const cleanHash = (hash: string): string => percentDecoded(hash.replace(/^\s*#/, '')).replace(/[\s\u200b\u2060\ufeff]+/g, '');

/**
 * @param hash with or without `#`
 * @returns the name of a preset, or a name, `~`, what the compressor writes, and its check; without white space inside, what stands
 * behind (a full stop, a bracket, a parameter of a share button), and percent signs of any depth
 */
export function linkText(hash: string): string {
  const text = cleanHash(hash);
  return LINK.exec(text)?.[0].replace(/(?<=^[\w-]*)-+$/, '') ?? text;
}

/** @returns whether there is a result behind the experiment (`contract/resultLink.ts`), in whatever condition */
export const carriesResult = (hash: string): boolean => cleanHash(hash).includes('!');
