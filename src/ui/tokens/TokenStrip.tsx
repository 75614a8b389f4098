import type { CSSProperties } from 'react';
import { type Token, words } from './names.ts';
import classes from './tokens.module.css';

/** Above this many, cells are too narrow for characters. */
const READABLE = 26;

interface TokenStripProps {
  tokens: readonly Token[];
  /** What it is, for a screen reader; the tokens are read after it. */
  label: string;
  /** Cells in the width of the strip: strips below each other line up. */
  columns?: number;
  /** Cells to be marked as wrong. */
  wrong?: readonly boolean[];
}

/** Tokens as a row of small coloured cells. */
export function TokenStrip({ tokens, label, columns = tokens.length, wrong }: TokenStripProps) {
  const plain = columns > READABLE;
  return (
    <span
      className={classes.strip}
      style={{ '--columns': columns } as CSSProperties}
      role="img"
      aria-label={`${label}: ${words(tokens)}`}
      title={words(tokens)}
    >
      {tokens.map(({ text, hue }, i) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: places in a row
          key={i}
          className={classes.token}
          data-kind={hue !== null ? 'symbol' : text === '' ? 'nothing' : 'mark'}
          data-wrong={wrong?.[i] || undefined}
          style={hue === null ? undefined : ({ '--hue': hue } as CSSProperties)}
        >
          {plain ? '' : text}
        </span>
      ))}
    </span>
  );
}
