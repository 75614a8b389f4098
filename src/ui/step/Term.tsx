import { Tooltip } from '@mantine/core';
import { lazy, type ReactNode, Suspense } from 'react';
import classes from './step.module.css';

const Formula = lazy(async () => ({ default: (await import('../explain/Formula.tsx')).Formula }));

interface TermProps {
  children: ReactNode;
  /** What it is, in a sentence. */
  says: string;
  tex?: string;
}

/** A word with its explanation, and its formula, to a pointer, a finger and the keyboard. */
export function Term({ children, says, tex }: TermProps) {
  return (
    <Tooltip
      maw={360}
      label={
        <>
          {says}
          {tex && (
            <Suspense fallback={null}>
              <Formula tex={tex} />
            </Suspense>
          )}
        </>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: its explanation opens with the focus */}
      <span className={classes.term} tabIndex={0}>
        {children}
      </span>
    </Tooltip>
  );
}
