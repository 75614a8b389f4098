import { VisuallyHidden } from '@mantine/core';
import type { Token } from './names.ts';
import classes from './tokens.module.css';

interface TextRunProps {
  tokens: readonly Token[];
  /** What stands between two tokens. */
  separator: string;
  /** What it is, for a screen reader. */
  label: string;
  /** Tokens to be marked as wrong. */
  wrong?: readonly boolean[];
  /** Tokens to be set off. */
  strong?: readonly boolean[];
}

/** Line breaks as a sign where lines are put beside each other: what is wrong must not change how tall a text is. */
const LINE_BREAK = '↵';

/** Tokens of a text as running text. */
export function TextRun({ tokens, separator, label, wrong, strong }: TextRunProps) {
  return (
    <span className={classes.text}>
      <VisuallyHidden>{label}: </VisuallyHidden>
      {tokens.map(({ text }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: places in a text
        <span key={i}>
          <span data-wrong={wrong?.[i] || undefined} data-strong={strong?.[i] || undefined}>
            {wrong && text === '\n' ? LINE_BREAK : text}
          </span>
          {separator}
        </span>
      ))}
    </span>
  );
}
