import { NumberInput } from '@mantine/core';
import { number } from '@/ui/words.ts';
import { FieldLabel } from './FieldLabel.tsx';
import classes from './fields.module.css';
import { useField } from './useField.ts';

interface NumberFieldProps {
  path: string;
  label: string;
  hint: string;
  /** What one press of an arrow key adds. */
  step?: number;
  /** What is allowed, but odd. */
  warning?: string;
  /** What the field stands for where the experiment leaves it out. */
  absent?: number;
}

/** A number of the experiment. What is typed stays visible; only what is allowed enters the experiment. */
export function NumberField({ path, label, hint, step = 1, warning, absent }: NumberFieldProps) {
  const field = useField(path, absent, label);
  return (
    <NumberInput
      label={<FieldLabel label={label} field={field} show={(value) => (value === null ? 'none' : number(Number(value)))} />}
      aria-label={label}
      description={warning ? <span className={classes.warning}>{warning}</span> : hint}
      value={field.draft ?? (field.value as number | undefined) ?? ''}
      error={field.error}
      step={step}
      min={field.limits?.min}
      max={field.limits?.max}
      // Never corrected behind the person's back: a wrong entry is shown as wrong. (A sign or a point that the field
      // swallowed would make another number of what was typed.)
      clampBehavior="none"
      onChange={(next) => field.set(next === '' ? Number.NaN : Number(next), next)}
      onBlur={field.settle}
      onKeyDown={field.onKeyDown}
    />
  );
}
