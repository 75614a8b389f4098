/** Turns an exported result back into the events of its run, so that the page can show it like any other run. */
import type { EvaluationRecord, LabEvent } from './events.ts';
import { taskShape } from '../networks/describe.ts';
import { tapNames } from '../plan/pairs.ts';
import { members } from '../plan/plan.ts';
import { warmupSteps } from '../plan/warmup.ts';
import type { MatrixResult, MemberResult, RunResult } from './result.ts';
import {
  EVALUATION_QUANTITIES,
  type EvaluationQuantity,
  gaps,
  GROUP_FIELDS,
  MATRIX_FIELDS,
  PAIR_QUANTITIES,
  pairCells,
  pairSeries,
  partsOf,
  type QuantityId,
  type QuantityOf,
  quantity,
  type Recorded,
  STEP_QUANTITIES,
} from '../series.ts';
import type { Experiment } from '../schema/schema.ts';

/** The newest `schema` of results that this version can read. */
const NEWEST = 2;
const BACKENDS: unknown[] = ['webgpu', 'wasm', 'cpu', 'pytorch'] satisfies RunResult['environment']['backend'][];
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
  const steps = trainedSteps(result);
  const found = ownMembers(result);
  if (!BACKENDS.includes(object(result.environment, 'environment').backend)) throw new ResultError('environment.backend is none that is known here');
  number(object(result.timing, 'timing').seconds, 'timing.seconds');
  for (const { id, seed, source, score, valLoss } of list(result.guides, result.guides?.length ?? 0, 'guides')) {
    yield { type: 'guide.ready', guide: id, seed, source, valLoss: number(valLoss, 'guides'), valMetric: number(score, 'guides') };
  }
  if (result.labels) yield { type: 'labels.known', labels: labelsOf(result) };
  yield* warmupOfAll(experiment, found);
  yield { type: 'training.recorded', records: { firstStep: 1, count: steps, series: seriesOf(STEP_QUANTITIES, experiment, found, steps) } };
  for (const { arm, seed, divergedAt } of found) if (divergedAt !== null) yield { type: 'member.diverged', arm, seed, step: number(divergedAt, 'divergedAt') };
  for (const record of evaluationsOf(experiment, found)) yield { type: 'evaluation.recorded', record };
  yield { type: 'run.finished', result };
}

/** All steps of the experiment, or those until it was stopped. */
function trainedSteps({ experiment, stoppedAt }: RunResult): number {
  const { steps } = experiment.base;
  if (stoppedAt === undefined) return steps;
  if (!(Number.isInteger(stoppedAt) && stoppedAt >= 0 && stoppedAt < steps)) throw new ResultError(`stoppedAt is no step before the last one, ${steps}`);
  return stoppedAt;
}

