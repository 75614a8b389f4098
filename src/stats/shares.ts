/** Intervals of a share: of seeds that learn, of examples that are right. */
import { betaQuantile } from './beta.ts';

/** A verdict asks for the same few again and again, at every evaluation. */
const known = new Map<number, [low: number, high: number][]>();

/**
 * Clopper and Pearson's exact interval (Biometrika 26, 1934): never covers less than it says. None of three: 0 to 0.71.
 * @param passed how many of `of`, 0 … `of`
 * @param of at least 1
 * @returns fractions
 */
export function clopperPearson(passed: number, of: number, confidence = 0.95): [low: number, high: number] {
  if (!(Number.isInteger(passed) && Number.isInteger(of) && of > 0 && passed >= 0 && passed <= of)) throw new RangeError(`${passed} of ${of} is no share`);
  const tail = (1 - confidence) / 2;
  const ofTail = known.get(tail) ?? [];
  known.set(tail, ofTail);
  // Counts below the diagonal of a table, row by row.
  const place = (of * (of + 1)) / 2 + passed;
  let interval = ofTail[place];
  if (!interval) {
    interval = [passed === 0 ? 0 : betaQuantile(tail, passed, of - passed + 1), passed === of ? 1 : betaQuantile(1 - tail, passed + 1, of - passed)];
    ofTail[place] = interval;
  }
  return [...interval];
}

/** The normal distribution's 0.975 quantile. */
const Z95 = 1.959963984540054;

/**
 * Wilson's 95 % interval of an accuracy measured on some examples (JASA 22, 1927). Unlike ± one standard error it is honest
 * on few examples and near either end: 30 of 30 right may be 89 to 100 %.
 * @param accuracy a fraction
 * @returns fractions
 */
export function wilson(accuracy: number, examples: number): [low: number, high: number] {
  const square = Z95 * Z95;
  const centre = (accuracy + square / (2 * examples)) / (1 + square / examples);
  const half = (Z95 / (1 + square / examples)) * Math.sqrt((accuracy * (1 - accuracy)) / examples + square / (4 * examples * examples));
  // At either end rounding must not leave a sliver.
  return [accuracy === 0 ? 0 : Math.max(0, centre - half), accuracy === 1 ? 1 : Math.min(1, centre + half)];
}

/** One standard error of an accuracy, as the half width of Wilson's interval has it: a fraction, e.g. 0.017 for 33 % on 800 examples. */
export function accuracyError(accuracy: number, examples: number): number {
  const square = Z95 * Z95;
  return Math.sqrt((accuracy * (1 - accuracy)) / examples + square / (4 * examples * examples)) / (1 + square / examples);
}
