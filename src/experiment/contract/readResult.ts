/** Turns an exported result back into the events of its run, so that the page can show it like any other run. */
import { labelGroups } from '../networks/describe.ts';
import type { BackendName } from './environment.ts';
import { type EvaluationRecord, type LabEvent, MATRIX_FIELDS } from './events.ts';
import { members, observedPairs, tapNames } from '../plan/plan.ts';
import type { MatrixResult, MemberResult, RunResult } from './result.ts';
import type { Experiment } from '../schema/schema.ts';

/** The newest `schema` of results that this version can read. */
const NEWEST = 2;
const BACKENDS: unknown[] = ['webgpu', 'wasm', 'cpu'] satisfies BackendName[];
const FIELDS = MATRIX_FIELDS.length;

/** The file does not describe a run that can be shown. The message is a sentence for the person. */
class ResultError extends Error {}

export type ReadResult = { ok: true; events: LabEvent[]; result: RunResult } | { ok: false; message: string };

/**
 * The events of the run that a result tells of.
 * @param data the parsed JSON of the file, not yet checked
 * @param experiment the experiment in it, already checked
 * @returns the events in order, ending with `run.finished`, or a sentence on what is wrong. Files of schema 1 have no
 * matrices and no predictions: similarities are then known for the recorded pairs only.
 */
export function readResult(data: unknown, experiment: Experiment): ReadResult {
  try {
    const result = { ...(object(data, 'the file') as unknown as RunResult), experiment };
    if (!(result.schema <= NEWEST)) throw new ResultError(`it was written by a newer version (result schema ${result.schema})`);
    return { ok: true, events: [...eventsOf(result)], result };
  } catch (error) {
    if (error instanceof ResultError) return { ok: false, message: error.message };
    throw error;
  }
}

function object(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ResultError(`${name} is missing`);
  return value as Record<string, unknown>;
}

function list<T>(value: readonly T[] | undefined, length: number, name: string): readonly T[] {
  if (!Array.isArray(value)) throw new ResultError(`${name} is missing`);
  if (value.length !== length) throw new ResultError(`${name} has ${value.length} entries instead of ${length}`);
  return value;
}

/** `null` stands for what is not a number. */
function number(value: unknown, name: string): number {
  if (value === null || value === undefined) return Number.NaN;
  if (typeof value !== 'number') throw new ResultError(`${name} holds something that is not a number`);
  return value;
}

function* eventsOf(result: RunResult): Generator<LabEvent> {
  const { experiment } = result;
  const { steps } = experiment.base;
  const found = ownMembers(result);
  if (!BACKENDS.includes(object(result.environment, 'environment').backend)) throw new ResultError('environment.backend is none that is known here');
  number(object(result.timing, 'timing').seconds, 'timing.seconds');
  for (const { id, seed, source, score, valLoss } of list(result.guides, result.guides?.length ?? 0, 'guides')) {
    yield { type: 'guide.ready', guide: id, seed, source, valLoss: number(valLoss, 'guides'), valMetric: number(score, 'guides') };
  }
  const loss = new Float32Array(steps * found.length);
  const metric = new Float32Array(steps * found.length);
  found.forEach(({ history }, m) => {
    const trained = { loss: list(history.trainLoss, steps, 'history.trainLoss'), metric: list(history.trainMetric, steps, 'history.trainMetric') };
    for (let step = 0; step < steps; step++) {
      loss[step * found.length + m] = number(trained.loss[step], 'history.trainLoss');
      metric[step * found.length + m] = number(trained.metric[step], 'history.trainMetric');
    }
  });
  yield { type: 'training.recorded', records: { firstStep: 1, count: steps, loss, metric } };
  for (const { arm, seed, divergedAt } of found) if (divergedAt !== null) yield { type: 'member.diverged', arm, seed, step: number(divergedAt, 'divergedAt') };
  const times = found[0].history.valStep;
  for (let e = 0; e < list(times, times?.length ?? 0, 'history.valStep').length; e++)
    yield { type: 'evaluation.recorded', record: evaluation(experiment, found, e) };
  yield { type: 'run.finished', result };
}

