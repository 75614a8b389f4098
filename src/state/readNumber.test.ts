import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { number } from '../experiment/settingWords.ts';
import { needs, type NumberKind, numberText, readNumber, whyRefused } from './readNumber.ts';

const WHOLE: NumberKind = { integer: true };
const SHARE: NumberKind = { share: true };
const read = (text: string, kind?: NumberKind): number | null => {
  const reading = readNumber(text, kind);
  return 'value' in reading ? reading.value : null;
};

describe('what people type', () => {
  it.each([
    ['250', 250],
    ['  250 ', 250],
    ['1e3', 1000],
    ['1E+3', 1000],
    ['2.5e2', 250],
    ['1,000', 1000],
    ['1,234,567', 1_234_567],
    ['1 000', 1000],
    ['1\u00a0000', 1000],
    ['1\u2009000', 1000],
    ['1\u202f000\u202f000', 1_000_000],
    ["1'000", 1000],
    ['1’000', 1000],
    ['1,000.0', 1000],
    ['1.000.000', 1_000_000],
    ['1.000,0', 1000],
    ['5.', 5],
    ['+7', 7],
    ['-3', -3],
    ['−3', -3],
    ['-0', 0],
    ['007', 7],
    ['0e999', 0],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('%j is the whole number %d', (text, value) => expect(read(text, WHOLE)).toBe(value));

  it.each([
    ['.5', 0.5],
    [',5', 0.5],
    ['0,5', 0.5],
    ['0,500', 0.5],
    ['1,5', 1.5],
    ['12,50', 12.5],
    ['1.234', 1.234],
    ['1 000,5', 1000.5],
    ['1,000.5', 1000.5],
    ['1.000,5', 1000.5],
    ['1,5e-3', 1.5e-3],
    ['1e−3', 1e-3],
    ['1e3', 1000],
    ['1 000', 1000],
    ['12345,678', 12_345.678],
    ['1.500e3', 1500],
  ])('%j is the number %d', (text, value) => expect(read(text)).toBe(value));

  it.each([
    ['5%', 0.05],
    ['5 %', 0.05],
    ['5\u202f%', 0.05],
    ['12.3%', 0.123],
    ['12,5%', 0.125],
    ['100%', 1],
    ['.5%', 0.005],
    ['0.1', 0.1],
  ])('%j is the share %d', (text, value) => expect(read(text, SHARE)).toBe(value));

  it.each(['', ' ', '-', '.', ',', 'e3', '1e', '1e3.5', '1e1e1', '1 2', '1 00', '1,00,000', '1,000 000', '1,2,3', '1..5', '--1', '+-1', '1-', '2^10', '0x10'])(
    '%j is no number',
    (text) => {
      for (const kind of [{}, WHOLE, SHARE]) expect(readNumber(text, kind)).toEqual({ refused: null });
    },
  );

  it.each(['Infinity', 'NaN', '1k', '1_000', '½', '١', '1e999', '-1e999', '1e-999', '1e99999999999999999999999'])('%j is no number of ours', (text) =>
    expect(readNumber(text)).toEqual({ refused: null }),
  );

  it.each(['2.5', '1e-1', '1,5', '9007199254740993', '1e16', '1.00000000000000000000001', '9007199254740990.9'])('%j is no whole number', (text) =>
    expect(readNumber(text, WHOLE)).toEqual({ refused: null }),
  );

  it('refuses what means different things to different people, with both', () => {
    expect(readNumber('1,000')).toEqual({ refused: '“1,000” can mean 1000 or 1: write one of these' });
    expect(readNumber('-1,250%', SHARE)).toEqual({ refused: '“-1,250%” can mean -1250% or -1.25%: write one of these' });
    expect(readNumber('1.000', WHOLE)).toEqual({ refused: '“1.000” can mean 1000 or 1: write one of these' });
    expect(readNumber('1,500e3', WHOLE)).toEqual({ refused: '“1,500e3” can mean 1500e3 or 1.5e3: write one of these' });
  });

  it('refuses a percent where no share is asked for', () => {
    expect(readNumber('5%')).toEqual({ refused: 'percents are read only where a share is asked for' });
  });
});

describe('whatever is typed', () => {
  /** What each way of writing a number means, way by way, with `Number` only on plain digits. */
  const WAYS: [form: RegExp, plain: (...parts: string[]) => string][] = [
    [/^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i, (mantissa, power = '') => mantissa + power],
    [/^(\d+|\d*),(\d*)(e[+-]?\d+)?$/i, (whole, fraction, power = '') => (whole + fraction === '' ? 'none' : `${whole || 0}.${fraction || 0}${power}`)],
    [/^([1-9]\d?\d?(?:,\d{3})+)(\.\d*)?(e[+-]?\d+)?$/i, (whole, fraction = '', power = '') => whole.replaceAll(',', '') + fraction + power],
    [/^([1-9]\d?\d?(?:\.\d{3})+)(?:,(\d*))?(e[+-]?\d+)?$/i, (whole, fraction = '', power = '') => `${whole.replaceAll('.', '')}.${fraction}${power}`],
    [/^([1-9]\d?\d?(?: \d{3})+)(?:[,.](\d*))?(e[+-]?\d+)?$/i, (whole, fraction = '', power = '') => `${whole.replaceAll(' ', '')}.${fraction}${power}`],
  ];
  const meaningsOf = (text: string): number[] => {
    const sign = text.startsWith('-') ? -1 : 1;
    const rest = text.replace(/^[+-]/, '');
    return [...new Set(WAYS.flatMap(([form, plain]) => (form.test(rest) ? [sign * Number(plain(...(form.exec(rest) ?? []).slice(1)))] : [])))]
      .filter((value) => !Number.isNaN(value))
      .map((value) => value + 0);
  };
  const typed = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'0123456789', ...'.,e-+ '), maxLength: 12 }),
    // Numbers of every form, so that most of them are ones.
    fc
      .tuple(
        fc.constantFrom('', '-', '+'),
        fc.array(fc.constantFrom('1', '12', '123', '000', '500', '0', ''), { minLength: 1, maxLength: 4 }),
        fc.constantFrom(',', '.', ' ', ''),
        fc.constantFrom('', '.5', ',5', '.', ',500', '.000'),
        fc.constantFrom('', 'e3', 'e-2', 'E+1'),
      )
      .map(([sign, groups, mark, fraction, power]) => sign + groups.join(mark) + fraction + power),
  );

  it('is read as one of its meanings, and where it has two only where the kind decides', () => {
    let count = 0;
    fc.assert(
      fc.property(typed, fc.constantFrom({}, WHOLE), (text, kind) => {
        const meanings = meaningsOf(text.trim());
        const value = read(text, kind);
        if (value === null) {
          // Nothing that has one meaning is refused.
          const [only] = meanings;
          const usable = Number.isFinite(only) && (kind.integer ? Number.isSafeInteger(only) : only !== 0);
          if (meanings.length === 1 && usable && !/e/i.test(text)) expect(meanings, text).toEqual([]);
          return;
        }
        count++;
        expect(meanings, text).toContain(value);
        if (meanings.length > 1) expect(text).toMatch(kind.integer ? /^\s*[+-]?(\d+,\d{3}|\d+\.\d{3}e[+-]?\d+)\s*$/i : /^[^,]*\.[^,]*$/);
      }),
      { numRuns: 5000 },
    );
    expect(count).toBeGreaterThan(500);
  });

  it('never throws, and gives finite numbers only', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.boolean(), fc.boolean(), (text, integer, share) => {
        const value = read(text, { integer, share });
        expect(value === null || Number.isFinite(value)).toBe(true);
        if (integer && value !== null) expect(Number.isSafeInteger(value)).toBe(true);
      }),
    );
  });
});

