import { expect, test } from 'vitest';
import { EVIDENCE } from './evidence.ts';
import { PRESETS } from './presets.ts';

test('every preset says what the paper reports, what was measured here, and whether it reproduces', () => {
  expect(Object.keys(EVIDENCE).sort()).toEqual(PRESETS.map(({ id }) => id).sort());
});
