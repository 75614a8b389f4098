/** The numbers of the result table, while a run goes on and after it. */
import { labelGroups, taskShape } from '@/experiment/networks/describe.ts';
import { kindOf } from '@/experiment/series.ts';
import type { RunResult } from '@/experiment/contract/result.ts';
import type { TaskSpec } from '@/experiment/schema/schema.ts';
import type { Evaluation, RunData } from '@/state/runData.ts';
import { balancedAccuracy, confusionMatrix } from '@/stats/confusion.ts';
import type { Comparison, Verdict } from '@/stats/types.ts';
import { meanOverSeeds, type Point } from '@/ui/charts/overSeeds.ts';

export interface ArmRow {
  id: string;
  name: string;
  valLoss: Point;
  bestLoss: Point;
  valMetric: Point;
  bestMetric: Point;
  /** Mean over the last steps, or over the training set once the run is done. */
  trainMetric: Point;
  /** Mean accuracy over classes, where the classes are a person's own (`RunData.labels`). */
  balanced: Point | null;
  /** Batch-norm statistics recomputed over the training set; n = 0 before the end. */
  recalibrated: Point;
  /** Where labels have groups (`labelGroups`), in their order: perplexity and accuracy on each. */
  groups: { perplexity: Point; accuracy: Point }[];
  diverged: { seed: number; step: number }[];
  /** Against the reference arm; null for that arm itself. */
  comparison: Comparison | null;
}

export interface GuideRow {
  id: string;
  /** e.g. "came with the page" */
  source: string;
  valLoss: Point;
  valMetric: Point;
}

/** Training batches are noisy: the mean over this many steps says how well the training set is known. */
const RECENT_STEPS = 20;

function recentTrainMetric(data: RunData, member: number): number {
  const { values } = data.steps.trainMetric;
  const { length } = values;
  let sum = 0;
  let n = 0;
  for (let row = Math.max(0, length - RECENT_STEPS); row < length; row++) {
    const value = values.at(row, member);
    if (Number.isFinite(value)) {
      sum += value;
      n++;
    }
  }
  return n > 0 ? sum / n : Number.NaN;
}

/** Best values of every member up to some evaluation. */
interface Best {
  count: number;
  last: Evaluation | undefined;
  valLoss: Float64Array;
  valMetric: Float64Array;
}

const bests = new WeakMap<RunData, Best>();

/** Looks only at evaluations that came since the last time: a long run must not make the table slow. */
function bestSoFar(data: RunData, task: TaskSpec): Best {
  const { evaluations } = data;
  let best = bests.get(data);
  // Evaluations are taken back when a run is rewound.
  if (!best || evaluations[best.count - 1] !== best.last) {
    const nothing = () => new Float64Array(data.members.length).fill(Number.NaN);
    best = { count: 0, last: undefined, valLoss: nothing(), valMetric: nothing() };
    bests.set(data, best);
  }
  const take = (best: Float64Array, values: Float32Array, sign: 1 | -1) => {
    for (let m = 0; m < best.length; m++) if (Number.isFinite(values[m]) && !(sign * best[m] >= sign * values[m])) best[m] = values[m];
  };
  for (; best.count < evaluations.length; best.count++) {
    best.last = evaluations[best.count];
    for (const id of ['valLoss', 'valMetric'] as const) take(best[id], best.last.series[id], kindOf(id, task).better === 'higher' ? 1 : -1);
  }
  return best;
}

/** One row per arm; members that diverged are named and left out of every mean. */
export function armRows(data: RunData, result: RunResult | null, verdict: Verdict | null): ArmRow[] {
  const { experiment, lastEvaluation } = data;
  if (!experiment || !lastEvaluation) return [];
  const best = bestSoFar(data, experiment.task);
  const alive = (member: number) => data.divergedAt(data.members[member]) === undefined;
  const final = (member: number, field: 'trainMetric' | 'valMetricRecalibrated') => {
    const { arm, seed } = data.members[member];
    return result?.members.find((m) => m.arm === arm && m.seed === seed)?.final[field] ?? Number.NaN;
  };
  const groups = labelGroups(experiment.task);
  const balanced = balancedAccuracies(data);
  return experiment.arms.map(({ id, name }) => {
    const members = data.arms.get(id) ?? [];
    const point = (value: (member: number) => number) => meanOverSeeds(members, (m) => (alive(m) ? value(m) : Number.NaN));
    return {
      id,
      name,
      valLoss: point((m) => lastEvaluation.series.valLoss[m]),
      bestLoss: point((m) => best.valLoss[m]),
      valMetric: point((m) => lastEvaluation.series.valMetric[m]),
      bestMetric: point((m) => best.valMetric[m]),
      trainMetric: point((m) => (result ? final(m, 'trainMetric') : recentTrainMetric(data, m))),
      balanced: balanced && point((m) => balanced[m]),
      recalibrated: point((m) => final(m, 'valMetricRecalibrated')),
      groups: groups.map((_, g) => ({
        perplexity: point((m) => Math.exp(lastEvaluation.series.groupLoss[m * groups.length + g])),
        accuracy: point((m) => lastEvaluation.series.groupAccuracy[m * groups.length + g]),
      })),
      diverged: data.divergences.filter((d) => d.arm === id).map(({ seed, step }) => ({ seed, step })),
      comparison: verdict?.comparisons.find((c) => c.arm === id) ?? null,
    };
  });
}

/** How often each member took which class for which at the last evaluation; null where labels or predictions are not known. */
export function confusions({ experiment, labels, predictions, members }: RunData): Float64Array[] | null {
  if (!experiment || !labels || !predictions) return null;
  const { classes } = taskShape(experiment.task);
  const each = labels.length;
  return members.map((_, m) => confusionMatrix(labels, predictions.subarray(m * each, (m + 1) * each), classes));
}

const balancedAccuracies = (data: RunData): number[] | null => confusions(data)?.map((counts) => balancedAccuracy(counts, Math.sqrt(counts.length))) ?? null;

const SOURCES = {
  shipped: 'came with the page',
  kept: 'trained here before',
  'trained-now': 'trained here',
  untrained: 'random weights, others for each seed',
  imported: 'out of a file',
};

/** The guides' own scores on the validation set. */
export function guideRows(data: RunData): GuideRow[] {
  return Object.keys(data.experiment?.guides ?? {}).flatMap((id) => {
    const ready = data.guidesReady.filter((guide) => guide.guide === id);
    if (ready.length === 0) return [];
    const all = ready.map((_, i) => i);
    return [
      {
        id,
        source: SOURCES[ready[0].source],
        valLoss: meanOverSeeds(all, (i) => ready[i].valLoss),
        valMetric: meanOverSeeds(all, (i) => ready[i].valMetric),
      },
    ];
  });
}
