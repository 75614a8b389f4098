import { expect, it } from 'vitest';
import { checkOf, decodeLink } from '../link.ts';
import { parseExperiment } from '../parse.ts';
import { PRESETS } from './presets.ts';
import { presetAt, version1Preset } from './revisions.ts';

/**
 * What every revision of every preset is, as the check of its JSON. Whoever changes a preset raises its revision, adds
 * a line here, and keeps what it was in `revisions.ts`: links that exist start from it.
 */
const KNOWN: Readonly<Record<string, string>> = {
  'first-token@1': 'y7ectq',
  'first-token@2': 'hmijux',
  'is-it-the-guide@1': 'du3ztd',
  'copy-paste@1': 'g1aqu9',
  'copy-paste@2': 'fb8fax',
  'copy-official@1': '6jpihm',
  'what-makes-it-untrainable@1': 'uve6m7',
  'what-makes-it-untrainable@2': '0plt67',
  'parity@1': '1eovdr',
  'lm-short@1': 'ctsngy',
  'lm-small@1': 's2t7fo',
  'wide-fcn@1': '9i5yd4',
  'wide-fcn@2': 'ijs2uk',
  'deep-fcn@1': 'gyx9tn',
  'deep-fcn@2': 'edn2gd',
  'shapes@1': '7xk9rg',
  'scale-trap@1': '64fthn',
  'deep-convnet@1': 'umity7',
  'cifar@1': '6fdkc0',
  'cifar@2': 'oyf7mm',
  'brief-images@1': 'pdpokf',
  'brief-recall@1': 'gqkzla',
  'which-layers-images@1': 'svys47',
  'which-measure-images@1': 'hmr6fe',
  'warm-start-images@1': 'd0ph6i',
  'which-layers-recall@1': '24r7qc',
  'distil-or-guide-images@1': 'x6jybb',
  'distil-or-guide-images@2': '07c1fu',
  'distil-or-guide-recall@1': 'k9knso',
  'rivals@1': '6jb3z1',
  'warm-start-recall@1': 'l8bwmk',
  'which-measure-recall@1': 'kic9wp',
};

it('keeps every revision that there has been as it was', () => {
  const found = PRESETS.flatMap(({ id, experiment }) =>
    Array.from({ length: experiment.revision }, (_, i) => [`${id}@${i + 1}`, checkOf(JSON.stringify(parseExperiment(presetAt(id, i + 1))))]),
  );
  expect(Object.fromEntries(found)).toEqual(KNOWN);
});

it('the first revision of a preset that there was in version 1 is what it was then', () => {
  const old = PRESETS.filter(({ id }) => version1Preset(id) !== undefined);
  expect(old).toHaveLength(12);
  for (const { id } of old) {
    expect(version1Preset(id)).toMatchObject({ version: 1 });
    expect(parseExperiment(presetAt(id, 1))).toEqual(parseExperiment(version1Preset(id)));
    expect(decodeLink(`#${id}`)).toEqual(decodeLink(`#${id}@1`));
  }
});

it('knows no others', () => {
  expect(presetAt('wide-fcn', 3)).toBeUndefined();
  for (const id of ['constructor', '__proto__', 'nothing', '']) expect(presetAt(id, 1)).toBeUndefined();
});
