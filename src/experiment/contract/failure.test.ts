import { expect, it } from 'vitest';
import { toFailure } from './failure.ts';

it('keeps name, message and remedy of what was thrown', () => {
  const thrown = Object.assign(new RangeError('too large'), { remedy: 'Use less.' });
  expect(toFailure(thrown)).toEqual({ name: 'RangeError', message: 'too large', remedy: 'Use less.' });
  expect(toFailure(thrown, 'Something else.').remedy).toBe('Use less.');
});

it.each([['text'], [undefined], [null], [{}]])('says something about %j', (thrown) => {
  const failure = toFailure(thrown);
  expect(failure.message).not.toBe('');
  expect(failure.remedy).toMatch(/reload/);
});

it('takes the remedy of who knows better where an error has none', () => {
  expect(toFailure(new Error('x'), 'Do that.')).toEqual({ name: 'Error', message: 'x', remedy: 'Do that.' });
  expect(toFailure('x', '').remedy).toBe('');
});
