/** How tokens and classes are written and coloured. */
import { classNames, tokenNames } from '@/experiment/networks/describe.ts';
import type { SequencePreview } from '@/experiment/contract/previews.ts';
import type { TaskSpec } from '@/experiment/schema/schema.ts';

export interface Token {
  text: string;
  /** Degrees; null for marks, blanks and padding. */
  hue: number | null;
}

/** What says what to do, rather than what to remember. */
const MARKS = new Set(['→', '·', '?', '■', 'unused']);
/** Successive hues far from each other, however many there are. */
const GOLDEN_ANGLE = 137.5;

const NOTHING: Token = { text: '', hue: null };

/** A symbol looks the same as an input and as an answer: where classes are tokens, both take the class's hue. */
function written(names: readonly string[], classes: readonly string[]): Token[] {
  return names.map((text, i) => {
    if (MARKS.has(text)) return { text, hue: null };
    const index = classes.indexOf(text);
    return { text, hue: ((index < 0 ? i : index) * GOLDEN_ANGLE + 250) % 360 };
  });
}

/** Inputs and answers of the examples of a task. */
export class TokenNames {
  readonly #tokens: Token[];
  readonly #classes: Token[];

  constructor(tokens: readonly string[], classes: readonly string[]) {
    this.#tokens = written(tokens, classes);
    this.#classes = written(classes, classes);
  }

  static of(task: TaskSpec): TokenNames {
    return new TokenNames(tokenNames(task), classNames(task));
  }

  /** Tokens of one example, without the padding behind it. */
  inputs({ tokens, length }: SequencePreview, example: number): Token[] {
    return Array.from(tokens.subarray(example * length, (example + 1) * length), (id) => this.#tokens[id] ?? NOTHING);
  }

  /** Classes, as labels or as predictions; below 0 there is none. */
  answers(classes: Iterable<number>): Token[] {
    return Array.from(classes, (id) => this.#classes[id] ?? NOTHING);
  }
}

export const words = (tokens: readonly Token[]): string =>
  tokens
    .filter(({ text }) => text !== '')
    .map(({ text }) => text)
    .join(' ');