/** The members in the order of the experiment. */
function ownMembers(result: RunResult): MemberResult[] {
  const wanted = members(result.experiment);
  return list(result.members, wanted.length, 'members').map((member, m) => {
    const { arm, seed } = wanted[m];
    if (object(member, 'members').arm !== arm || member.seed !== seed)
      throw new ResultError(`members are not those of the experiment: arm ${arm} with seed ${seed} is not in its place`);
    object(member.history, 'history');
    object(member.final, 'final');
    return member;
  });
}

function evaluation(experiment: Experiment, found: readonly MemberResult[], at: number): EvaluationRecord {
  const count = found[0].history.valStep.length;
  const last = at === count - 1;
  const valLoss = new Float32Array(found.length);
  const valMetric = new Float32Array(found.length);
  const groups = labelGroups(experiment.task);
  const grouped = { loss: new Float32Array(found.length * groups.length), accuracy: new Float32Array(found.length * groups.length) };
  found.forEach((member, m) => {
    valLoss[m] = number(list(member.history.valLoss, count, 'history.valLoss')[at], 'history.valLoss');
    valMetric[m] = number(list(member.history.valMetric, count, 'history.valMetric')[at], 'history.valMetric');
    groups.forEach((_, g) => {
      const own = member.groups?.[g]?.history;
      grouped.loss[m * groups.length + g] = number(own?.loss?.[at], 'groups');
      grouped.accuracy[m * groups.length + g] = number(own?.accuracy?.[at], 'groups');
    });
  });
  return {
    step: number(found[0].history.valStep[at], 'history.valStep'),
    valLoss,
    valMetric,
    matrices: matricesAt(experiment, found, at, at === 0 ? 'start' : last ? 'end' : null),
    predictions: Uint16Array.from(last ? found.flatMap((member) => member.predictions ?? []) : []),
    ...(groups.length > 0 && { groups: grouped }),
  };
}

/** The similarity matrices of one evaluation. Between the first and the last one only the recorded pairs are known. */
function matricesAt(experiment: Experiment, found: readonly MemberResult[], at: number, whole: 'start' | 'end' | null): EvaluationRecord['matrices'] {
  const targets = tapNames(experiment);
  const pairs = observedPairs(experiment);
  const byGuide: EvaluationRecord['matrices'] = {};
  for (const guide of Object.keys(experiment.guides)) {
    const taps = tapNames(experiment, guide);
    const size = targets.length * taps.length;
    const values = new Float32Array(found.length * size * FIELDS).fill(Number.NaN);
    found.forEach((member, m) => {
      const matrix = whole && member.matrices?.[guide]?.[whole];
      if (matrix) fill(values, m * size, matrix, targets.length, taps.length);
      pairs.forEach((pair, p) => {
        if (pair.guide !== guide) return;
        const cell = m * size + targets.indexOf(pair.targetTap) * taps.length + taps.indexOf(pair.guideTap);
        const { similarity, similarityDebiased, similarityChance } = member.history;
        // The pairs were exported with all digits, the matrix rounded: where both exist, take the pairs.
        const known = [
          similarity?.[at]?.[p],
          similarityDebiased?.[at]?.[p],
          similarityChance?.[at]?.[p] ?? (whole === 'end' ? member.pairs?.[p]?.chance : null),
        ];
        known.forEach((value, f) => {
          if (typeof value === 'number') values[cell * FIELDS + f] = value;
        });
      });
    });
    byGuide[guide] = values;
  }
  return byGuide;
}

function fill(values: Float32Array, first: number, matrix: MatrixResult, rows: number, columns: number): void {
  MATRIX_FIELDS.forEach((name, f) => {
    list(matrix[name], rows, `matrices.${name}`).forEach((row, t) => {
      list(row, columns, `matrices.${name}`).forEach((value, g) => {
        values[(first + t * columns + g) * FIELDS + f] = number(value, `matrices.${name}`);
      });
    });
  });
}
