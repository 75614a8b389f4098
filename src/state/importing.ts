/** Taking in a file: an experiment, or a result that carries one. */
import { parseExperiment } from '../experiment/parse.ts';
import { formatProblem, type Problem } from '../experiment/schema/problem.ts';
import { type ReadResult, readResult } from '../experiment/contract/readResult.ts';
import type { Experiment } from '../experiment/schema/schema.ts';

export type Imported =
  | { ok: true; experiment: Experiment; kind: 'experiment' }
  /** `run`: what was heard of it, or why that cannot be shown. */
  | { ok: true; experiment: Experiment; kind: 'result'; run: ReadResult }
  | { ok: false; message: string };

/** Beyond this a file is surely something else; reading it would only freeze the page. */
export const MAX_IMPORT_BYTES = 64 * 2 ** 20;

const SHOWN_PROBLEMS = 3;

/** @returns the experiment in a JSON text, or a message that names what is wrong with it */
export function readExperiment(text: string): Imported {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    return { ok: false, message: `It is not JSON: ${(error as Error).message}.` };
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    return { ok: false, message: 'It holds no experiment: a JSON object is needed.' };
  }
  const isResult = 'experiment' in data;
  if (!isResult && !('version' in data) && !('task' in data)) {
    return { ok: false, message: 'It is JSON, but neither an experiment nor a result of this page.' };
  }
  const parsed = parseExperiment(isResult ? (data as { experiment: unknown }).experiment : data);
  if (parsed.ok) {
    const { experiment } = parsed;
    return isResult ? { ok: true, experiment, kind: 'result', run: readResult(data, experiment) } : { ok: true, experiment, kind: 'experiment' };
  }
  return { ok: false, message: problemsInWords(parsed.problems) };
}

function problemsInWords(problems: Problem[]): string {
  const shown = problems.slice(0, SHOWN_PROBLEMS).map(formatProblem).join('; ');
  const more = problems.length - SHOWN_PROBLEMS;
  // Not capitalised: it starts with the name of a field.
  return `${shown}${more > 0 ? `; and ${more} more` : ''}.`;
}
