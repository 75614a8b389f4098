import { expect, it } from 'vitest';
import { findPreset, PRESETS } from '../experiment/presets/presets.ts';
import type { Experiment } from '../experiment/schema/schema.ts';
import { expectation } from './expectation.ts';

const preset = (id: string): Experiment => structuredClone(findPreset(id)?.experiment as Experiment);
const wide = preset('wide-fcn');

it('says what would be a yes', () => {
  expect(expectation(wide)).toBe('The answer will stand here: yes if, beyond noise over three seeds, guided beats unguided in validation accuracy.');
  expect(expectation(preset('first-token'))).toBe(
    'The answer will stand here: yes if, beyond noise over six seeds, guided, untrained passes 35 % sooner than unguided, its own best rate.',
  );
  expect(expectation(preset('lm-small'))).toContain('beats unguided in validation perplexity');
  expect(expectation({ ...wide, asks: { arm: 'guided', against: 'unguided', by: 'best' }, seeds: [0, 1, 2, 3, 4, 5, 6] })).toContain(
    'beyond noise over seven seeds, guided beats unguided in best validation accuracy.',
  );
});

it('says it in the sense of the preset’s own question', () => {
  expect(expectation(preset('is-it-the-guide'))).toMatch(/ over three seeds, .*, and no control does as well\.$/);
  expect(expectation(preset('scale-trap'))).toBe(
    'The answer will stand here: yes if, beyond noise, guided is worse than unguided in validation accuracy; that takes six seeds, and there are three.',
  );
});

it('says where there are too few seeds or arms', () => {
  expect(expectation({ ...wide, seeds: [4] })).toMatch(/; that takes three seeds, and there is one\.$/);
  expect(expectation({ ...preset('first-token'), seeds: [0, 1, 2] })).toMatch(/; that takes six seeds, and there are three\.$/);
  expect(expectation({ ...wide, arms: wide.arms.slice(0, 1) })).toBe('The score will stand here; an answer needs a second arm to compare with.');
});

it('does not repeat the question', () => {
  for (const { experiment } of PRESETS) expect(expectation(experiment)).not.toContain(experiment.question);
});