describe('what is printed is read back', () => {
  it('of fields, every digit', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(read(numberText(value))).toBe(value + 0);
      }),
    );
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(read(numberText(value), WHOLE)).toBe(value + 0);
      }),
    );
  });

  it('of words, what the words say', () => {
    fc.assert(
      fc.property(fc.integer({ min: -999_999, max: 999_999 }), (value) => {
        expect(read(number(value), WHOLE)).toBe(value + 0);
      }),
    );
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 999, noNaN: true }), (value) => {
        expect((read(number(value)) ?? Number.NaN) / value).toBeCloseTo(1, 3);
      }),
    );
  });

  it.each([
    [1e-3, '1e-3'],
    [0.00012345, '1.2345e-4'],
    [0.05, '0.05'],
    [1000, '1000'],
    [1e6, '1000000'],
    [1e300, '1e300'],
  ])('%d stands in a field as %s', (value, text) => expect(numberText(value)).toBe(text));
});

describe('what is asked for', () => {
  const steps = { min: 1, max: 100_000, integer: true };
  const weight = { min: 0, max: 1000, integer: false };

  it('is said with bounds that can be typed', () => {
    expect(needs(steps)).toBe('Needs a whole number from 1 to 100,000.');
    expect(read('100,000', WHOLE)).toBe(100_000);
    expect(needs(weight)).toBe('Needs a number from 0 to 1000.');
    expect(needs({ min: 0, max: Number.POSITIVE_INFINITY, integer: false })).toBe('Needs a number from 0.');
  });

  it.each([
    ['1e3', null],
    ['', 'Needs a whole number from 1 to 100,000.'],
    ['0', 'Needs a whole number from 1 to 100,000.'],
    ['2.5', 'Needs a whole number from 1 to 100,000.'],
    ['5%', 'Percents are read only where a share is asked for.'],
    ['1.000', '“1.000” can mean 1000 or 1: write one of these.'],
  ])('%j as a number of steps: %s', (text, words) => expect(whyRefused(readNumber(text, steps), steps)).toBe(words));
});
