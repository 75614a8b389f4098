/** From the records of a run to the rows that a chart draws: a bounded number of points, whatever the run's length. */
import { type Kind, kindOf, PAIR_QUANTITIES, type QuantityId, type ShownSimilarity } from '@/experiment/series.ts';
import type { Evaluation, RunData } from '@/state/runData.ts';
import { meanOverSeeds, type Point } from './overSeeds.ts';
import { evaluationsOf, hasBegun, smoothOf } from './recorded.ts';

/** Points per line while streaming: more cost more than 50 ms a redraw. */
export const STREAMING_POINTS = 120;
/** Points per line of a run that stands still: as many as a wide screen has pixels to show. */
export const RESTING_POINTS = 900;

/** Keys: `m:<arm>` mean over seeds, `b:<arm>` mean ± sd, `t:<arm>` training, `chance`, `chanceBand`. */
export interface Row {
  step: number;
  [key: string]: number | [number, number] | undefined;
}

/** Where a line ends. */
export interface End {
  step: number;
  value: number;
}

export interface Series {
  rows: Row[];
  /** Last value of every arm's main line. */
  ends: Map<string, End>;
  chanceEnd?: End;
  /** Last step with anything drawn. */
  lastStep: number;
  /** Smallest and largest value drawn; NaN when there is none. */
  min: number;
  max: number;
}

/** Indices 0, stride, 2·stride, … and the last: a power-of-two stride keeps drawn points in place while a run grows. */
export function sampleIndices(length: number, max: number): number[] {
  if (length === 0) return [];
  let stride = 1;
  while (Math.ceil(length / stride) > max - 1) stride *= 2;
  const indices: number[] = [];
  for (let i = 0; i < length; i += stride) indices.push(i);
  if (indices[indices.length - 1] !== length - 1) indices.push(length - 1);
  return indices;
}

/** What a quantity can be at all: a band of mean ± sd ends there, or axes would show accuracies above 100 %. */
type Limits = Kind['range'];
const limitsOf = (data: RunData, id: QuantityId): Limits => (data.experiment ? kindOf(id, data.experiment.task).range : [0, Number.POSITIVE_INFINITY]);

/** Arms that are drawn; the others neither cost anything nor stretch an axis. */
export type Shown = ReadonlySet<string>;

/** Member indices of the arms that are drawn. */
const shownArms = (data: RunData, shown: Shown): [string, readonly number[]][] => [...data.arms].filter(([arm]) => shown.has(arm));

/** Those of them that have begun by a step. */
const begun = <T>(data: RunData, arms: readonly [string, T][], step: number): readonly [string, T][] =>
  step >= 0 ? arms : arms.filter(([arm]) => hasBegun(data, arm, step));

/**
 * The steps from which lines of forks are drawn, of those at which there is something: what comes before is their
 * parent's line, unless that is hidden.
 */
function startsOf({ experiment }: RunData, shown: Shown, steps: readonly number[]): ReadonlyMap<string, number> {
  const forks = experiment?.arms.filter(({ fork }) => fork && shown.has(fork.of)) ?? [];
  return new Map(forks.map(({ id, fork }) => [id, steps.findLast((step) => step <= (fork?.step ?? 0)) ?? 0]));
}

/** Gathers rows in order of steps, and the range of what is in them. */
class Rows {
  readonly #limits: Limits;
  readonly #starts: ReadonlyMap<string, number>;
  readonly rows: Row[] = [];
  readonly ends = new Map<string, End>();
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;

  /** @param starts first steps of the lines of arms, where they are not the first of all */
  constructor(limits: Limits, starts: ReadonlyMap<string, number>) {
    this.#limits = limits;
    this.#starts = starts;
  }

  include(value: number): void {
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
  }

