/** From anything (a link, a file, a form) to an experiment, or to sentences that say what is wrong. */
import type { z } from 'zod';
import { withCleanTexts } from './cleanText.ts';
import { describeNetwork, taskShape } from './networks/describe.ts';
import { migrate } from './schema/migrate.ts';
import { forkProblems } from './plan/fork.ts';
import { networksNotBuilt, notBuilt } from './plan/notBuilt.ts';
import type { Problem } from './schema/problem.ts';
import { checkFit } from './plan/fit.ts';
import { UnknownTapError } from './plan/mapping.ts';
import { alignedPairs, observedPairs } from './plan/arms.ts';
import { cost } from './plan/plan.ts';
import { type Experiment, experimentSchema, SCHEMA_VERSION } from './schema/schema.ts';

export type Parsed = { ok: true; experiment: Experiment } | { ok: false; problems: Problem[] };

/** A browser's WASM heap ends at 4 GB; leave room for fragmentation and the page. */
export const MAX_BYTES = 3 * 2 ** 30;
/** About a week on a laptop's CPU: anything beyond is a mistake. */
export const MAX_FLOPS = 1e16;

/** A value in a few characters; JSON knows no NaN, no Infinity, no BigInt and no cycles. */
function shorten(value: unknown): string {
  let text: string;
  try {
    text = (typeof value === 'number' ? undefined : JSON.stringify(value)) ?? String(value);
  } catch {
    text = String(value);
  }
  return text.length > 40 ? `${text.slice(0, 37)}…` : text;
}

/** Zod's names of types, for people. */
const TYPES: Record<string, string> = {
  int: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};
const typeWords = (expected: string): string => TYPES[expected] ?? expected;
const counted = (n: number | bigint, one: string, many: string): string => `${n} ${Number(n) === 1 ? one : many}`;

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
  return value;
}

function describeIssue(issue: z.core.$ZodIssue, root: unknown): Problem {
  const path = issue.path.map(String).join('.');
  const value = valueAt(root, issue.path);
  const got = shorten(value);
  const oneOf = (values: readonly unknown[]): Problem => ({
    path,
    message: `${value === undefined ? 'is missing (needs' : 'must be'} one of ${values.map(String).join(', ')}${value === undefined ? ')' : `, not ${got}`}`,
  });
  switch (issue.code) {
    case 'too_small':
      if (issue.origin === 'string') return { path, message: `must have at least ${counted(issue.minimum, 'character', 'characters')}` };
      if (issue.origin === 'array')
        return { path, message: issue.message.startsWith('Too small') ? `must hold at least ${counted(issue.minimum, 'entry', 'entries')}` : issue.message };
      return { path, message: `must be at least ${issue.minimum}, not ${got}` };
    case 'too_big':
      if (issue.origin === 'string') return { path, message: `must have at most ${counted(issue.maximum, 'character', 'characters')}` };
      if (issue.origin === 'array') return { path, message: `can hold at most ${counted(issue.maximum, 'entry', 'entries')}` };
      return { path, message: `must be at most ${issue.maximum}, not ${got}` };
    case 'invalid_type':
      return { path, message: value === undefined ? `is missing (needs ${typeWords(issue.expected)})` : `must be ${typeWords(issue.expected)}, not ${got}` };
    case 'unrecognized_keys':
      return { path, message: `has unknown fields: ${issue.keys.map((key) => shorten(key)).join(', ')}` };
    case 'invalid_key':
      return {
        path: issue.path.slice(0, -1).map(String).join('.'),
        message: `has an entry called ${shorten(issue.path.at(-1))}; a name ${issue.issues[0]?.message ?? 'must be simple'}`,
      };
    case 'invalid_value':
      return oneOf(issue.values);
    case 'invalid_union': {
      // Present where a discriminator (kind, family, state) has no such value; missing from zod's types.
      const { options } = issue as { options?: readonly unknown[] };
      if (options) return oneOf(options);
      // Of the alternatives, the one of the value's own type says best what is wrong: one that found fault inside of it is.
      const first = issue.errors.flatMap((errors) => errors[0] ?? []);
      const meant =
        first.find(({ path: inside }) => inside.length > 0) ??
        first.find(({ code }) => code !== 'invalid_type' && (typeof value === 'string') === (code === 'invalid_value'));
      return meant ? describeIssue({ ...meant, path: [...issue.path, ...meant.path] }, root) : { path, message: `has no valid form: ${got}` };
    }
    default:
      return { path, message: issue.message };
  }
}

