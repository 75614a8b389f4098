import { ActionIcon, Tooltip } from '@mantine/core';
import { IconArrowBackUp } from '@tabler/icons-react';
import type { Field } from './useField.ts';
import { StaleDot } from '../parts/StaleDot.tsx';
import classes from './fields.module.css';

/** The words above a field, with the mark "changed since this run" and the way back to the preset's value. */
export function FieldLabel({ label, field, show }: { label: string; field: Field; show: (value: unknown) => string }) {
  return (
    <span className={classes.label}>
      {label}
      {field.stale && <StaleDot />}
      {field.fallback && <ResetButton label={label} value={show(field.fallback.value)} onClick={field.reset} />}
    </span>
  );
}

/** A small arrow back to a preset's value. */
export function ResetButton({ label, value, onClick }: { label: string; value: string; onClick: () => void }) {
  return (
    <Tooltip label={`Back to ${value}`}>
      <ActionIcon
        size={16}
        aria-label={`Reset ${label} to ${value}`}
        onClick={(event) => {
          // Inside a <label> the click would also reach the field.
          event.preventDefault();
          onClick();
        }}
      >
        <IconArrowBackUp size={13} />
      </ActionIcon>
    </Tooltip>
  );
}