  addPoint(row: Row, arm: string, { mean, sd, n }: Point): void {
    if (n === 0 || row.step < (this.#starts.get(arm) ?? Number.NEGATIVE_INFINITY)) return;
    row[`m:${arm}`] = mean;
    this.ends.set(arm, { step: row.step, value: mean });
    this.include(mean);
    if (n < 2) return;
    const [low, high] = this.#limits;
    const band: [number, number] = [Math.max(low, mean - sd), Math.min(high, mean + sd)];
    row[`b:${arm}`] = band;
    for (const end of band) this.include(end);
  }

  done(): Series {
    const found = this.min <= this.max;
    return {
      rows: this.rows,
      ends: this.ends,
      lastStep: this.rows.at(-1)?.step ?? 0,
      min: found ? this.min : Number.NaN,
      max: found ? this.max : Number.NaN,
    };
  }
}

/** Last value of every arm's main line up to a step: where lines end in a part of a run. */
export function endsAt(series: Series, step: number): Map<string, End> {
  if (step >= series.lastStep) return series.ends;
  const ends = new Map<string, End>();
  for (const row of series.rows) {
    if (row.step > step) break;
    for (const arm of series.ends.keys()) {
      const value = row[`m:${arm}`];
      if (typeof value === 'number') ends.set(arm, { step: row.step, value });
    }
  }
  return ends;
}

const stepsOf = (evaluations: readonly Evaluation[]): number[] => evaluations.map(({ step }) => step);

/** Validation loss (mean and spread over seeds) and smoothed training loss of every arm. */
export function lossSeries(data: RunData, shown: Shown, maxPoints: number): Series {
  const arms = shownArms(data, shown);
  const recorded = evaluationsOf(data);
  const evaluations = sampleIndices(recorded.length, maxPoints).map((i) => recorded[i]);
  const out = new Rows(limitsOf(data, 'valLoss'), startsOf(data, shown, stepsOf(evaluations)));
  const smooth = smoothOf(data, 'trainLoss');
  const training = sampleIndices(smooth.length, maxPoints).map((row) => smooth.stepAt(row));
  const learning = startsOf(data, shown, training);
  for (let e = 0, t = 0; e < evaluations.length || t < training.length; ) {
    const evaluation = evaluations[e];
    const step = Math.min(evaluation?.step ?? Number.POSITIVE_INFINITY, training[t] ?? Number.POSITIVE_INFINITY);
    const row: Row = { step };
    addTraining(data, shown, learning, out, row);
    if (evaluation?.step === step) {
      for (const [arm, members] of begun(data, arms, step))
        out.addPoint(
          row,
          arm,
          meanOverSeeds(members, (m) => evaluation.series.valLoss[m]),
        );
      e++;
    }
    if (training[t] === step) t++;
    out.rows.push(row);
  }
  return out.done();
}

function addTraining(data: RunData, shown: Shown, starts: ReadonlyMap<string, number>, out: Rows, row: Row): void {
  const smooth = smoothOf(data, 'trainLoss');
  const at = smooth.rowOf(row.step);
  if (at < 0) return;
  let column = 0;
  for (const arm of data.arms.keys()) {
    const value = smooth.at(at, column++);
    if (!Number.isFinite(value) || !shown.has(arm) || row.step < (starts.get(arm) ?? Number.NEGATIVE_INFINITY)) continue;
    row[`t:${arm}`] = value;
    out.include(value);
  }
}

/** Smoothed alignment loss of every arm that is guided. */
export function alignmentSeries(data: RunData, shown: Shown, maxPoints: number): Series {
  const smooth = smoothOf(data, 'alignmentLoss');
  const steps = sampleIndices(smooth.length, maxPoints);
  const out = new Rows(
    limitsOf(data, 'alignmentLoss'),
    startsOf(
      data,
      shown,
      steps.map((at) => smooth.stepAt(at)),
    ),
  );
  for (const at of steps) {
    const row: Row = { step: smooth.stepAt(at) };
    let column = 0;
    for (const arm of data.arms.keys()) {
      const mean = smooth.at(at, column++);
      if (!shown.has(arm)) continue;
      out.addPoint(row, arm, { mean, sd: Number.NaN, n: Number.isFinite(mean) ? 1 : 0 });
    }
    out.rows.push(row);
  }
  return out.done();
}

/** Validation metric of every arm. */
export function metricSeries(data: RunData, shown: Shown, maxPoints: number): Series {
  return evaluationSeries(data, shown, maxPoints, limitsOf(data, 'valMetric'), ({ series }, member) => series.valMetric[member]);
}

function evaluationSeries(data: RunData, shown: Shown, maxPoints: number, limits: Limits, value: (evaluation: Evaluation, member: number) => number): Series {
  const recorded = evaluationsOf(data);
  const evaluations = sampleIndices(recorded.length, maxPoints).map((i) => recorded[i]);
  const out = new Rows(limits, startsOf(data, shown, stepsOf(evaluations)));
  const arms = shownArms(data, shown);
  for (const evaluation of evaluations) {
    const row: Row = { step: evaluation.step };
    for (const [arm, members] of begun(data, arms, evaluation.step))
      out.addPoint(
        row,
        arm,
        meanOverSeeds(members, (m) => value(evaluation, m)),
      );
    out.rows.push(row);
  }
  return out.done();
}

/** Mean of one field over some pairs, for one member; pairs of collapsed layers (NaN) are left out. */
export function meanOverPairs(data: RunData, evaluation: Evaluation, member: number, pairs: readonly number[], field: ShownSimilarity): number {
  let sum = 0;
  let n = 0;
  for (const pair of pairs) {
    const value = data.similarity(evaluation, member, pair, field);
    if (Number.isFinite(value)) {
      sum += value;
      n++;
    }
  }
  return n > 0 ? sum / n : Number.NaN;
}

/**
 * Similarity of some pairs (indices into `data.pairs`; their mean when there are several) for every arm, and the
 * chance level: its mean over arms and, as a band, its lowest and highest arm. Debiased CKA's chance level is 0; that of
 * measures other than CKA is not known.
 */
export function similaritySeries(data: RunData, shown: Shown, pairs: readonly number[], field: ShownSimilarity, maxPoints: number): Series {
  const limits = limitsOf(data, field in PAIR_QUANTITIES ? 'similarity' : 'similarityMeasured');
  const series = evaluationSeries(data, shown, maxPoints, limits, (evaluation, m) => meanOverPairs(data, evaluation, m, pairs, field));
  const recorded = evaluationsOf(data);
  const indices = sampleIndices(recorded.length, maxPoints);
  series.rows.forEach((row, i) => {
    const levels: number[] = [];
    if (field === 'cka') {
      for (const [, members] of shownArms(data, shown)) {
        const { mean, n } = meanOverSeeds(members, (m) => meanOverPairs(data, recorded[indices[i]], m, pairs, 'chance'));
        if (n > 0) levels.push(mean);
      }
    } else if (field === 'debiased') levels.push(0);
    if (levels.length === 0) return;
    const chance = levels.reduce((a, b) => a + b, 0) / levels.length;
    row.chance = chance;
    row.chanceBand = [Math.min(...levels), Math.max(...levels)];
    series.chanceEnd = { step: row.step, value: chance };
  });
  return series;
}
