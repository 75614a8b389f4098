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
 * @param hash with or without `#`
 * @returns the name of a preset, or a name, `~` and what the compressor writes; without white space inside, what stands
 * behind (a full stop, a bracket, a parameter of a share button), and percent signs of any depth
 */
export function linkText(hash: string): string {
  const text = percentDecoded(hash.replace(/^\s*#/, '')).replace(/[\s\u200b\u2060\ufeff]+/g, '');
  // Names of presets are of letters, digits and dashes, the rest of the compressor's alphabet.
  return /^[\w-]+(?:~[\w+$-]*)?/.exec(text)?.[0].replace(/(?<=^[\w-]*)-+$/, '') ?? text;
}
