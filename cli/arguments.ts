/** The command line of the headless runner: words in, a checked experiment and options out. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import type { BackendChoice } from '../src/experiment/contract/environment.ts';
import { decodeLink, withPath } from '../src/experiment/link.ts';
import { migrate } from '../src/experiment/schema/migrate.ts';
import { modernChange } from '../src/experiment/oldPaths.ts';
import { parseExperiment } from '../src/experiment/parse.ts';
import { withoutLostAsks } from '../src/experiment/plan/arms.ts';
import { withSteps } from '../src/experiment/plan/plan.ts';
import { formatProblem } from '../src/experiment/schema/problem.ts';
import { findPreset, PRESETS } from '../src/experiment/presets/presets.ts';
import { refusedBeyond } from '../src/export/torch/files.ts';
import { findFullSize, FULL_SIZE } from '../src/export/torch/fullSize.ts';
import type { Experiment } from '../src/experiment/schema/schema.ts';
import { checkOut, type DiskFile, filesOf } from './files.ts';
import { UsageError } from './usage.ts';

export const USAGE = `Usage: npm run experiment -- <preset | file.json> [options]

  --list                 print the presets and end
  --set path=value       change a field, e.g. --set base.learningRate=1e-3 --set arms.guided.terms.align.weight=2 (repeatable)
  --seeds N              repeat with the seeds 0 … N−1
  --steps N              train for N steps; the budgets of trained guides are scaled alike
  --backend NAME         webgpu, wasm or cpu; without it the best one here
  --guide train          train the guides here, even where trained ones are at hand
  --map-by-similarity    pair each target layer with the guide layer most like it before training, arm by arm
  --data PATH[,PATH]     files or a folder of your own: one data set (repeatable for several)
  --out FILE             write the result as JSON
  --help                 print this

Progress goes to standard error, the summary to standard output.
Exit status: 0 finished, 1 the run failed, 2 a bad argument or experiment.`;

export { UsageError };

export const EXPORT_USAGE = `Usage: npm run export -- <preset | file.json | link> --to torch --out FOLDER [options]

Writes the experiment as a PyTorch script with the weights that it begins with and its data: python FOLDER/train.py
One that is too large for a browser becomes a script that makes weights and data itself: --list names those of the paper.

  --list                 print the presets and end
  --to torch             what to write
  --out FOLDER           where to; it is made where it is missing
  --set path=value       change a field (repeatable), as of npm run experiment
  --seeds N              repeat with the seeds 0 … N−1
  --steps N              train for N steps; the budgets of trained guides are scaled alike
  --backend NAME         webgpu, wasm or cpu, where a guide has to be trained first; without it the best one here
  --data PATH[,PATH]     files or a folder of your own: one data set (repeatable for several)
  --help                 print this

Exit status: 0 written, 1 it failed, 2 a bad argument or experiment.`;

export type Command =
  | { kind: 'help' }
  | { kind: 'list' }
  | {
      kind: 'run';
      experiment: Experiment;
      backend: BackendChoice;
      /** Trained guides to train here. */
      retrain: string[];
      mapBySimilarity: boolean;
      out: string | undefined;
      /** Per data set: its files. */
      data: DiskFile[][];
    };

export type ExportCommand =
  | { kind: 'help' }
  | { kind: 'list' }
  | {
      kind: 'export';
      experiment: Experiment;
      /** Too large for a browser: the script makes weights and data itself. */
      beyond: boolean;
      backend: BackendChoice;
      out: string;
      data: DiskFile[][];
    };

const BACKENDS = ['webgpu', 'wasm', 'cpu'] as const;

function count(name: string, text: string, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > most) throw new UsageError(`--${name} must be a whole number from 1 to ${most}, not "${text}"`);
  return value;
}

/** An experiment of this version as it stands: a preset's, a file's, a link's, or the one inside a result file. */
function source(name: string, anySize: boolean): unknown {
  const preset = findPreset(name) ?? (anySize ? findFullSize(name) : undefined);
  if (preset) return preset.experiment;
  const hash = /^https?:\/\/[^#]*#(.+)$/.exec(name)?.[1];
  if (hash !== undefined) {
    const linked = decodeLink(hash);
    if (!linked.ok) throw new UsageError(linked.problems.map(formatProblem).join('; '));
    return linked.experiment;
  }
  const known = [...PRESETS, ...(anySize ? FULL_SIZE : [])].map(({ id }) => id).join(', ');
  if (!existsSync(name)) {
    throw new UsageError(name.endsWith('.json') ? `there is no file ${name}` : `"${name}" is neither a preset (${known}) nor a file`);
  }
  let data: unknown;
  try {
    data = JSON.parse(readFileSync(name, 'utf8'));
  } catch (error) {
    throw new UsageError(`${name} is not a JSON file: ${(error as Error).message.split('\n')[0]}`);
  }
  const inner = (data as { experiment?: unknown } | null)?.experiment;
  return migrate(inner ?? data);
}

/** Values are JSON where they can be read as such, text otherwise; `path=` alone removes a field. */
function change(experiment: unknown, assignment: string): unknown {
  const at = assignment.indexOf('=');
  if (at < 1) throw new UsageError(`--set needs path=value, not "${assignment}"`);
  const text = assignment.slice(at + 1);
  let value: unknown = text === '' ? undefined : text;
  try {
    value = JSON.parse(text);
  } catch {
    // Text it is.
  }
  try {
    return withPath(experiment, ...modernChange(experiment, assignment.slice(0, at), value));
  } catch (error) {
    throw new UsageError(`--set ${assignment}: ${(error as Error).message}`);
  }
}

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  list: { type: 'boolean' },
  set: { type: 'string', multiple: true },
  seeds: { type: 'string' },
  steps: { type: 'string' },
  backend: { type: 'string' },
  guide: { type: 'string' },
  'map-by-similarity': { type: 'boolean' },
  out: { type: 'string' },
  data: { type: 'string', multiple: true },
} as const;

