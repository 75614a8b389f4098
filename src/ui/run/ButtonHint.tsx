import { Tooltip } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import classes from './run.module.css';

/** What a button does, until it has been pressed: then the hint would only lie over what the press has brought. */
export function ButtonHint({ label, keys, children }: { label: string; keys?: string; children: ReactElement }) {
  const [pressed, setPressed] = useState(false);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it listens to what happens to the button in it
    <div className={classes.hinted} onClickCapture={() => setPressed(true)} onMouseLeave={() => setPressed(false)}>
      <Tooltip
        disabled={pressed}
        label={
          <>
            {label}
            {keys && <span className={classes.keys}> Key: {keys}.</span>}
          </>
        }
      >
        {children}
      </Tooltip>
    </div>
  );
}
