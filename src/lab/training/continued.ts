/** A checkpoint as that of an experiment with more forks: what a fork has before its step is its parent's. */
import type { EvaluationRecord, TrainingRecords } from '../../experiment/contract/events.ts';
import type { Checkpoint } from '../../experiment/contract/lab.ts';
import { sourcesAt } from '../../experiment/continuation.ts';
import { members } from '../../experiment/plan/plan.ts';
import { startStep } from '../../experiment/plan/warmup.ts';
import {
  EVALUATION_QUANTITIES,
  type EvaluationQuantity,
  pairCells,
  pairSeries,
  partsOf,
  quantity,
  type Recorded,
  STEP_QUANTITIES,
  type StepQuantity,
} from '../../experiment/series.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';

/** Blocks of an array `[times × blocks]` of which each is `size` values, picked at every time. */
function picked<T extends Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>>(values: T, blocks: number, from: readonly number[]): T {
  const size = values.length / blocks || 0;
  const all = new (values.constructor as new (length: number) => T)(from.length * size);
  from.forEach((block, i) => {
    all.set(values.subarray(block * size, (block + 1) * size), i * size);
  });
  return all;
}

/** A quantity with other names of parts: `[members × parts]`; a gap where it was not recorded. */
function renamed(values: Float32Array<ArrayBuffer>, before: readonly string[], after: readonly string[]): Float32Array<ArrayBuffer> {
  const count = before.length > 0 ? values.length / before.length : 0;
  const places = after.map((name) => before.indexOf(name));
  return Float32Array.from({ length: count * after.length }, (_, i) => {
    const place = places[i % after.length];
    return place < 0 ? Number.NaN : values[Math.floor(i / after.length) * before.length + place];
  });
}

/** What was recorded from a step on. */
function since({ firstStep, count, series }: TrainingRecords, step: number): TrainingRecords {
  const left = Math.max(0, Math.min(count, step - firstStep));
  const own = STEP_QUANTITIES.map((id) => [id, series[id].slice((left * series[id].length) / Math.max(1, count))] as const);
  return { firstStep: Math.max(firstStep, step), count: count - left, series: Object.fromEntries(own) as Recorded<StepQuantity> };
}

/**
 * The checkpoint with the arms of another experiment, as far as what it has come to is theirs, too. Similarity of new
 * pairs by measures that nobody learnt by until then is a gap; what training itself goes on from is complete.
 * @returns the checkpoint itself where the other experiment was another one before
 */
export function continuedAs(checkpoint: Checkpoint, next: Experiment): Checkpoint {
  const { experiment: ran, step, tensors, history } = checkpoint;
  const experiment: Experiment = { ...next, interventions: ran.interventions };
  const sources = sourcesAt(ran, experiment, step);
  if (!sources) return checkpoint;
  const before = members(ran);
  const from = members(experiment).map(({ arm, seed }) => before.findIndex((member) => member.arm === sources.get(arm) && member.seed === seed));
  const [parts, ownParts] = [partsOf(ran), partsOf(experiment)];
  const cells = pairCells(experiment);

  const evaluation = ({ step: at, series, matrices, predictions }: EvaluationRecord): EvaluationRecord => {
    const ownMatrices = Object.fromEntries(Object.entries(matrices).map(([guide, values]) => [guide, picked(values, before.length, from)]));
    const own = EVALUATION_QUANTITIES.map((id) => {
      const { extent } = quantity(id);
      return [id, renamed(picked(series[id], before.length, from), parts[extent], ownParts[extent])] as const;
    });
    return {
      step: at,
      // Of all layers the similarity is known: of pairs that are observed only now, too.
      series: { ...(Object.fromEntries(own) as Recorded<EvaluationQuantity>), ...pairSeries(cells, from.length, ownMatrices) },
      matrices: ownMatrices,
      predictions: picked(predictions, before.length, from),
    };
  };
  // Without the arm of the longest warm-up it begins later.
  const start = startStep(experiment);
  const training = ({ firstStep, count, series }: TrainingRecords): TrainingRecords => {
    const everyStep = Array.from({ length: count }, (_, i) => from.map((m) => i * before.length + m)).flat();
    const own = STEP_QUANTITIES.map((id) => [id, picked(series[id], count * before.length, everyStep)] as const);
    return { firstStep, count, series: Object.fromEntries(own) as Recorded<StepQuantity> };
  };
  const { warmup } = history;
  return {
    experiment,
    step: Math.max(step, start),
    tensors: Object.fromEntries(
      experiment.arms.flatMap(({ id }) => {
        const prefix = `${sources.get(id)}/`;
        return Object.entries(tensors).flatMap(([name, tensor]) => (name.startsWith(prefix) ? [[`${id}/${name.slice(prefix.length)}`, tensor]] : []));
      }),
    ),
    divergedAt: from.map((m) => checkpoint.divergedAt[m]),
    history: {
      training: training(history.training),
      evaluations: history.evaluations.map(evaluation),
      ...(warmup &&
        start < 0 && {
          warmup: {
            training: training(since(warmup.training, start + 1)),
            evaluations: warmup.evaluations.filter((record) => record.step >= start).map(evaluation),
          },
        }),
    },
  };
}
