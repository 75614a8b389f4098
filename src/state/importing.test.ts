import { expect, it } from 'vitest';
import { presetExperiment } from '@/experiment/testing.ts';
import { readExperiment } from './importing.ts';

const experiment = presetExperiment('deep-fcn');

it('takes an experiment, and one inside a result whose run cannot be shown', () => {
  expect(readExperiment(JSON.stringify(experiment))).toEqual({ ok: true, experiment, kind: 'experiment' });
  expect(readExperiment(JSON.stringify({ schema: 1, experiment, members: [] }))).toEqual({
    ok: true,
    experiment,
    kind: 'result',
    run: { ok: false, message: expect.stringMatching(/members has 0 entries/) },
  });
});

it.each([
  ['{"version": 1,', /not JSON/],
  ['[1, 2]', /no experiment/],
  ['null', /no experiment/],
  [JSON.stringify({ ...experiment, base: { ...experiment.base, steps: 0 } }), /^base\.steps must be at least 1, not 0/],
  [JSON.stringify({ ...experiment, version: 99 }), /newer/],
  ['{"version": 1}', /is missing.*and \d+ more/],
  ['{"name": "something"}', /neither an experiment nor a result/],
])('says what is wrong with %s', (text, message) => {
  expect(readExperiment(text)).toEqual({ ok: false, message: expect.stringMatching(message) });
});
