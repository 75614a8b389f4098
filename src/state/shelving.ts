/** From a run on screen to what the shelf keeps of it. Fetched when there is something to keep. */
import type { EvaluationRecord } from '@/experiment/contract/events.ts';
import type { RunResult } from '@/experiment/contract/result.ts';
import { buildResult, type Recording } from '@/stats/result.ts';
import { mean as meanOf, sampleSd } from '@/stats/summary.ts';
import { reachedEnd, type RunState } from './run.ts';
import type { RunData } from './runData.ts';
import { RECORD_VERSION, type ShelvedRun } from './shelfRecord.ts';
import type { StepSeries } from './stepSeries.ts';
import { scoresAt, verdictOf } from './verdictOf.ts';

/** Points of a thumbnail's lines: it is about a hundred pixels wide. */
const THUMBNAIL_POINTS = 40;

/** Of a very long run the page has every second step, or fewer: what it has not is a gap. */
const curveOf = (values: StepSeries, member: number, steps: number): Float32Array =>
  Float32Array.from({ length: steps }, (_, i) => (i % values.stride === 0 ? values.at(i / values.stride, member) : Number.NaN));

/** What the page has heard of a run; of the matrices those at both ends, as in any result. */
function recordingOf(data: RunData): Recording {
  const { evaluations, matrices, trainedSteps, warmup } = data;
  const lastIndex = evaluations.length - 1;
  return {
    steps: trainedSteps,
    evaluations: evaluations.map((evaluation, i): EvaluationRecord => {
      const record = i === 0 ? matrices.first : i === lastIndex ? matrices.latest : undefined;
      return {
        ...evaluation,
        matrices: (record?.byGuide ?? {}) as EvaluationRecord['matrices'],
        predictions: Uint16Array.from((i === lastIndex && data.predictions) || []),
      };
    }),
    curve: (id, member) => curveOf(data.steps[id].values, member, trainedSteps),
    warmup: warmup && {
      firstStep: 1 - warmup.length,
      steps: warmup.taken,
      evaluations: warmup.evaluations.map((evaluation) => ({ ...evaluation, matrices: {}, predictions: new Uint16Array(0) })),
      curve: (id, member) => curveOf(warmup.steps[id].values, member, warmup.taken),
    },
    divergedAt: data.members.map((member) => data.divergedAt(member) ?? -1),
  };
}

/** The result of a run that did not come to its end; null where it has not begun. */
function partialResult({ experiment, environment, data, step, stepsPerSecond }: RunState): RunResult | null {
  if (!experiment || !environment) return null;
  return buildResult({
    experiment,
    history: recordingOf(data),
    environment,
    guides: data.guidesReady.map(({ guide, seed, source, valLoss, valMetric }) => ({
      id: guide,
      state: experiment.guides[guide].state,
      seed,
      score: valMetric,
      valLoss,
      source,
    })),
    notes: data.divergences.map(({ arm, seed, step: at }) => ({ step: at, text: `${arm}, seed ${seed}: the loss stopped being finite; frozen.` })),
    seconds: stepsPerSecond > 0 ? step / stepsPerSecond : 0,
    recalibrated: null,
    ...(data.labels && { labels: [...data.labels] }),
  });
}

/** Mean and spread of the seeds that have a value. */
function moments(values: readonly (number | null)[]): { mean: number | null; sd: number | null } {
  const numbers = values.filter((value) => value !== null);
  return { mean: numbers.length > 0 ? meanOf(numbers) : null, sd: numbers.length > 1 ? sampleSd(numbers) : null };
}

function thumbnail(data: RunData): ShelvedRun['curves'] {
  const stride = Math.max(1, Math.ceil(data.evaluations.length / THUMBNAIL_POINTS));
  const shown = data.evaluations.filter((_, i) => i % stride === 0 || i === data.evaluations.length - 1);
  const arms = data.experiment?.arms ?? [];
  return { steps: shown.map(({ step }) => step), arms: arms.map(({ id }) => shown.map((evaluation) => moments(scoresAt(data, evaluation, id)).mean)) };
}

/**
 * @param about id and date of the record
 * @returns null where there is nothing to keep
 */
export function shelved(run: RunState, about: Pick<ShelvedRun, 'id' | 'keptAt'>): { record: ShelvedRun; result: RunResult } | null {
  const { data } = run;
  const result = run.result ?? partialResult(run);
  const last = data.lastEvaluation;
  if (!result || !last) return null;
  const headline = last.step > 0 ? verdictOf(data, reachedEnd(run))?.headline : undefined;
  const record: ShelvedRun = {
    version: RECORD_VERSION,
    ...about,
    madeAt: result.finishedAt ?? null,
    name: null,
    pinned: false,
    experiment: result.experiment,
    stoppedAt: result.stoppedAt ?? null,
    checkpoint: null,
    file: run.loadedFrom,
    headline: headline?.map(({ text }) => text).join('') ?? null,
    arms: result.experiment.arms.map(({ id, name }) => ({ id, name, ...moments(scoresAt(data, last, id)) })),
    curves: thumbnail(data),
  };
  return { record, result };
}
