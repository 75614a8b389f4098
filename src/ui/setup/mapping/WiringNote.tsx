import { VisuallyHidden } from '@mantine/core';
import { createContext } from 'react';
import classes from './wiring.module.css';

/** The guide layer from which a wire is being drawn by keyboard. */
export const WiringFrom = createContext<string | null>(null);

/** While a wire is drawn by keyboard: where it starts and what comes next, to be seen and to be heard; else what was done. */
export function WiringNote({ from, message }: { from: string | null; message: string }) {
  if (from === null) return <VisuallyHidden role="status">{message}</VisuallyHidden>;
  return (
    <div className={classes.note} role="status" data-testid="wiring">
      From {from}: {message}
    </div>
  );
}