function labelsOf({ experiment, labels }: RunResult): Uint16Array<ArrayBuffer> {
  const { valExamples, classes } = taskShape(experiment.task);
  const found = list(labels, valExamples, 'labels').map((label) => number(label, 'labels'));
  if (found.some((label) => !(label >= 0 && label < classes))) throw new ResultError('labels holds a class that the task does not have');
  return Uint16Array.from(found);
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

/** What was recorded before step 0. Members whose warm-up is shorter, or who have none, have nothing of its first steps. */
function* warmupOfAll(experiment: Experiment, found: readonly MemberResult[]): Generator<LabEvent> {
  const before = warmupSteps(experiment);
  const own = found.map(({ warmup }) => warmup && (object(warmup, 'warmup') as unknown as MemberResult['history']));
  const stepsOf = (name: 'step' | 'valStep', m: number) =>
    list(own[m]?.[name] ?? [], own[m]?.[name]?.length ?? 0, `warmup.${name}`).map((step) => number(step, `warmup.${name}`));
  const taken = own.map((_, m) => stepsOf('step', m).map((step) => before + step - 1));
  const count = Math.max(0, ...taken.flat().map((row) => row + 1));
  if (count > before || taken.flat().some((row) => row < 0)) throw new ResultError('warmup.step has steps that the experiment does not have');
  const series = gaps(STEP_QUANTITIES, experiment, count);
  own.forEach((history, m) => {
    if (history) fillRows(series, experiment, { history }, { m, members: found.length, rows: taken[m] });
  });
  if (count > 0) yield { type: 'training.recorded', records: { firstStep: 1 - before, count, series } };
  const evaluated = [...new Set(own.flatMap((_, m) => stepsOf('valStep', m)))].sort((a, b) => a - b);
  for (const step of evaluated) {
    const scores = gaps(EVALUATION_QUANTITIES, experiment);
    own.forEach((history, m) => {
      const rows = stepsOf('valStep', m).map((at) => (at === step ? 0 : null));
      if (history) fillRows(scores, experiment, { history }, { m, members: found.length, rows });
    });
    yield { type: 'evaluation.recorded', record: { step, series: scores, matrices: {}, predictions: new Uint16Array(0) } };
  }
}

/** Put a member's curves into `series`. @param rows where each of its values goes; null: nowhere */
function fillRows<Id extends QuantityId>(
  series: Recorded<Id>,
  experiment: Experiment,
  member: Pick<MemberResult, 'history'>,
  { m, members: count, rows }: { m: number; members: number; rows: readonly (number | null)[] },
): void {
  const parts = partsOf(experiment);
  for (const id of Object.keys(series) as Id[]) {
    const each = parts[quantity(id).extent].length;
    for (let part = 0; part < each; part++) {
      const values = curveIn(member, id, part);
      rows.forEach((row, t) => {
        if (values && row !== null) series[id][(row * count + m) * each + part] = number(values[t], `warmup.${id}`);
      });
    }
  }
}

/** What a result has of a quantity of a member's part, one value per time; undefined where it has nothing of it. */
function curveIn(member: Pick<MemberResult, 'history' | 'groups'>, id: QuantityId, part: number): readonly unknown[] | undefined {
  const history: Partial<Record<string, readonly unknown[]>> = { ...member.history };
  switch (quantity(id).extent) {
    case 'member':
      return history[id];
    case 'pair':
    case 'measuredPair':
      return history[id]?.map((row) => (Array.isArray(row) ? row[part] : undefined));
    case 'group':
      return member.groups?.[part]?.history?.[GROUP_FIELDS[id as QuantityOf<'group'>]];
  }
}

/** Every quantity, `[times × members × parts]`. Only what every file has of a member must be there. */
function seriesOf<Id extends QuantityId>(ids: readonly Id[], experiment: Experiment, found: readonly MemberResult[], times: number): Recorded<Id> {
  const series = gaps(ids, experiment, times);
  const parts = partsOf(experiment);
  for (const id of ids) {
    const { extent, sparse, when } = quantity(id);
    const each = parts[extent].length;
    const name = `history.${id}`;
    found.forEach((member, m) => {
      for (let part = 0; part < each; part++) {
        const values = curveIn(member, id, part);
        // A result that was thinned has empty lists of what was left out; scores never are.
        const without = values === undefined ? sparse || extent !== 'member' : values.length === 0 && (when === 'step' || extent !== 'member');
        const known = without ? [] : list(values, times, name);
        known.forEach((value, t) => {
          series[id][(t * found.length + m) * each + part] = number(value, name);
        });
      }
    });
  }
  return series;
}

function* evaluationsOf(experiment: Experiment, found: readonly MemberResult[]): Generator<EvaluationRecord> {
  const steps = found[0].history.valStep;
  const count = list(steps, steps?.length ?? 0, 'history.valStep').length;
  const series = seriesOf(EVALUATION_QUANTITIES, experiment, found, count);
  const cells = pairCells(experiment);
  for (let at = 0; at < count; at++) {
    const last = at === count - 1;
    const now = Object.fromEntries(
      EVALUATION_QUANTITIES.map((id) => [id, series[id].slice((at * series[id].length) / count, ((at + 1) * series[id].length) / count)]),
    ) as Recorded<EvaluationQuantity>;
    const matrices = matricesOf(experiment, found, at === 0 ? 'start' : last ? 'end' : null, now);
    yield {
      step: number(steps[at], 'history.valStep'),
      series: { ...now, ...pairSeries(cells, found.length, matrices) },
      matrices,
      predictions: Uint16Array.from(last ? found.flatMap((member) => member.predictions ?? []) : []),
    };
  }
}

/** What is known of all layers at an evaluation; of those in the middle only the recorded pairs. */
function matricesOf(
  experiment: Experiment,
  found: readonly MemberResult[],
  whole: 'start' | 'end' | null,
  series: Recorded<QuantityOf<'pair'>>,
): EvaluationRecord['matrices'] {
  const targets = tapNames(experiment);
  const pairs = pairCells(experiment);
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
        // Pairs are written with all their digits, so they replace the matrix's rounded values.
        MATRIX_FIELDS.forEach((field, f) => {
          const recorded = series[PAIR_QUANTITIES[field]][m * pairs.length + p];
          // Of files of schema 1 the chance level is known at the end.
          const value = Number.isNaN(recorded) && field === 'chance' && whole === 'end' ? (member.pairs?.[p]?.chance ?? Number.NaN) : recorded;
          if (!Number.isNaN(value)) values[(m * size + pair.cell) * FIELDS + f] = value;
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
