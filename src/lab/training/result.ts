/** From a run's history to its exported result. */
import { labelGroups, taskMetric, taskShape } from '../../experiment/networks/describe.ts';
import type { Environment } from '../../experiment/contract/environment.ts';
import type { EvaluationRecord } from '../../experiment/contract/events.ts';
import { observedPairs } from '../../experiment/plan/arms.ts';
import { tapNames } from '../../experiment/plan/pairs.ts';
import { members as membersOf } from '../../experiment/plan/plan.ts';
import type { MatrixResult, MemberResult, PairResult, RunResult } from '../../experiment/contract/result.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';
import { exp } from '../../experiment/course/math.ts';
import { mean, sampleSd } from '../../stats/summary.ts';
import type { History } from './history.ts';

const finite = (value: number | undefined): number | null => (value !== undefined && Number.isFinite(value) ? value : null);

/** CKA is drawn and compared to two or three decimals; more digits would only make the file longer. */
const short = (value: number): number | null => (Number.isFinite(value) ? Math.round(value * 1e5) / 1e5 : null);

export interface ResultInput {
  experiment: Experiment;
  history: History;
  environment: Environment;
  guides: RunResult['guides'];
  notes: RunResult['events'];
  seconds: number;
  /** Per member, or null where the run did not reach its end. */
  recalibrated: readonly number[] | null;
}

/** `null` stands for every value that is not a finite number. */
export function buildResult(input: ResultInput): RunResult {
  const { experiment, history, environment } = input;
  const shape = taskShape(experiment.task);
  const metric = taskMetric(experiment.task);
  const members = membersOf(experiment);
  const pairs = observedPairs(experiment);
  const targetTaps = tapNames(experiment);
  const guideTaps = Object.fromEntries(Object.keys(experiment.guides).map((id) => [id, tapNames(experiment, id)]));
  const evaluations = history.evaluations;
  const last = evaluations.at(-1);
  /** Mean over the last batches: a training score that does not cost another pass. An epoch, where there are any. */
  const epoch = Number.isFinite(shape.trainExamples) ? Math.max(1, Math.floor(shape.trainExamples / experiment.base.batchSize)) : experiment.base.evaluateEvery;

  const similarity = (record: EvaluationRecord | undefined, member: number, pair: (typeof pairs)[number], field: number): number | null => {
    const taps = guideTaps[pair.guide];
    const index = (member * targetTaps.length + targetTaps.indexOf(pair.targetTap)) * taps.length + taps.indexOf(pair.guideTap);
    return finite(record?.matrices[pair.guide]?.[index * 3 + field]);
  };

  /** The matrix of one member against one guide. */
  const matrix = (record: EvaluationRecord | undefined, member: number, guide: string): MatrixResult => {
    const width = guideTaps[guide].length;
    const values = record?.matrices[guide];
    const field = (f: number) =>
      targetTaps.map((_, t) => Array.from({ length: width }, (__, g) => short(values?.[((member * targetTaps.length + t) * width + g) * 3 + f] ?? Number.NaN)));
    return { cka: field(0), debiased: field(1), chance: field(2) };
  };
  const labels = (last?.predictions.length ?? 0) / Math.max(1, members.length);

  const groupNames = labelGroups(experiment.task);
  const groupsOf = (m: number) =>
    groupNames.map((name, g) => {
      const at = m * groupNames.length + g;
      const values = (of: 'loss' | 'accuracy') => evaluations.map((e) => finite(e.groups?.[of][at]));
      return {
        name,
        loss: finite(last?.groups?.loss[at]),
        accuracy: finite(last?.groups?.accuracy[at]),
        history: { loss: values('loss'), accuracy: values('accuracy') },
      };
    });

  const results = members.map(({ arm, seed }, m): MemberResult => {
    const trainLoss = history.series('loss', m);
    const trainMetric = history.series('metric', m);
    const recentLoss = mean([...trainLoss.slice(-epoch)]);
    const scored = evaluations.filter((e) => Number.isFinite(e.valMetric[m]));
    const better = (a: number, b: number) => (metric.higherIsBetter ? a > b : a < b);
    const best = scored.reduce<EvaluationRecord | undefined>((a, e) => (!a || better(e.valMetric[m], a.valMetric[m]) ? e : a), undefined);
    return {
      arm,
      seed,
      diverged: history.divergedAt[m] >= 0,
      divergedAt: history.divergedAt[m] >= 0 ? history.divergedAt[m] : null,
      initial: { valLoss: finite(evaluations[0]?.valLoss[m]), valMetric: finite(evaluations[0]?.valMetric[m]) },
      final: {
        trainLoss: finite(recentLoss),
        // The perplexity of all those batches together, not the mean of theirs.
        trainMetric: finite(metric.name === 'perplexity' ? exp(recentLoss) : mean([...trainMetric.slice(-epoch)])),
        valLoss: finite(last?.valLoss[m]),
        valMetric: finite(last?.valMetric[m]),
        valMetricRecalibrated: finite(input.recalibrated?.[m]),
      },
      best: { step: best?.step ?? 0, valLoss: finite(best?.valLoss[m]), valMetric: finite(best?.valMetric[m]) },
      pairs: pairs.map(
        (pair): PairResult => ({
          ...pair,
          start: similarity(evaluations[0], m, pair, 0),
          end: similarity(last, m, pair, 0),
          startDebiased: similarity(evaluations[0], m, pair, 1),
          endDebiased: similarity(last, m, pair, 1),
          chance: similarity(last, m, pair, 2),
        }),
      ),
      ...(groupNames.length > 0 && { groups: groupsOf(m) }),
      history: {
        step: Array.from(trainLoss, (_, i) => i + 1),
        trainLoss: Array.from(trainLoss, finite),
        trainMetric: Array.from(trainMetric, finite),
        valStep: evaluations.map((e) => e.step),
        valLoss: evaluations.map((e) => finite(e.valLoss[m])),
        valMetric: evaluations.map((e) => finite(e.valMetric[m])),
        similarity: evaluations.map((e) => pairs.map((pair) => similarity(e, m, pair, 0))),
        similarityDebiased: evaluations.map((e) => pairs.map((pair) => similarity(e, m, pair, 1))),
        similarityChance: evaluations.map((e) => pairs.map((pair) => similarity(e, m, pair, 2))),
      },
      matrices: Object.fromEntries(Object.keys(guideTaps).map((guide) => [guide, { start: matrix(evaluations[0], m, guide), end: matrix(last, m, guide) }])),
      predictions: [...(last?.predictions.subarray(m * labels, (m + 1) * labels) ?? [])],
    };
  });

  return {
    schema: 2,
    finishedAt: new Date().toISOString(),
    experiment,
    environment: { backend: environment.backend, adapter: environment.adapter, browser: globalThis.navigator?.userAgent ?? 'node', version: __APP_VERSION__ },
    metric,
    timing: { seconds: input.seconds, stepsPerSecond: input.seconds > 0 ? history.steps / input.seconds : 0 },
    guides: input.guides,
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
