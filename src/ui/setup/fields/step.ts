/** What an arrow key makes of a number. */
import type { NumberLimits } from '@/state/limits.ts';

/** Digits of a double that its decimal sum can be trusted in: 0.1 + 0.2 is 0.3 on the page. */
const DIGITS = 12;

/** The value plus a step, inside its limits; a step that would leave them ends at them. */
export function stepped(value: number, step: number, limits: NumberLimits | undefined): number {
  const next = Number((value + step).toPrecision(DIGITS));
  return limits ? Math.min(limits.max, Math.max(limits.min, next)) : next;
}
