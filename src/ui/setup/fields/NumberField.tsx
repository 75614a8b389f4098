import { TextInput } from '@mantine/core';
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import type { Experiment } from '@/experiment/schema/schema.ts';
import { numberText } from '@/state/readNumber.ts';
import { number } from '@/ui/words.ts';
import { FieldLabel, ResetButton } from './FieldLabel.tsx';
import classes from './fields.module.css';
import { stepped } from './step.ts';
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
  /** Percents are read, too. */
  share?: boolean;
  /** Without words, where those beside it say what it is; the way back is to what it stands for where it is left out. */
  bare?: boolean;
  /** How the experiment takes the number, where that is more than writing it at the path. */
  change?: (experiment: Experiment, value: unknown) => Experiment;
}

/**
 * A number of the experiment. What is typed stays as it was typed; only what is allowed enters the experiment. (Plain
 * text: inputs for numbers drop letters and signs while one types, and make another number of what is left.)
 */
export function NumberField({ path, label, hint, step = 1, warning, absent, share, bare, change }: NumberFieldProps) {
  const field = useField(path, absent, label, change);
  const value = typeof field.value === 'number' ? field.value : null;
  const stepBy = (by: number) => void field.set(stepped(value ?? 0, by, field.limits));
  const arrow = (by: number, Icon: typeof IconChevronUp) => (
    // For a pointer; keys have their arrows.
    <button type="button" tabIndex={-1} aria-hidden className={classes.arrow} onMouseDown={(event) => event.preventDefault()} onClick={() => stepBy(by)}>
      <Icon size={11} />
    </button>
  );
  return (
    <TextInput
      label={bare ? undefined : <FieldLabel label={label} field={field} show={(preset) => (preset === null ? 'none' : number(Number(preset)))} />}
      aria-label={label}
      title={bare ? hint : undefined}
      description={bare ? undefined : warning ? <span className={classes.warning}>{warning}</span> : hint}
      inputMode="decimal"
      autoComplete="off"
      value={field.draft ?? (value === null ? '' : numberText(value))}
      error={field.error}
      rightSectionWidth={22}
      rightSection={
        bare ? (
          absent !== undefined && value !== absent && <ResetButton label={label} value={numberText(absent)} onClick={() => void field.set(absent)} />
        ) : (
          <span className={classes.arrows}>
            {arrow(step, IconChevronUp)}
            {arrow(-step, IconChevronDown)}
          </span>
        )
      }
      onChange={(event) => field.type(event.currentTarget.value, share)}
      onBlur={field.settle}
      onKeyDown={(event) => {
        field.onKeyDown(event);
        if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
        event.preventDefault();
        stepBy(event.key === 'ArrowUp' ? step : -step);
      }}
    />
  );
}
