import { expect, it } from 'vitest';
import { withPath } from '../link.ts';
import { parseExperiment } from '../parse.ts';
import { presetExperiment } from '../testing.ts';

const match = (rest: object) => ({ kind: 'match', guide: 'trained', weight: 1, ...rest });
const regularise = (rest: object) => ({ kind: 'regularise', what: 'intrinsic-dimension', weight: 1, ...rest });
const distil = (rest: object) => ({ kind: 'distil', guide: 'trained', temperature: 2, ceWeight: 1, kdWeight: 1, direction: 'forward', ...rest });
const align = (rest: object) => ({ kind: 'align', guide: 'trained', weight: 1, measure: { name: 'fitnets' }, ...rest });
const stall = { kind: 'stall', of: 'similarity', patience: 2 };

const withTerm = (term: unknown) => {
  const preset = presetExperiment('wide-fcn');
  const guides = {
    ...preset.guides,
    pixels: { state: 'control', kind: 'running-mean' },
    identity: { state: 'control', kind: 'identity-gram' },
    like: { state: 'untrained', network: preset.target },
  };
  const parsed = parseExperiment(withPath(withPath(preset, 'guides', guides), 'arms.unguided.terms', [term]));
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path} ${message}`);
};

it.each([
  [match({ what: 'moments' }), /^base\.mapping pairs .+ of the guide, with \d+ units, and linear\d of the target, with 384: /],
  [match({ what: 'moments', mapping: [{ guide: 'stem', target: 'linear1' }] }), /^arms\.0\.terms\.0\.mapping pairs stem of the guide/],
  [match({ what: 'moments', mapping: [{ guide: 'nowhere', target: 'linear1' }] }), /^arms\.0\.terms\.0\.mapping the guide has no layer "nowhere"/],
  [match({ what: 'moments', guide: 'pixels' }), /^arms\.0\.terms\.0\.guide is a control without a network/],
  [match({ what: 'outputs', guide: 'pixels' }), /^arms\.0\.terms\.0\.guide is a control without a network/],
  [match({ what: 'outputs', course: stall }), /^arms\.0\.terms\.0\.course\.of must be "validation loss"/],
  [distil({ course: stall }), /^arms\.0\.terms\.0\.course\.of must be "validation loss"/],
  [regularise({ taps: ['linear1', 'stem'] }), /^arms\.0\.terms\.0\.taps the target has no layer "stem"/],
  [align({ guide: 'identity' }), /^arms\.0\.terms\.0\.measure must be another one with an identity guide, e\.g\. cka$/],
  [align({ course: stall }), /^arms\.0\.terms\.0\.course\.of must be "validation loss": evaluations /],
  [regularise({ what: 'participation-ratio', dimension: 4 }), /^arms\.0\.terms\.0\.dimension is of intrinsic-dimension alone/],
])('%j is refused, naming the field', (term, sentence) => {
  expect(withTerm(term)).toEqual([expect.stringMatching(sentence)]);
});

it.each([
  match({ what: 'moments', guide: 'like', mapping: { rule: 'even' } }),
  match({ what: 'outputs', course: { ...stall, of: 'validation loss' } }),
  align({ guide: 'pixels', course: { ...stall, of: 'validation loss' } }),
  regularise({ taps: ['linear1'], dimension: 16 }),
  regularise({ what: 'participation-ratio', course: { kind: 'until', step: 5 } }),
])('%j is taken', (term) => {
  expect(withTerm(term)).toEqual([]);
});

it('what only arms that train it can say is not observed', () => {
  const observe = (name: string) => parseExperiment(withPath(presetExperiment('wide-fcn'), 'observe', [{ what: 'similarity', measure: { name } }]));
  expect(observe('fitnets')).toMatchObject({
    ok: false,
    problems: [{ path: 'observe.0.measure', message: expect.stringMatching(/^must be another one, e\.g\. ridge: a learnt map /) }],
  });
  expect(observe('svcca')).toMatchObject({ ok: true });
});
