import { expect, test } from 'vitest';
import { presetExperiment } from '@/experiment/testing.ts';
import { FakeLab } from '@/lab/testing/fakeLab.ts';
import { forgetGuides, guidesKept } from './keptGuides.ts';
import { useRun } from './run.ts';
import { Session } from './session.ts';

const experiment = presetExperiment('wide-fcn');

function start() {
  const lab = new FakeLab({});
  return { lab, session: new Session({ createLab: async () => lab, experiment: () => experiment, edit: () => {}, backend: () => 'auto' }) };
}

test('kept guides are told with where those of an experiment come from', async () => {
  const { lab, session } = start();
  lab.library.guides = [{ key: 'k', bytes: 12, about: null }];
  expect(await guidesKept(session, experiment)).toEqual({ kept: [{ key: 'k', bytes: 12, about: null }], origins: { trained: 'kept' } });
  expect(await forgetGuides(session, 'k')).toBeNull();
  expect((await guidesKept(session, experiment))?.kept).toEqual([]);
});

test('a kept guide that cannot be deleted is told of, and is no failed run', async () => {
  const { lab, session } = start();
  await session.run();
  lab.library.failForget = Object.assign(new Error('The disk is locked.'), { remedy: 'Close other tabs.' });
  expect(await forgetGuides(session)).toMatchObject({ message: 'The disk is locked.', remedy: 'Close other tabs.' });
  expect(useRun.getState()).toMatchObject({ phase: 'running', failure: null });
  await session.dispose();
});
