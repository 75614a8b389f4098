import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { main } from '../evidence.ts';
import { readEvidence, readRuns } from './store.ts';

const folder = mkdtempSync(join(tmpdir(), 'evidence-test-'));
const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
const neverBuilt = () => {
  throw new Error('nothing is to be built');
};
afterEach(() => said.mockClear());

const told = async (...words: string[]) => ({ status: await main(words, neverBuilt), text: said.mock.calls.map(([text]) => String(text)).join('') });

it('refuses what it does not know, in words, before anything runs', async () => {
  expect(await told('show')).toMatchObject({ status: 2, text: expect.stringContaining('what is "show"?') });
  expect(await told('run', 'wide-fcn', 'narrow-fcn')).toMatchObject({ status: 2, text: expect.stringContaining('has no run "narrow-fcn", only first-token') });
  expect(await told('run', 'cifar')).toMatchObject({ status: 2, text: expect.stringContaining('cifar needs files of your own: name them with --data') });
  expect(await told('run', 'cifar', '--data')).toMatchObject({ status: 2, text: expect.stringContaining('--data needs a path') });
});

it('takes no result for that of another run', async () => {
  const file = join(folder, 'result.json');
  writeFileSync(file, JSON.stringify(readEvidence().get('deep-fcn')?.result));
  expect(await told('take', 'wide-fcn', file)).toMatchObject({
    status: 2,
    text: expect.stringContaining(`is the result of another experiment than ${readRuns()['wide-fcn'].join(' ')}`),
  });
  rmSync(folder, { recursive: true });
});