/** What single fields cannot say: names that must exist, parts that must fit each other. */
function checkWhole(experiment: Experiment): Problem[] {
  const problems: Problem[] = [];
  const repeated = (values: readonly unknown[]) => values.find((value, i) => values.indexOf(value) !== i);
  const arm = repeated(experiment.arms.map((a) => a.id));
  if (arm !== undefined) problems.push({ path: 'arms', message: `has two arms called "${arm}"` });
  const seed = repeated(experiment.seeds);
  if (seed !== undefined) problems.push({ path: 'seeds', message: `holds ${seed} twice` });

  const shape = taskShape(experiment.task);
  if (experiment.base.batchSize > shape.trainExamples) {
    problems.push({ path: 'base.batchSize', message: `must be at most the ${shape.trainExamples} training examples, not ${experiment.base.batchSize}` });
  }
  for (const [name, guide] of Object.entries(experiment.guides)) {
    if (guide.state !== 'trained') continue;
    const { trainExamples } = taskShape(guide.training.task ?? experiment.task);
    if (guide.training.batchSize > trainExamples) {
      problems.push({
        path: `guides.${name}.training.batchSize`,
        message: `must be at most the ${trainExamples} training examples, not ${guide.training.batchSize}`,
      });
    }
  }
  experiment.arms.forEach((a, i) => {
    a.terms.forEach((term, t) => {
      if ('guide' in term && !Object.hasOwn(experiment.guides, term.guide)) {
        problems.push({ path: `arms.${i}.terms.${t}.guide`, message: `names the guide "${term.guide}", which does not exist` });
      }
    });
  });
  experiment.arms.forEach(({ start }, i) => {
    if (start && !Object.hasOwn(experiment.guides, start.guide)) {
      problems.push({ path: `arms.${i}.start.guide`, message: `names the guide "${start.guide}", which does not exist` });
    }
  });
  for (const end of ['arm', 'against'] as const) {
    const id = experiment.asks?.[end];
    if (id !== undefined && !experiment.arms.some((a) => a.id === id))
      problems.push({ path: `asks.${end}`, message: `names the arm "${id}", which does not exist` });
  }
  problems.push(...forkProblems(experiment), ...notBuilt(experiment));
  if (problems.length > 0) return problems;
  problems.push(...checkFit(experiment));
  if (problems.length > 0) return problems;

  experiment.arms.forEach((a, i) => {
    a.terms.forEach((term, t) => {
      if (term.kind !== 'align') return;
      try {
        alignedPairs(experiment, { ...a, terms: [term] });
      } catch (error) {
        if (!(error instanceof UnknownTapError)) throw error;
        const path = term.mapping ? `arms.${i}.terms.${t}.mapping` : 'base.mapping';
        const { message } = error;
        if (!problems.some((known) => known.path === path && known.message === message)) problems.push({ path, message });
      }
    });
  });
  try {
    observedPairs(experiment);
  } catch (error) {
    if (!(error instanceof UnknownTapError)) throw error;
    if (problems.length === 0) problems.push({ path: 'base.mapping', message: error.message });
  }
  return problems;
}

/** What the lab cannot build, and totals that must fit a browser. */
function checkLab(experiment: Experiment): Problem[] {
  const problems = networksNotBuilt(experiment);
  if (problems.length > 0) return problems;
  const { bytes, flops, guideTrainingFlops } = cost(experiment);
  const total = flops + Object.values(guideTrainingFlops).reduce((a, b) => a + b, 0);
  if (bytes > MAX_BYTES) {
    problems.push({
      path: '',
      message:
        `needs about ${(bytes / 2 ** 30).toFixed(1)} GB of memory; a browser gives ${MAX_BYTES / 2 ** 30} GB. ` +
        `Use a smaller target (${describeNetwork(experiment.target, taskShape(experiment.task)).title}), fewer seeds or fewer arms`,
    });
  }
  if (total > MAX_FLOPS) {
    problems.push({
      path: '',
      message: `needs about ${total.toExponential(1)} floating-point operations, more than ${MAX_FLOPS.toExponential(0)}: use fewer steps, seeds, arms or smaller networks`,
    });
  }
  return problems;
}

/** Whether nothing is wrong with data but that numbers and lists are beyond what a browser is given. */
const onlyTooLarge = (issues: readonly z.core.$ZodIssue[]): boolean =>
  issues.every((issue) => issue.code === 'too_big' && (issue.origin === 'number' || issue.origin === 'int' || issue.origin === 'array'));

/**
 * Parse unknown data, of this version or an older one. Never throws; every problem names its field and what is allowed there.
 * @param anySize also experiments that are too large for a browser, or have networks that only the exported script has
 */
export function parseExperiment(given: unknown, anySize = false): Parsed {
  const data = migrate(given);
  const version = (data as { version?: unknown } | null)?.version;
  if (typeof version === 'number' && version > SCHEMA_VERSION) {
    return {
      ok: false,
      problems: [{ path: 'version', message: `is ${version}, newer than this page understands (${SCHEMA_VERSION}): reload the page to update it` }],
    };
  }
  const parsed = experimentSchema.safeParse(data);
  if (!parsed.success && !(anySize && onlyTooLarge(parsed.error.issues)))
    return { ok: false, problems: parsed.error.issues.map((issue) => describeIssue(issue, data)) };
  // The schema changes nothing of what it lets pass.
  const experiment = parsed.success ? parsed.data : (data as Experiment);
  const clean = withCleanTexts(experiment);
  if (clean !== experiment) return parseExperiment(clean, anySize);
  const whole = checkWhole(experiment);
  const problems = whole.length > 0 || anySize ? whole : checkLab(experiment);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, experiment };
}
