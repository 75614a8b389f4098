/** The headless runner: the page's own lab, driven from a terminal. Started by scripts/experiment.mjs. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunResult } from '../src/experiment/contract/result.ts';
import { PRESETS } from '../src/experiment/presets/presets.ts';
import { parseCommand, USAGE, UsageError } from './arguments.ts';
import { RunError, runInBrowser } from './browser.ts';
import { ProgressLines } from './progress.ts';
import { summary } from './report.ts';

const say = (line: string) => process.stderr.write(`${line}\n`);

/** Write a result where it was asked for, or else where it can be found. @returns whether the former */
export function write(out: string, result: RunResult): boolean {
  const text = `${JSON.stringify(result, null, 1)}\n`;
  try {
    writeFileSync(out, text);
    say(`Written to ${out}`);
    return true;
  } catch (error) {
    const instead = join(mkdtempSync(join(tmpdir(), 'result-')), 'result.json');
    writeFileSync(instead, text);
    say(`${out} could not be written (${(error as Error).message}): the result is in ${instead}`);
    return false;
  }
}

/**
 * @param words the command line without program names
 * @param build brings the built page up to date; returns whether it is
 * @returns the exit status
 */
export async function main(words: string[], build: () => boolean): Promise<0 | 1 | 2> {
  try {
    const command = parseCommand(words);
    if (command.kind === 'help') {
      console.log(USAGE);
      return 0;
    }
    if (command.kind === 'list') {
      for (const { id, title, hint } of PRESETS) console.log(`${id.padEnd(12)} ${title}. ${hint}`);
      return 0;
    }
    if (!build()) throw new RunError('The page could not be built; the reason is above.');
    const { experiment, backend, retrain, mapBySimilarity, out, data } = command;
    const progress = new ProgressLines(say);
    const outcome = await runInBrowser(experiment, { backend, retrain, mapBySimilarity }, data, (p) => progress.show(p), say);
    if (!outcome.ok) {
      const { name, message, remedy } = outcome.failure;
      throw new RunError(`${message} ${name === 'MissingFilesError' ? 'Name them with --data.' : remedy}`.trim());
    }
    const { result } = outcome;
    // First of all: whatever becomes of the file, this much of the run is there.
    console.log(summary(result));
    return out === undefined || write(out, result) ? 0 : 1;
  } catch (error) {
    say((error as Error).message);
    if (error instanceof UsageError) return 2;
    if (!(error instanceof RunError)) say((error as Error).stack ?? '');
    return 1;
  }
}