const EXPORT_OPTIONS = (({ guide: _, 'map-by-similarity': __, ...shared }) => ({ ...shared, to: { type: 'string' } }) as const)(OPTIONS);

function parseWords<const T extends ParseArgsOptionsConfig>(words: string[], options: T) {
  try {
    return parseArgs({ args: words, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message.split('\n')[0]);
  }
}

interface Chosen {
  set?: string[];
  seeds?: string;
  steps?: string;
  backend?: string;
  data?: string[];
}

/**
 * What is named and how it is changed.
 * @param anySize also what is too large for a browser
 */
function chosen(positionals: string[], { set, seeds, steps, backend: name, data: files = [] }: Chosen, anySize = false) {
  if (positionals.length === 0) throw new UsageError('name a preset or a file (--list prints the presets, --help the options)');
  if (positionals.length > 1) throw new UsageError(`one experiment at a time, not also "${positionals[1]}"`);
  const backend = BACKENDS.find((known) => known === name);
  if (name !== undefined && !backend) throw new UsageError(`--backend must be one of ${BACKENDS.join(', ')}, not "${name}"`);
  const given = source(positionals[0], anySize);
  let data = withoutLostQuestion((set ?? []).reduce(change, given), given);
  if (seeds !== undefined) {
    data = change(data, `seeds=${JSON.stringify(Array.from({ length: count('seeds', seeds, 32) }, (_, seed) => seed))}`);
  }
  let experiment = parse(data, anySize);
  if (steps !== undefined) experiment = parse(withSteps(experiment, count('steps', steps, 100_000)), anySize);
  return { experiment, backend: backend ?? ('auto' as const), data: files.map(filesOf) };
}

/**
 * @param words the command line without program names
 * @throws {UsageError} with one line that says what is wrong
 */
export function parseCommand(words: string[]): Command {
  const { values, positionals } = parseWords(words, OPTIONS);
  if (values.help) return { kind: 'help' };
  if (values.list) return { kind: 'list' };
  if (values.guide !== undefined && values.guide !== 'train') throw new UsageError(`--guide can only be "train", not "${values.guide}"`);
  const { experiment, ...rest } = chosen(positionals, values);
  if (values.out !== undefined) checkOut(values.out);
  const trained = Object.keys(experiment.guides).filter((id) => experiment.guides[id].state === 'trained');
  return {
    kind: 'run',
    experiment,
    ...rest,
    retrain: values.guide === 'train' ? trained : [],
    mapBySimilarity: values['map-by-similarity'] === true,
    out: values.out,
  };
}

/** The same of `npm run export`. */
export function parseExportCommand(words: string[]): ExportCommand {
  const { values, positionals } = parseWords(words, EXPORT_OPTIONS);
  if (values.help) return { kind: 'help' };
  if (values.list) return { kind: 'list' };
  if (values.to !== 'torch') throw new UsageError(`--to can only be "torch"${values.to === undefined ? '' : `, not "${values.to}"`}`);
  const { out } = values;
  if (out === undefined) throw new UsageError('--out must name the folder to write to');
  if (statSync(out, { throwIfNoEntry: false })?.isFile()) throw new UsageError(`--out: ${out} is a file; name a folder`);
  const { experiment, ...rest } = chosen(positionals, values, true);
  const onPage = parseExperiment(experiment);
  const [refused] = onPage.ok ? [] : refusedBeyond(experiment);
  // What could be exported if it were smaller: the page's limits say more than that it is too large.
  if (!onPage.ok && refused !== undefined) throw new UsageError([onPage.problems.map(formatProblem).join('; '), refused].join('. '));
  return { kind: 'export', out, experiment, beyond: !onPage.ok, ...rest };
}

/** Where an arm was taken out that the question compares, the comparison goes, too; one that was stated anew stays, to be checked. */
function withoutLostQuestion(data: unknown, given: unknown): unknown {
  const [now, before] = [data, given].map((each) => (each ?? {}) as Partial<Experiment>);
  return now.asks === before.asks && Array.isArray(now.arms) ? withoutLostAsks(now as Experiment) : data;
}

function parse(data: unknown, anySize: boolean): Experiment {
  const parsed = parseExperiment(data, anySize);
  if (!parsed.ok) throw new UsageError(parsed.problems.map(formatProblem).join('; '));
  return parsed.experiment;
}
