import { Input, SegmentedControl, Select } from '@mantine/core';
import { useId } from 'react';
import { FieldLabel } from './FieldLabel.tsx';
import classes from './fields.module.css';
import { useField } from './useField.ts';

export interface Choice {
  /** Key of the choice in the control. */
  key: string;
  label: string;
  /** What enters the experiment (undefined: the field is left out); the key itself where this is not stated. */
  value?: unknown;
}

interface ChoiceFieldProps {
  path: string;
  label: string;
  hint: string;
  choices: readonly Choice[];
  /** What the field stands for where the experiment leaves it out. */
  absent?: string;
  /** Where the value is an object: the field of it that tells the choices apart. */
  discriminator?: string;
  /** Key of a value, where neither it nor its discriminator is one. */
  keyOf?: (value: unknown) => string;
  /** A list that opens instead of buttons side by side. */
  list?: boolean;
}

const plainKey = (value: unknown, discriminator: string | undefined): string =>
  String(discriminator === undefined ? value : (value as Record<string, unknown> | undefined)?.[discriminator]);

/** One of a few. Changing the kind of an optimiser or schedule brings that kind's own defaults. */
export function ChoiceField({ path, label, hint, choices, absent, discriminator, list = false, ...props }: ChoiceFieldProps) {
  const keyOf = props.keyOf ?? ((value: unknown) => plainKey(value, discriminator));
  const field = useField(path, absent);
  const id = useId();
  const current = keyOf(field.value);
  const fallbackKey = field.fallback && keyOf(field.fallback.value);
  const choose = (key: string | null) => {
    const choice = choices.find((candidate) => candidate.key === key);
    if (!choice || choice.key === current) return;
    // Coming back to the preset's kind brings the preset's settings, not the kind's defaults.
    field.set(choice.key === fallbackKey ? field.fallback?.value : 'value' in choice ? choice.value : choice.key);
  };
  const labelText = <FieldLabel label={label} field={field} show={(value) => choices.find((c) => c.key === keyOf(value))?.label ?? 'the preset'} />;
  const data = choices.map((choice) => ({ value: choice.key, label: choice.label }));
  return (
    <Input.Wrapper {...(list ? { id } : { labelElement: 'div' as const })} label={labelText} description={hint} error={field.error}>
      {list ? (
        <Select mb={5} id={id} aria-label={label} data={data} value={current} onChange={choose} comboboxProps={{ withinPortal: false }} />
      ) : (
        <SegmentedControl className={classes.choice} fullWidth aria-label={label} data={data} value={current} onChange={choose} />
      )}
    </Input.Wrapper>
  );
}
