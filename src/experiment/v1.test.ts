/** Links of schema version 1, made when it was current, mean what they meant then, whatever becomes of presets and schema. */
import { expect, it } from 'vitest';
import links from './fixtures/v1/links.json' with { type: 'json' };
import { decodeLink } from './link.ts';
import { migrate } from './schema/migrate.ts';
import { parseExperiment } from './parse.ts';
import presets from './presets/presets-v1.json' with { type: 'json' };

const meanings: [name: string, link: string, experiment: unknown][] = [
  ...Object.entries(presets).map(([id, experiment]): [string, string, unknown] => [`the preset ${id}`, id, experiment]),
  ...links.map(({ name, link, experiment }): [string, string, unknown] => [name, link, experiment]),
];

it.each(meanings)('%s', (_, link, experiment) => {
  expect(experiment).toMatchObject({ version: 1 });
  const meant = { ok: true, experiment: migrate(experiment) };
  expect(parseExperiment(experiment)).toEqual(meant);
  expect(decodeLink(`#${link}`)).toEqual(meant);
});
