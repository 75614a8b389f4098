import { Input, Slider, TextInput } from '@mantine/core';
import { useId } from 'react';
import { numberText } from '@/state/readNumber.ts';
import { number } from '@/ui/words.ts';
import { FieldLabel } from './FieldLabel.tsx';
import classes from './fields.module.css';
import { useField } from './useField.ts';

interface LogFieldProps {
  path: string;
  label: string;
  hint: string;
  /** Range of the slider; the number beside it takes everything that the schema allows. */
  from: number;
  to: number;
}

/** Slider positions per factor of ten: 1, 1.3, 1.6, 2, 2.5, 3.2, 4, 5, 6.3, 7.9. */
const STOPS_PER_DECADE = 10;

/** Two digits, so that a slider says 1.3e-3 and not 1.2589e-3. */
const tidy = (value: number) => Number(value.toPrecision(2));

/** A positive number that matters by its order of magnitude: a text field and a logarithmic slider. */
export function LogField({ path, label, hint, from, to }: LogFieldProps) {
  const field = useField(path, undefined, label);
  const id = useId();
  const value = typeof field.value === 'number' ? field.value : from;
  const position = Math.log10(Math.min(to, Math.max(from, value)));
  return (
    <Input.Wrapper id={id} label={<FieldLabel label={label} field={field} show={(preset) => number(Number(preset))} />} description={hint} error={field.error}>
      <div className={classes.logRow}>
        <TextInput
          id={id}
          aria-label={label}
          inputMode="decimal"
          autoComplete="off"
          value={field.draft ?? numberText(value)}
          error={field.error !== null}
          onChange={(event) => field.type(event.currentTarget.value)}
          onBlur={field.settle}
          onKeyDown={field.onKeyDown}
        />
        <Slider
          size="xs"
          min={Math.log10(from)}
          max={Math.log10(to)}
          step={1 / STOPS_PER_DECADE}
          value={position}
          scale={(x) => tidy(10 ** x)}
          label={(x) => number(x)}
          thumbLabel={`${label}, slider`}
          onChange={(x) => field.set(tidy(10 ** x))}
        />
      </div>
    </Input.Wrapper>
  );
}
