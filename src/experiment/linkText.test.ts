import fc from 'fast-check';
import { expect, it } from 'vitest';
import version1 from './fixtures/v1/links.json' with { type: 'json' };
import { decodeLink, encodeLink } from './link.ts';
import { linkText } from './linkText.ts';
import { PRESETS } from './presets/presets.ts';
import { presetExperiment } from './testing.ts';

const preset = presetExperiment('wide-fcn');
const changed = { ...preset, question: 'Another question, which takes some space?', base: { ...preset.base, learningRate: 0.004, steps: 123 } };
const link = encodeLink(changed);

it.each([
  ['a line break inside', (text: string) => `${text.slice(0, 30)}%0A${text.slice(30)}`],
  ['a space inside', (text: string) => `${text.slice(0, 30)} ${text.slice(30)}`],
  ['encoded twice', (text: string) => encodeURIComponent(encodeURIComponent(text))],
  ['a full stop behind', (text: string) => `${text}.`],
  ['brackets and quotes', (text: string) => `${text})”,`],
  ['a parameter of a share button', (text: string) => `${text}?utm_source=chat&x=1`],
  ['a parameter behind an ampersand', (text: string) => `${text}&fbclid=1`],
])('undoes %s', (_, harm) => {
  for (const text of [link, 'wide-fcn@1', 'wide-fcn']) {
    expect(linkText(`#${harm(text)}`)).toBe(text);
    expect(decodeLink(`#${harm(text)}`)).toEqual(decodeLink(text));
  }
});

it.each(version1.map(({ link: text }) => text))('undoes the same around a link of version 1: %s', (text) => {
  for (const behind of ['.', ').', '.and', '?utm_source=chat', '&fbclid=1']) expect(decodeLink(`#${text}${behind}`)).toEqual(decodeLink(text));
});

it('does not make a cut link into another one', () => {
  for (let length = 'wide-fcn@1'.length + 1; length < link.length; length++) {
    for (const behind of ['', '.']) expect(decodeLink(link.slice(0, length) + behind)).toMatchObject({ ok: false });
  }
});

it('leaves every good link as it is, and never throws', () => {
  for (const { id } of PRESETS) for (const text of [id, `${id}@1`]) expect(linkText(text)).toBe(text);
  expect(decodeLink(link)).toEqual({ ok: true, experiment: changed });
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.webFragments(),
        fc.nat(link.length).map((at) => `${link.slice(0, at)}%${link.slice(at)}`),
      ),
      (text) => {
        expect(typeof decodeLink(text).ok).toBe('boolean');
      },
    ),
  );
});
