/** Writes an experiment as a program of another framework. Started by scripts/export.mjs. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PRESETS } from '../src/experiment/presets/presets.ts';
import { EXPORT_USAGE, parseExportCommand, UsageError } from './arguments.ts';
import { exportInBrowser, RunError } from './browser.ts';
import { ProgressLines } from './progress.ts';

const say = (line: string) => process.stderr.write(`${line}\n`);

/**
 * @param words the command line without program names
 * @param build brings the built page up to date; returns whether it is
 * @returns the exit status
 */
export async function main(words: string[], build: () => boolean): Promise<0 | 1 | 2> {
  try {
    const command = parseExportCommand(words);
    if (command.kind === 'help') {
      console.log(EXPORT_USAGE);
      return 0;
    }
    if (command.kind === 'list') {
      for (const { id, title, hint } of PRESETS) console.log(`${id.padEnd(12)} ${title}. ${hint}`);
      return 0;
    }
    if (!build()) throw new RunError('The page could not be built; the reason is above.');
    const { experiment, backend, data, out } = command;
    const progress = new ProgressLines(say);
    say('Preparing weights and data; a guide that is not at hand is trained first.');
    const failure = await exportInBrowser(
      experiment,
      backend,
      data,
      (p) => progress.show(p),
      say,
      (path, content) => {
        mkdirSync(dirname(join(out, path)), { recursive: true });
        writeFileSync(join(out, path), content);
      },
    );
    if (failure) throw new RunError(`${failure.message} ${failure.remedy}`.trim());
    console.log(`Written to ${out}. Train with: python ${join(out, 'train.py')}`);
    return 0;
  } catch (error) {
    say((error as Error).message);
    if (error instanceof UsageError) return 2;
    if (!(error instanceof RunError)) say((error as Error).stack ?? '');
    return 1;
  }
}
