/** `npm run evidence`: the result files that all printed numbers come from, and what is written from them. Started by scripts/evidence.mjs. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../scripts/install.mjs';
import type { RunResult } from '../src/experiment/contract/result.ts';
import { rebuilt } from './evidence/rebuild.ts';
import { type EvidenceFile, isCurrent, needsData, readEvidence, readRuns, withExperiment, writeEvidence } from './evidence/store.ts';
import { thinned } from '../src/experiment/contract/thin.ts';
import { main as runExperiment } from './experiment.ts';
import { UsageError } from './usage.ts';

export const USAGE = `Usage: npm run evidence -- [run [ID…] [--data PATH[,PATH]] | take ID FILE]

  (no words)      write the Paper view's data, the presets' "Does it reproduce?" and the tables of docs/results.md
                  anew from the result files in evidence/results
  run [ID…]       run what evidence/runs.json has under these ids, on WASM, and keep the results; without an id
                  all that is missing or was measured with other settings
  take ID FILE    keep a result that the command line wrote elsewhere

Exit status: 0 done, 1 a run failed, 2 a bad argument.`;

const say = (line: string) => process.stderr.write(`${line}\n`);

const machine = (): string => `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores`;

function wordsOf(run: string): string[] {
  const words = readRuns()[run];
  if (!words) throw new UsageError(`evidence/runs.json has no run "${run}", only ${Object.keys(readRuns()).join(', ')}`);
  return [...words];
}

/** @throws {UsageError} when the file is another run's */
function take(run: string, file: string): void {
  const words = wordsOf(run);
  const result = withExperiment(JSON.parse(readFileSync(file, 'utf8')) as RunResult, file);
  if (result.stoppedAt !== undefined) throw new UsageError(`${file} is of a run that was stopped after step ${result.stoppedAt}`);
  const kept: EvidenceFile = { run, words, machine: machine(), result: thinned(result) };
  if (!isCurrent(kept, words)) throw new UsageError(`${file} is the result of another experiment than ${words.join(' ')}`);
  writeEvidence(kept);
  say(`Written: evidence/results/${run}.json`);
}

/** @returns the exit status of the run */
async function runOne(run: string, data: string[], build: () => boolean): Promise<number> {
  const words = wordsOf(run);
  const own = needsData(words);
  if (own && data.length === 0) throw new UsageError(`${run} needs files of your own: name them with --data`);
  const folder = mkdtempSync(join(tmpdir(), 'evidence-'));
  try {
    const out = join(folder, 'result.json');
    say(`\n${run}`);
    const status = await runExperiment([...words, '--backend', 'wasm', ...(own ? data.flatMap((path) => ['--data', path]) : []), '--out', out], build);
    if (status === 0) take(run, out);
    return status;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Ids of runs without a result, or with one of another experiment. */
function outdated(): string[] {
  const runs = readRuns();
  const evidence = readEvidence(runs);
  return Object.entries(runs).flatMap(([run, words]) => {
    const file = evidence.get(run);
    return file && isCurrent(file, words) ? [] : [run];
  });
}

function rebuild(): void {
  for (const [path, text] of rebuilt(readEvidence())) {
    writeFileSync(join(ROOT, path), text);
    say(`Written: ${path}`);
  }
  const late = outdated();
  if (late.length > 0) say(`Without a result of their present settings: ${late.join(', ')}. npm run evidence -- run`);
}

/** The words behind `run`: ids, and where a person's own files are. */
function parseRun(words: readonly string[]): { ids: string[]; data: string[] } {
  const at = words.indexOf('--data');
  const data = at < 0 ? [] : [words[at + 1] ?? ''];
  if (data.includes('')) throw new UsageError('--data needs a path');
  const ids = words.filter((_, i) => at < 0 || (i !== at && i !== at + 1));
  for (const id of ids) wordsOf(id);
  return { ids: ids.length > 0 ? ids : outdated(), data };
}

/**
 * @param words the command line without program names
 * @param build brings the built page up to date; returns whether it is
 * @returns the exit status
 */
export async function main([command, ...rest]: string[], build: () => boolean): Promise<number> {
  try {
    if (command === '--help' || command === '-h') {
      console.log(USAGE);
      return 0;
    }
    if (command === 'take' && rest.length === 2) take(rest[0], rest[1]);
    else if (command === 'run') {
      const { ids, data } = parseRun(rest);
      for (const id of ids) {
        const status = await runOne(id, data, build);
        if (status !== 0) return status;
      }
    } else if (command !== undefined) throw new UsageError(`what is "${[command, ...rest].join(' ')}"?\n\n${USAGE}`);
    rebuild();
    return 0;
  } catch (error) {
    say((error as Error).message);
    if (error instanceof UsageError) return 2;
    return 1;
  }
}
