/** The result files that all printed numbers come from: `evidence/runs.json` says what is run, `evidence/results/` what came of it. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../scripts/install.mjs';
import type { PairResult, RunResult } from '../../src/experiment/contract/result.ts';
import { parseExperiment } from '../../src/experiment/parse.ts';
import { formatProblem } from '../../src/experiment/schema/problem.ts';
import type { Experiment } from '../../src/experiment/schema/schema.ts';
import { parseCommand } from '../arguments.ts';
import { UsageError } from '../usage.ts';

/** A run as the repository keeps it. */
export interface EvidenceFile {
  run: string;
  /** What the command line was told, without backend and output. */
  words: string[];
  machine: string;
  /** The result, thinned (`src/experiment/contract/thin.ts`). */
  result: RunResult;
}

/** Command-line words by the id of the run. */
export type Runs = Readonly<Record<string, readonly string[]>>;

const FOLDER = join(ROOT, 'evidence');
const fileOf = (run: string) => join(FOLDER, 'results', `${run}.json`);

/** What is run, in order. */
export const readRuns = (): Runs => JSON.parse(readFileSync(join(FOLDER, 'runs.json'), 'utf8'));

/** Longest word that anybody types; a run that needs a longer one is run by its name. */
const LONGEST_WORD = 60;

/** The command that runs it, as a person types it. */
export function commandOf({ run, words }: Pick<EvidenceFile, 'run' | 'words'>): string {
  const data = needsData(words) ? ['--data data_batch_1.bin,test_batch.bin'] : [];
  if (words.some((word) => word.length > LONGEST_WORD)) return [`npm run evidence -- run ${run}`, ...data].join(' ');
  return ['npm run experiment --', ...words.map(quoted), '--backend wasm', ...data].join(' ');
}

const quoted = (word: string) => (/^[\w.,=/-]+$/.test(word) ? word : `'${word}'`);

/** Whether a run needs files that the repository does not have. */
export const needsData = (words: readonly string[]): boolean => experimentFor(words).task.kind === 'image-files';

const experimentFor = (words: readonly string[]): Experiment => {
  const command = parseCommand([...words]);
  if (command.kind !== 'run') throw new UsageError(`evidence/runs.json: "${words.join(' ')}" is no run`);
  return command.experiment;
};

/** What of an experiment decides its curves: all but its words, and which of a person's files are meant. */
function decisive(experiment: Experiment): unknown {
  const { question: _question, preset: _preset, arms, task, ...rest } = experiment;
  const { asks: _asks, revision: _revision, ...curves } = rest as typeof rest & { asks?: unknown; revision?: unknown };
  const { data: _data, ...own } = task as typeof task & { data?: unknown };
  return { ...curves, task: own, arms: arms.map(({ name: _name, ...arm }) => arm) };
}

/** Keys in one order, so that equal experiments are equal texts. */
const canonical = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(canonical)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .filter(([, field]) => field !== undefined)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, field]) => [key, canonical(field)]),
        )
      : value;

/** Whether what was measured is what the table of runs asks for now. */
export const isCurrent = ({ result }: Pick<EvidenceFile, 'result'>, words: readonly string[]): boolean =>
  JSON.stringify(canonical(decisive(result.experiment))) === JSON.stringify(canonical(decisive(experimentFor(words))));

/** An experiment out of a file, in today's version. @throws {Error} when it is none */
function experimentOf(data: unknown, from: string): Experiment {
  const parsed = parseExperiment(data);
  if (!parsed.ok) throw new Error(`${from}: ${parsed.problems.map(formatProblem).join('; ')}`);
  return parsed.experiment;
}

/** @throws {Error} when it is no result */
export const withExperiment = (result: RunResult, from: string): RunResult => ({ ...result, experiment: experimentOf(result.experiment, from) });

/** Pairs of layers are lists in a file: their names would be most of it. */
const PAIR_FIELDS = ['guide', 'guideTap', 'targetTap', 'start', 'end', 'startDebiased', 'endDebiased', 'chance'] as const satisfies (keyof PairResult)[];
type Row = PairResult[keyof PairResult][];
const asRow = (pair: PairResult): Row => PAIR_FIELDS.map((field) => pair[field]);
const asPair = (row: Row) => Object.fromEntries(PAIR_FIELDS.map((field, i) => [field, row[i]])) as unknown as PairResult;

/** One line per member, so that a diff shows which of them changed. */
export function evidenceText({ result, ...head }: EvidenceFile): string {
  const { members, ...rest } = result;
  const fields = Object.entries(rest).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  const rows = members.map(({ pairs, ...member }) => `   ${JSON.stringify({ ...member, pairs: pairs.map(asRow) })}`);
  const start = JSON.stringify(head).slice(0, -1);
  return `${start},\n "result": {\n${fields.join(',\n')},\n  "members": [\n${rows.join(',\n')}\n  ]\n }\n}\n`;
}

/** What `evidenceText` wrote, with its experiment in today's version. @throws {Error} when it is none */
export function parseEvidence(text: string, from: string): EvidenceFile {
  const { result, ...head } = JSON.parse(text) as EvidenceFile;
  const members = result.members.map((member) => ({ ...member, pairs: (member.pairs as unknown as Row[]).map(asPair) }));
  return { ...head, result: withExperiment({ ...result, members }, from) };
}

/** With the question, the names and what is asked as the preset has them now; curves and a person's files stay those of the run. */
function toldAsNow(file: EvidenceFile, words: readonly string[]): EvidenceFile {
  if (!isCurrent(file, words)) return file;
  const { task } = file.result.experiment;
  return { ...file, result: { ...file.result, experiment: { ...experimentFor(words), task } } };
}

/** All result files that are there, in the order of the table of runs. */
export function readEvidence(runs: Runs = readRuns()): Map<string, EvidenceFile> {
  return new Map(
    Object.entries(runs).flatMap(([run, words]): [string, EvidenceFile][] => {
      if (!existsSync(fileOf(run))) return [];
      const file = parseEvidence(readFileSync(fileOf(run), 'utf8'), `evidence/results/${run}.json`);
      return [[run, toldAsNow(file, words)]];
    }),
  );
}

export function writeEvidence(file: EvidenceFile): void {
  mkdirSync(join(FOLDER, 'results'), { recursive: true });
  writeFileSync(fileOf(file.run), evidenceText(file));
}
