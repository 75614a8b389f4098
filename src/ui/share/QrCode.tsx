import { Text } from '@mantine/core';
import { correction, generate } from 'lean-qr';
import { useMemo } from 'react';
import { number } from '@/ui/words.ts';
import { MAX_CODE_BYTES } from './links.ts';
import classes from './share.module.css';

/** Modules of white around it, without which readers do not find it. */
const QUIET = 4;

/** One path of unit squares, row by row. */
function pathOf(link: string): { path: string; size: number } {
  const code = generate(link, { minCorrectionLevel: correction.L });
  let path = '';
  for (let y = 0; y < code.size; y++)
    for (let x = 0; x < code.size; x++) {
      if (!code.get(x, y)) continue;
      const from = x;
      while (code.get(x + 1, y)) x++;
      path += `M${from} ${y}h${x + 1 - from}v1H${from}z`;
    }
  return { path, size: code.size };
}

/** A link to be read from the wall by a telephone; or why there is none. */
export function QrCode({ link }: { link: string }) {
  const length = new TextEncoder().encode(link).length;
  const drawn = useMemo(() => (length > MAX_CODE_BYTES ? null : pathOf(link)), [link, length]);
  if (!drawn) {
    return (
      <Text size="sm" c="dimmed" data-testid="no-code">
        No code: this link has {number(length)} characters, and a code holds {number(MAX_CODE_BYTES)}. Copy the link instead, or share it without the result.
      </Text>
    );
  }
  const { path, size } = drawn;
  return (
    <svg
      className={classes.code}
      viewBox={`${-QUIET} ${-QUIET} ${size + 2 * QUIET} ${size + 2 * QUIET}`}
      role="img"
      aria-label="The link as a QR code"
      shapeRendering="crispEdges"
      data-testid="qr-code"
    >
      <rect x={-QUIET} y={-QUIET} width="100%" height="100%" fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
