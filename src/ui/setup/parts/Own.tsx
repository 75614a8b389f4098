import { Stack, Switch } from '@mantine/core';
import type { ReactNode } from 'react';

/** A setting that something either states itself or shares with all others, or does without. */
export function Own({
  label,
  hint,
  on,
  onChange,
  children,
}: {
  label: string;
  hint: string;
  on: boolean;
  onChange: (on: boolean) => void;
  children?: ReactNode;
}) {
  return (
    <Stack gap={6}>
      <Switch label={label} aria-label={label} description={hint} checked={on} onChange={(event) => onChange(event.currentTarget.checked)} />
      {on && children}
    </Stack>
  );
}
