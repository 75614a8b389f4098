/** The words of micro-English, a small language with one thing to remember: who spoke. Its grammar is in `lab/tasks/text`. */

export const NAMES = ['ada', 'bea', 'cal', 'dot', 'eli', 'fay', 'gus', 'hal'] as const;
/** [singular, plural] */
export const NOUNS = [
  ['cat', 'cats'],
  ['dog', 'dogs'],
  ['fox', 'foxes'],
  ['owl', 'owls'],
  ['bee', 'bees'],
  ['cow', 'cows'],
] as const;
/** [with a singular subject, with a plural one] */
export const VERBS = [
  ['sees', 'see'],
  ['likes', 'like'],
  ['hears', 'hear'],
  ['finds', 'find'],
  ['helps', 'help'],
] as const;
export const ADJECTIVES = ['big', 'red', 'old', 'shy'] as const;
/** [before singular nouns, before plural ones] */
export const DETERMINERS = [
  ['the', 'a', 'this'],
  ['the', 'some', 'these'],
] as const;

/** Every word once, by token id. */
export const MICRO_ENGLISH_WORDS: readonly string[] = [
  ...new Set([...NAMES, ...NOUNS.flat(), ...VERBS.flat(), ...ADJECTIVES, ...DETERMINERS.flat(), 'says', 'so', 'that', '.', '(', ')', '[', ']']),
];
