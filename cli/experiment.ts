/** The headless runner: the page's own lab, driven from a terminal. Started by scripts/experiment.mjs. */
import { writeFileSync } from 'node:fs';
import { PRESETS } from '../src/experiment/presets/presets.ts';
import { parseCommand, USAGE, UsageError } from './arguments.ts';
import { RunError, runInBrowser } from './browser.ts';
import { ProgressLines } from './progress.ts';
import { summary } from './report.ts';

const say = (line: string) => process.stderr.write(`${line}\n`);

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
    const { experiment, backend, retrain, out, data } = command;
    const progress = new ProgressLines(say);
    const outcome = await runInBrowser(experiment, { backend, retrain }, data, (p) => progress.show(p), say);
    if (!outcome.ok) {
      const { name, message, remedy } = outcome.failure;
      throw new RunError(`${message} ${name === 'MissingFilesError' ? 'Name them with --data.' : remedy}`.trim());
    }
    const { result } = outcome;
    if (out) {
      writeFileSync(out, `${JSON.stringify(result, null, 1)}\n`);
      say(`Written to ${out}`);
    }
    console.log(summary(result));
    return 0;
  } catch (error) {
    say((error as Error).message);
    if (error instanceof UsageError) return 2;
    if (!(error instanceof RunError)) say((error as Error).stack ?? '');
    return 1;
  }
}
