import { Tooltip, VisuallyHidden } from '@mantine/core';
import classes from '../fields/fields.module.css';

/** Marks what no longer matches the run on screen. */
export function StaleDot() {
  return (
    <Tooltip label="Changed since the run on screen; the next run uses it.">
      <span className={classes.stale} data-testid="stale">
        <VisuallyHidden>changed since this run</VisuallyHidden>
      </span>
    </Tooltip>
  );
}
