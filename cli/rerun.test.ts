/** What a result says was run is what was run: again from the file, and from a link, it gives the same curves, bit for bit. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { decodeLink, encodeLink } from '../src/experiment/link.ts';
import type { RunResult } from '../src/experiment/contract/result.ts';
import type { Experiment } from '../src/experiment/schema/schema.ts';
import { runToEnd } from '../src/lab/testing/collect.ts';
import { openLab } from '../src/lab/testing/drive.ts';
import { tinyExperiment, tinySequences } from '../src/lab/testing/experiments.ts';
import { type Command, parseCommand } from './arguments.ts';

const folder = mkdtempSync(join(tmpdir(), 'rerun-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}
const command = (...words: string[]): Experiment => (parseCommand(words) as Extract<Command, { kind: 'run' }>).experiment;

/** All that a result says of what came out. */
const outcome = ({ members, guides, experiment }: RunResult) => JSON.parse(JSON.stringify({ members, guides, experiment }));

async function expectAgain(name: string, result: RunResult): Promise<void> {
  const fromFile = await runToEnd(command(file(name, result)), 'wasm');
  expect(outcome(fromFile.result)).toEqual(outcome(result));
  const link = decodeLink(`#${encodeLink(result.experiment)}`);
  if (!link.ok) throw new Error('the link does not parse');
  const fromLink = await runToEnd(link.experiment, 'wasm');
  expect(outcome(fromLink.result)).toEqual(outcome(result));
}

it('with other steps, seeds, fields and interventions given on the command line', async () => {
  const tiny = file('tiny.json', tinySequences('first-token'));
  const interventions = 'interventions=[{"step":1,"set":{"learningRate":0.01}},{"step":2,"set":{"guidance":false}}]';
  const experiment = command(tiny, '--steps', '3', '--seeds', '2', '--set', 'arms.guided.terms.align.weight=2', '--set', interventions);
  // Half the steps: of the trained guide, too, and that is in the experiment.
  expect(experiment.guides.trained).toMatchObject({ training: { steps: 2 } });
  const { result } = await runToEnd(experiment, 'wasm');
  expect(result.experiment).toEqual(experiment);
  await expectAgain('steps.json', result);
  // The guide's budget counts: with the one of before other curves come out.
  const longer = await runToEnd({ ...experiment, guides: tinySequences('first-token').guides }, 'wasm');
  expect(outcome(longer.result).members).not.toEqual(outcome(result).members);
});

it('with changes made while it ran', async () => {
  const { lab, steps, result } = await openLab(tinyExperiment(), 'wasm');
  await steps(2);
  await lab.intervene({ learningRate: 0.02 });
  await steps(2);
  await lab.intervene({ guidance: false });
  const changed = await result();
  await lab.dispose();
  await expectAgain('changed.json', changed);
});
