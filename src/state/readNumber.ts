/**
 * Numbers as people type them, and as fields show them. A text is read as the one number that it can mean, or refused
 * with what is expected: never as another number than the one that was meant.
 */
import { number } from '../experiment/settingWords.ts';
import type { NumberLimits } from './limits.ts';

export interface NumberKind {
  /** A whole number is asked for: a comma before three digits groups thousands there. */
  integer?: boolean;
  /** A share is asked for: percents are read, too. */
  share?: boolean;
}

/** `refused`: what is wrong with it besides that it is not the number that is asked for; null where that says it all. */
export type NumberReading = { value: number } | { refused: string | null };

/** What people put between thousands besides comma and point: spaces of every width (`\s` has them all), the Swiss apostrophe. */
const SPACE = /[\s'’]/gu;
const MINUS = /^[-−–]/u;
const PERCENT = /\s*%$/u;
const POWER = /^(.*?)e([+−–-]?)(\d+)$/iu;
/** Up to three digits, then threes behind one and the same mark. */
const GROUPS = /^[1-9]\d{0,2}([ ,.])\d{3}(?:\1\d{3})*$/u;
/** Beyond all doubles, however many digits stand in front. */
const MOST_POWER = 1e9;

const REFUSED: NumberReading = { refused: null };

/** Digits before and after the decimal sign. */
interface Digits {
  whole: string;
  fraction: string;
}

const bare = (groups: string): string => groups.replace(/\D/gu, '');
const isDigits = (text: string): boolean => /^\d+$/u.test(text);
const isGrouped = (text: string): boolean => GROUPS.test(text);
const plain = ({ whole, fraction }: Digits): string => [whole === '' ? '0' : whole, ...(fraction === '' ? [] : [fraction])].join('.');

/** Every meaning that unsigned digits with their marks can have: none, one, or two. */
function meanings(text: string): Digits[] {
  const marks = [...text].filter((letter) => !/\d/u.test(letter));
  const found: Digits[] = [];
  if (isDigits(text) || isGrouped(text)) found.push({ whole: bare(text), fraction: '' });
  // The last mark as the decimal sign; what groups thousands in front of it is another one.
  const sign = marks.at(-1);
  if (sign === '.' || sign === ',') {
    const at = text.lastIndexOf(sign);
    const [whole, fraction] = [text.slice(0, at), text.slice(at + 1)];
    const wholeFits = whole === '' || isDigits(whole) || (isGrouped(whole) && !whole.includes(sign));
    if (wholeFits && whole + fraction !== '') found.push({ whole: bare(whole), fraction });
  }
  return found;
}

/** Which of two meanings it is where the kind of number or the page's own point decides; null where nothing does. */
function decide(text: string, found: Digits[], { integer }: NumberKind, power: boolean): Digits | null {
  if (found.length === 1) return found[0];
  const [grouped, decimal] = found;
  // Of a power of ten nobody groups the digits in front, but "1,500e3" is too odd to guess.
  if (power) return text.includes('.') ? decimal : null;
  // The page prints thousands with a comma and decimals with a point.
  if (text.includes(',')) return integer ? grouped : null;
  return integer ? null : decimal;
}

/** Whether the digits times ten to the power are a whole number, told from the digits: a double would round. */
function isWhole({ whole, fraction }: Digits, power: number): boolean {
  const digits = (whole + fraction).replace(/0+$/u, '');
  return digits === '' || power - fraction.length + (whole.length + fraction.length - digits.length) >= 0;
}

/**
 * Read what was typed: `1e3`, `1,000`, `1 000`, `.5`, `0,5`, `−2`, where a share is asked for also `5%`.
 * A comma before exactly three digits groups thousands in a whole number; elsewhere `1,000` is refused, as is `1.000`
 * in a whole number: people of different countries mean different things by them.
 */
export function readNumber(typed: string, kind: NumberKind = {}): NumberReading {
  const trimmed = typed.trim();
  const percent = PERCENT.test(trimmed);
  if (percent && !kind.share) return { refused: 'percents are read only where a share is asked for' };
  const negative = MINUS.test(trimmed);
  const unsigned = trimmed.replace(PERCENT, '').replace(negative ? MINUS : /^\+/u, '');
  const [, mantissa, powerSign, powerDigits] = POWER.exec(unsigned) ?? ['', unsigned, '', ''];
  const text = mantissa.replace(SPACE, ' ');
  const found = meanings(text);
  if (found.length === 0) return REFUSED;
  const digits = decide(text, found, kind, powerDigits !== '');
  if (digits === null) {
    const tail = `${powerDigits && `e${powerSign}${powerDigits}`}${percent ? '%' : ''}`;
    const [one, other] = found.map(({ whole, fraction }) => `${negative ? '-' : ''}${plain({ whole, fraction: fraction.replace(/0+$/u, '') })}${tail}`);
    return { refused: `“${trimmed}” can mean ${one} or ${other}: write one of these` };
  }
  const size = Math.min(Number(powerDigits), MOST_POWER);
  const power = (powerSign === '' || powerSign === '+' ? size : -size) - (percent ? 2 : 0);
  const value = Number(`${plain(digits)}e${power}`);
  const isZero = !/[1-9]/u.test(digits.whole + digits.fraction);
  // What doubles cannot hold would become infinite, or 0.
  if (!Number.isFinite(value) || (value === 0 && !isZero)) return REFUSED;
  if (kind.integer && !(isWhole(digits, power) && Number.isSafeInteger(value))) return REFUSED;
  return { value: negative && !isZero ? -value : value };
}

/** A number as a field shows it: every digit, no marks between thousands, and read back as itself. */
export function numberText(value: number): string {
  if (value !== 0 && Math.abs(value) < 0.01) return value.toExponential().replace('e+', 'e');
  return String(value).replace('e+', 'e');
}

/** What a field takes, in a sentence: "Needs a whole number from 1 to 100,000." Bounds are written so that they are read back. */
export function needs({ min, max, integer }: NumberLimits): string {
  const what = `Needs a ${integer ? 'whole ' : ''}number`;
  const write = integer ? number : numberText;
  const bounds = [Number.isFinite(min) && `from ${write(min)}`, Number.isFinite(max) && `to ${write(max)}`].filter(Boolean);
  return `${[what, ...bounds].join(' ')}.`;
}

/** Why a text is refused where a number within these limits is asked for; null for one that can be used. */
export function whyRefused(reading: NumberReading, limits: NumberLimits): string | null {
  if ('refused' in reading) return reading.refused === null ? needs(limits) : `${reading.refused[0].toUpperCase()}${reading.refused.slice(1)}.`;
  return reading.value < limits.min || reading.value > limits.max ? needs(limits) : null;
}
