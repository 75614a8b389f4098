import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { encodeResultLink } from '../experiment/contract/resultLink.ts';
import type { RunResult } from '../experiment/contract/result.ts';
import { decodeLink } from '../experiment/link.ts';
import { parseExperiment } from '../experiment/parse.ts';
import { useExperiment } from './experiment.ts';
import { useLink } from './link.ts';
import { clearRun, useRun } from './run.ts';
import { FROM_LINK, openSharedResult, useSharedResult } from './sharedResult.ts';

async function resultLink(): Promise<string> {
  const data = JSON.parse(readFileSync(resolve(import.meta.dirname, '../experiment/fixtures/v1/results/first-token.json'), 'utf8')) as RunResult;
  const parsed = parseExperiment(data.experiment);
  if (!parsed.ok) throw new Error('fixture');
  return `#${await encodeResultLink({ ...data, experiment: parsed.experiment })}`;
}

/** As `state/link.ts` does before. */
function openLink(hash: string): void {
  const parsed = decodeLink(hash);
  if (parsed.ok) useExperiment.getState().replace(parsed.experiment);
}

beforeEach(() => {
  clearRun();
  useLink.setState({ broken: null });
});

it('shows the result of a link as a finished run, which the lab knows nothing of', async () => {
  const hash = await resultLink();
  openLink(hash);
  await openSharedResult(hash);
  const { phase, loadedFrom, closed, result, data } = useRun.getState();
  expect({ phase, loadedFrom, closed }).toEqual({ phase: 'finished', loadedFrom: FROM_LINK, closed: true });
  expect(result?.thinned).toContain('training curves');
  expect(data.lastEvaluation?.step).toBe(result?.members[0].history.valStep.at(-1));
  expect(useSharedResult.getState().refused).toBeNull();
});

it('says of a damaged one that it is, and leaves the experiment there to be run', async () => {
  const hash = (await resultLink()).slice(0, -12);
  openLink(hash);
  await openSharedResult(hash);
  expect(useRun.getState().phase).toBe('idle');
  expect(useSharedResult.getState().refused).toMatch(/changed or cut off/);
  await openSharedResult('#first-token@1');
  expect(useSharedResult.getState().refused).toBeNull();
});

it('does nothing where the experiment was edited meanwhile', async () => {
  const hash = await resultLink();
  openLink(hash);
  const opening = openSharedResult(hash);
  useExperiment.getState().set('base.steps', 77);
  await opening;
  expect(useRun.getState().phase).toBe('idle');
});
