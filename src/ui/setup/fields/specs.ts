/** Rows of tables of settings, in a few words each. */
import type { FieldSpec } from './Fields.tsx';

/** A number; `step` is what one press of an arrow key adds, `warning` what is odd about its value. */
export const number = (path: string, label: string, hint: string, step?: number, warning?: string): FieldSpec => ({
  kind: 'number',
  path,
  label,
  hint,
  step,
  warning,
});

/** A share: read in percent, too. */
export const share = (path: string, label: string, hint: string, step: number): FieldSpec => ({ kind: 'number', path, label, hint, step, share: true });

/**
 * One of a few words.
 * @param labels what each is called, in the order in which they are offered
 * @param more `absent`: the one that a field left out stands for; `list`: opens instead of buttons side by side
 */
export const choice = (
  path: string,
  label: string,
  hint: string,
  labels: Readonly<Record<string, string>>,
  more: { absent?: string; list?: boolean } = {},
): FieldSpec => ({
  kind: 'choice',
  path,
  label,
  hint,
  choices: Object.entries(labels).map(([key, name]) => ({ key, label: name })),
  ...more,
});
