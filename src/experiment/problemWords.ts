/** Problems of an experiment as a page that shows names tells them. */
import { formatProblem, type Problem } from './schema/problem.ts';

/** What a term is called in a path: by its kind, and one that is not the first of its kind by its place. */
export const termKey = (terms: readonly { kind: string }[], place: number): string =>
  terms.findIndex(({ kind }) => kind === terms[place].kind) === place ? terms[place].kind : String(place);

/**
 * Arms and terms are counted in a problem's path: only the experiment that has the problem tells which ones these are.
 * @param edited that experiment, which may be any data
 */
export function withNames(problem: Problem, edited: unknown): Problem {
  const [, index, place] = /^arms\.(\d+)(?:\.terms\.(\d+))?(?:\.|$)/.exec(problem.path) ?? [];
  if (index === undefined) return problem;
  const arm = (edited as { arms?: { name?: unknown; terms?: { kind: string }[] }[] } | null)?.arms?.[Number(index)];
  const terms = place !== undefined && Array.isArray(arm?.terms) && typeof arm.terms[Number(place)]?.kind === 'string' ? arm.terms : undefined;
  const path = terms ? problem.path.replace(/(\.terms\.)\d+/, `$1${termKey(terms, Number(place))}`) : problem.path;
  return { ...problem, path, ...(typeof arm?.name === 'string' && arm.name !== '' && { arm: arm.name }) };
}

/** What fields of an arm are called on the page. */
const ARM_FIELDS: Record<string, string> = {
  init: 'initialisation',
  learningRate: 'learning rate',
  labelSmoothing: 'label smoothing',
  terms: 'loss',
  warmup: 'warm-up',
  start: 'start',
  'start.guide': 'guide that weights are copied from',
  'start.by': 'way in which weights are copied',
  unusedBias: 'bias of unused classes',
  'fork.step': 'step of the fork',
};

/** The same of a term, whichever it is. */
const TERM_FIELDS: Record<string, string> = { 'distil.guide': 'teacher' };

function armFieldWords(field: string): string {
  const [, term, own] = /^terms\.([^.]+)\.([^.]+)/.exec(field) ?? [];
  return own === undefined ? (ARM_FIELDS[field] ?? field) : (TERM_FIELDS[`${term}.${own}`] ?? own);
}

/** What a batch size is called, the experiment's or that of a guide's own training. */
function batchSizeWords(path: string): string | null {
  if (path === 'base.batchSize') return 'the batch size (under Training)';
  const guide = /^guides\.(.+)\.training\.batchSize$/.exec(path)?.[1];
  return guide === undefined ? null : `the batch size that the guide “${guide}” is trained with`;
}

/** A problem for a note on the page: an arm is called by its name, not by its place in a list. */
export function problemWords(problem: Problem): string {
  const batchSize = batchSizeWords(problem.path);
  if (batchSize) return `${batchSize} ${problem.message}`;
  if (problem.arm === undefined) return formatProblem(problem);
  const field = problem.path.split('.').slice(2).join('.');
  const arm = `the arm “${problem.arm}”`;
  return `${field === '' ? arm : `the ${armFieldWords(field)} of ${arm}`} ${problem.message}`;
}
