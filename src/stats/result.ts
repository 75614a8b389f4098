/** From what was recorded of a run to its exported result. */
import { taskMetric, taskShape } from '../experiment/networks/describe.ts';
import type { Environment } from '../experiment/contract/environment.ts';
import type { EvaluationRecord } from '../experiment/contract/events.ts';
import { observedPairs } from '../experiment/plan/arms.ts';
import { tapNames } from '../experiment/plan/pairs.ts';
import { members as membersOf } from '../experiment/plan/plan.ts';
import { warmupOf } from '../experiment/plan/warmup.ts';
import type { MatrixResult, MemberResult, PairResult, RunResult } from '../experiment/contract/result.ts';
import {
  EVALUATION_QUANTITIES,
  type EvaluationQuantity,
  GROUP_FIELDS,
  partsOf,
  quantity,
  type QuantityOf,
  STEP_QUANTITIES,
  type StepQuantity,
} from '../experiment/series.ts';
import type { Experiment } from '../experiment/schema/schema.ts';
import { exp } from '../experiment/course/math.ts';
import { mean, sampleSd } from './summary.ts';

const finite = (value: number | undefined): number | null => (value !== undefined && Number.isFinite(value) ? value : null);

type GroupHistory = NonNullable<MemberResult['groups']>[number]['history'];

/** CKA is drawn and compared to two or three decimals; more digits would only make the file longer. */
const short = (value: number): number | null => (Number.isFinite(value) ? Math.round(value * 1e5) / 1e5 : null);

/** Consecutive steps, and the evaluations among them. */
interface Curves {
  /** Their number. */
  steps: number;
  evaluations: readonly EvaluationRecord[];
  /** What a quantity of the steps was for one member, one value per step. */
  curve(id: StepQuantity, member: number): Float32Array;
}

/** What was recorded before step 0. */
export interface WarmupRecording extends Curves {
  /** At most 0. */
  firstStep: number;
}

/** What was recorded of a run, whoever holds it: from step 1 on, and of warm-ups. */
export interface Recording extends Curves {
  warmup: WarmupRecording | null;
  /** Per member: the first step whose loss was not finite, or −1. */
  divergedAt: readonly number[];
}

export interface ResultInput {
  experiment: Experiment;
  /** Of fewer steps than the experiment has: of a run that was stopped (`RunResult.stoppedAt`). */
  history: Recording;
  environment: Pick<Environment, 'backend' | 'adapter'>;
  guides: RunResult['guides'];
  notes: RunResult['events'];
  seconds: number;
  /** Per member, or null where the run did not reach its end. */
  recalibrated: readonly number[] | null;
  /** True classes of the validation set, where they are kept (`RunResult.labels`). */
  labels?: number[];
}

