/** Names of arms as sentences have them. */

/**
 * Shorter names, each of which still says what the *arm* does: "Guided, untrained guide" is "Guided, untrained", never
 * "Untrained guide", which reads as if the guide itself had been measured. Names that would become equal stay as they are.
 */
export function shortArmNames(names: readonly string[]): string[] {
  const short = names.map((name) => name.replace(/(, (?:un)?trained) (?:guide|teacher)$/, '$1'));
  return short.map((name, i) => (short.indexOf(name) === short.lastIndexOf(name) ? name : names[i]));
}

/** Never a proper name. */
const ALWAYS_WORDS = /^(The|All)$/;

/**
 * A name inside a sentence: "Unguided, its own rate" begins small where its first word is also how its id begins, so it is
 * a word and no proper name; "The last layer" does, too.
 */
export function nameInSentence({ id, name }: { id: string; name: string }): string {
  const [word] = /^[A-Z][a-z]+(?![\w])/.exec(name) ?? [''];
  const isWord = ALWAYS_WORDS.test(word) || (word !== '' && `${id}-`.startsWith(`${word.toLowerCase()}-`));
  return isWord ? name.charAt(0).toLowerCase() + name.slice(1) : name;
}
