/** Settings in words, as the page and the reports write them. */
import type { Intervention } from './schema/schema.ts';

const PLAIN = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 4 });
const GROUPED = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

/** A setting as people write it: 250, 0.15, 1e-3. */
export function number(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.01 || size >= 1e6)) {
    // Four digits at most: 0.0012345 → 1.2345e-3 → 1.235e-3.
    const [digits, exponent] = value.toExponential(3).split('e');
    return `${Number(digits)}e${Number(exponent)}`;
  }
  return Number.isInteger(value) ? GROUPED.format(value) : PLAIN.format(value);
}

/** A change made while a run went on: "guidance off from step 3". */
export function interventionWords({ step, set }: Intervention): string {
  const what = [
    ...(set.learningRate === undefined ? [] : [`learning rate ${number(set.learningRate)}`]),
    ...(set.guidance === undefined ? [] : [`guidance ${set.guidance ? 'on' : 'off'}`]),
  ];
  return `${what.join(', ')} from step ${number(step)}`;
}