/** `null` stands for every value that is not a finite number. */
export function buildResult(input: ResultInput): RunResult {
  const { experiment, history, environment } = input;
  const shape = taskShape(experiment.task);
  const metric = taskMetric(experiment.task);
  const members = membersOf(experiment);
  const pairs = observedPairs(experiment);
  const parts = partsOf(experiment);
  const targetTaps = tapNames(experiment);
  const guideTaps = Object.fromEntries(Object.keys(experiment.guides).map((id) => [id, tapNames(experiment, id)]));
  const evaluations = history.evaluations;
  const last = evaluations.at(-1);
  /** Mean over the last batches: a training score that does not cost another pass. An epoch, where there are any. */
  const epoch = Number.isFinite(shape.trainExamples) ? Math.max(1, Math.floor(shape.trainExamples / experiment.base.batchSize)) : experiment.base.evaluateEvery;

  /** What was recorded of a member's part at an evaluation. */
  const at = (record: EvaluationRecord | undefined, id: EvaluationQuantity, member: number, part = 0): number | null =>
    finite(record?.series[id][member * parts[quantity(id).extent].length + part]);

  /** The matrix of one member against one guide. */
  const matrix = (record: EvaluationRecord | undefined, member: number, guide: string): MatrixResult => {
    const width = guideTaps[guide].length;
    const values = record?.matrices[guide];
    const field = (f: number) =>
      targetTaps.map((_, t) => Array.from({ length: width }, (__, g) => short(values?.[((member * targetTaps.length + t) * width + g) * 3 + f] ?? Number.NaN)));
    return { cka: field(0), debiased: field(1), chance: field(2) };
  };
  const labels = (last?.predictions.length ?? 0) / Math.max(1, members.length);

  const groupsOf = (m: number) =>
    parts.group.map((name, g) => {
      const values = (id: QuantityOf<'group'>) => evaluations.map((e) => at(e, id, m, g));
      return {
        name,
        loss: at(last, 'groupLoss', m, g),
        accuracy: at(last, 'groupAccuracy', m, g),
        history: Object.fromEntries(Object.entries(GROUP_FIELDS).map(([id, field]) => [field, values(id as QuantityOf<'group'>)])) as GroupHistory,
      };
    });

  /**
   * All curves of a member, by quantity.
   * @param begin the step with which what is its own begins; earlier ones are left out
   */
  const curvesOf = (m: number, curves: Curves & { firstStep?: number }, begin = 0): MemberResult['history'] => {
    const { steps, firstStep = 1 } = curves;
    const others = Math.max(0, begin + 1 - firstStep);
    const own = curves.evaluations.filter(({ step }) => step >= begin);
    const trained = STEP_QUANTITIES.map((id) => [id, Array.from(curves.curve(id, m).subarray(others), finite)] as const);
    const evaluated = EVALUATION_QUANTITIES.flatMap((id) => {
      const { extent, sparse } = quantity(id);
      const names = parts[extent];
      if (extent === 'group' || (sparse && names.length === 0)) return [];
      return [[id, own.map((e) => (extent === 'member' ? at(e, id, m) : names.map((_, p) => at(e, id, m, p))))] as const];
    });
    return {
      step: Array.from({ length: Math.max(0, steps - others) }, (_, i) => firstStep + others + i),
      ...Object.fromEntries(trained.filter(([id, values]) => !quantity(id).sparse || values.some((value) => value !== null))),
      valStep: own.map((e) => e.step),
      ...Object.fromEntries(evaluated),
    } as MemberResult['history'];
  };

  const results = members.map(({ arm, seed }, m): MemberResult => {
    const spec = experiment.arms.find(({ id }) => id === arm);
    const warmup = spec && warmupOf(experiment, spec);
    const trainLoss = history.curve('trainLoss', m);
    const trainMetric = history.curve('trainMetric', m);
    const recentLoss = mean([...trainLoss.slice(-epoch)]);
    const scored = evaluations.filter((e) => Number.isFinite(e.series.valMetric[m]));
    const better = (a: number, b: number) => (metric.higherIsBetter ? a > b : a < b);
    const best = scored.reduce<EvaluationRecord | undefined>((a, e) => (!a || better(e.series.valMetric[m], a.series.valMetric[m]) ? e : a), undefined);
    return {
      arm,
      seed,
      diverged: history.divergedAt[m] >= 0,
      divergedAt: history.divergedAt[m] >= 0 ? history.divergedAt[m] : null,
      initial: { valLoss: at(evaluations[0], 'valLoss', m), valMetric: at(evaluations[0], 'valMetric', m) },
      final: {
        trainLoss: finite(recentLoss),
        // The perplexity of all those batches together, not the mean of theirs.
        trainMetric: finite(metric.name === 'perplexity' ? exp(recentLoss) : mean([...trainMetric.slice(-epoch)])),
        valLoss: at(last, 'valLoss', m),
        valMetric: at(last, 'valMetric', m),
        valMetricRecalibrated: finite(input.recalibrated?.[m]),
      },
      best: { step: best?.step ?? 0, valLoss: at(best, 'valLoss', m), valMetric: at(best, 'valMetric', m) },
      pairs: pairs.map(
        (pair, p): PairResult => ({
          ...pair,
          start: at(evaluations[0], 'similarity', m, p),
          end: at(last, 'similarity', m, p),
          startDebiased: at(evaluations[0], 'similarityDebiased', m, p),
          endDebiased: at(last, 'similarityDebiased', m, p),
          chance: at(last, 'similarityChance', m, p),
        }),
      ),
      ...(parts.group.length > 0 && { groups: groupsOf(m) }),
      ...(warmup && history.warmup && { warmup: curvesOf(m, history.warmup, -warmup.steps) }),
      history: curvesOf(m, history),
      matrices: Object.fromEntries(Object.keys(guideTaps).map((guide) => [guide, { start: matrix(evaluations[0], m, guide), end: matrix(last, m, guide) }])),
      predictions: [...(last?.predictions.subarray(m * labels, (m + 1) * labels) ?? [])],
    };
  });

  return {
    schema: 2,
    finishedAt: new Date().toISOString(),
    ...(history.steps < experiment.base.steps && { stoppedAt: history.steps }),
    experiment,
    environment: { backend: environment.backend, adapter: environment.adapter, browser: globalThis.navigator?.userAgent ?? 'node', version: __APP_VERSION__ },
    metric,
    timing: { seconds: input.seconds, stepsPerSecond: input.seconds > 0 ? history.steps / input.seconds : 0 },
    guides: input.guides,
    ...(input.labels && { labels: input.labels }),
    layers: { target: targetTaps, guides: guideTaps },
    members: results,
    events: [...input.notes],
    summary: experiment.arms.map(({ id }) => {
      const own = results.filter((r) => r.arm === id && !r.diverged);
      const moments = (values: (number | null)[]) => {
        const numbers = values.filter((v) => v !== null);
        return { mean: numbers.length > 0 ? mean(numbers) : null, sd: numbers.length > 1 ? sampleSd(numbers) : null };
      };
      return { arm: id, n: own.length, valMetric: moments(own.map((r) => r.final.valMetric)), valLoss: moments(own.map((r) => r.final.valLoss)) };
    }),
  };
}
