/** Writes an experiment as a program of another framework. Started by scripts/export.mjs. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { version } from '../package.json' with { type: 'json' };
import { PRESETS } from '../src/experiment/presets/presets.ts';
import { torchFilesBeyond } from '../src/export/torch/files.ts';
import { FULL_SIZE } from '../src/export/torch/fullSize.ts';
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
      console.log('\nAt the sizes of the paper, too large for a browser:');
      for (const { id, title } of FULL_SIZE) console.log(`${id.padEnd(21)} ${title}`);
      return 0;
    }
    const { experiment, beyond, backend, data, out } = command;
    const write = (path: string, content: string | Uint8Array) => {
      mkdirSync(dirname(join(out, path)), { recursive: true });
      writeFileSync(join(out, path), content);
    };
    if (beyond) {
      for (const [path, content] of Object.entries(torchFilesBeyond(experiment, version))) write(path, content);
      console.log(`Written to ${out}. Try it with: python ${join(out, 'train.py')} --dry-run`);
      return 0;
    }
    if (!build()) throw new RunError('The page could not be built; the reason is above.');
    const progress = new ProgressLines(say);
    say('Preparing weights and data; a guide that is not at hand is trained first.');
    const failure = await exportInBrowser(experiment, backend, data, (p) => progress.show(p), say, write);
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
