import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cleanName, cleanText, withCleanTexts } from './cleanText.ts';
import { parseExperiment } from './parse.ts';
import { presetExperiment } from './testing.ts';

it('takes out what no XML can hold, and leaves everything else', () => {
  expect(cleanText('Un\u000bguided\ud800 😀\r\nline\t\u0085')).toBe('Unguided 😀\nline\t');
  expect(cleanName('A\u0308pfel\u0000\nund 猫')).toBe('Äpfel und 猫');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (any, plain) => {
      const clean = cleanText(`${any}${plain}`);
      expect(clean).toBe(cleanText(clean));
      expect(() => encodeURIComponent(clean)).not.toThrow();
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
      expect(clean).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
    }),
  );
});

it('cleans every text of an experiment where it enters', () => {
  const experiment = presetExperiment('wide-fcn');
  const dirty = structuredClone(experiment);
  dirty.arms[0].name = 'Un\u000bguided\udfff';
  const parsed = parseExperiment(dirty);
  expect(parsed.ok && parsed.experiment.arms[0].name).toBe('Unguided');
  expect(withCleanTexts(experiment)).toEqual(experiment);
});
