/**
 * Micro-English: sentences of the form NAME "says" CLAUSE "so" NAME ".", with the same name twice. Everything else can
 * be guessed from the last few words; the second name only by who has remembered the first.
 */
import { ADJECTIVES, DETERMINERS, MICRO_ENGLISH_WORDS, NAMES, NOUNS, VERBS } from '../../../experiment/shapes/microEnglish.ts';
import type { MicroEnglishSpec } from '../../../experiment/schema/schema.ts';
import { mulberry32 } from '../../random/mulberry32.ts';

/** Chances of a relative clause behind a noun and of a clause in brackets; the short variant has neither. */
const CHANCES = { full: { relative: 0.3, brackets: 0.25 }, short: { relative: 0, brackets: 0 } } as const;
const MAX_DEPTH = 2;

const IDS = new Map(MICRO_ENGLISH_WORDS.map((word, id) => [word, id]));
export const wordId = (word: string): number => {
  const id = IDS.get(word);
  if (id === undefined) throw new Error(`micro-English has no word "${word}"`);
  return id;
};

/**
 * The first `count` tokens of the endless text of a seed. Draws are made in the order in which the grammar is written,
 * also where their chance is 0: the text is defined by that order.
 */
export function microEnglish(variant: MicroEnglishSpec['variant'], seed: number, count: number): Int32Array<ArrayBuffer> {
  const uniform = mulberry32(seed);
  const below = (n: number) => Math.floor(uniform() * n);
  const pick = <T>(from: readonly T[]): T => from[below(from.length)];
  const { relative, brackets } = CHANCES[variant];
  const words: number[] = [];
  const say = (word: string) => words.push(wordId(word));

  const nounPhrase = (plural: number, depth: number): void => {
    say(pick(DETERMINERS[plural]));
    if (uniform() < 0.3) say(pick(ADJECTIVES));
    say(pick(NOUNS)[plural]);
    if (depth >= MAX_DEPTH || uniform() >= relative) return;
    say('that');
    if (uniform() < 0.5) {
      say(pick(VERBS)[plural]);
      nounPhrase(below(2), depth + 1);
    } else {
      const subject = below(2);
      nounPhrase(subject, depth + 1);
      say(pick(VERBS)[subject]);
    }
  };

  const clause = (depth: number): void => {
    const plural = below(2);
    nounPhrase(plural, 0);
    say(pick(VERBS)[plural]);
    if (uniform() < 0.7) nounPhrase(below(2), 1);
    if (depth >= MAX_DEPTH || uniform() >= brackets) return;
    const kind = below(2);
    say('(['[kind]);
    clause(depth + 1);
    say(')]'[kind]);
  };

  while (words.length < count) {
    const name = pick(NAMES);
    say(name);
    say('says');
    clause(0);
    say('so');
    say(name);
    say('.');
  }
  return Int32Array.from(words.slice(0, count));
}

const SAYS = wordId('says');
const SO = wordId('so');

/**
 * Whether what comes next is a name that has to be remembered: the one that returns behind "so", where its first
 * mention is in the window. (Behind a window that begins later nobody can know it.)
 * @param tokens of one window
 * @param at position of the token before the one to be guessed
 */
export function isReturningName(tokens: Int32Array, at: number): boolean {
  return tokens[at] === SO && tokens.lastIndexOf(SAYS, at) > 0;
}
