/** Runs that were kept before quantities were recorded by name. */
import type { EvaluationRecord, TrainingRecords } from '../../experiment/contract/events.ts';
import type { Checkpoint } from '../../experiment/contract/lab.ts';
import { EVALUATION_QUANTITIES, gaps, pairCells, pairSeries, STEP_QUANTITIES } from '../../experiment/series.ts';
import { members } from '../../experiment/plan/plan.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';

type Values = Float32Array<ArrayBuffer>;

export interface OldCheckpoint extends Omit<Checkpoint, 'history'> {
  history: {
    training: Pick<TrainingRecords, 'firstStep' | 'count'> & { loss: Values; metric: Values };
    evaluations: (Omit<EvaluationRecord, 'series'> & { valLoss: Values; valMetric: Values; groups?: { loss: Values; accuracy: Values } })[];
  };
}

/** A checkpoint as it is written today; what was not recorded then is a gap. */
export function asToday(checkpoint: Checkpoint | OldCheckpoint): Checkpoint {
  if (isToday(checkpoint)) return complete(checkpoint);
  const { experiment, history, ...rest } = checkpoint;
  const { loss, metric, ...steps } = history.training;
  return {
    ...rest,
    experiment,
    history: {
      training: { ...steps, series: { ...gaps(STEP_QUANTITIES, experiment, steps.count), trainLoss: loss, trainMetric: metric } },
      evaluations: history.evaluations.map((record) => evaluationToday(experiment, record)),
    },
  };
}

/** With gaps for what has come to be recorded since. */
function complete(checkpoint: Checkpoint): Checkpoint {
  const { experiment, history } = checkpoint;
  const { training, evaluations } = history;
  const missing = { training: gaps(STEP_QUANTITIES, experiment, training.count), evaluation: gaps(EVALUATION_QUANTITIES, experiment) };
  return {
    ...checkpoint,
    history: {
      training: { ...training, series: { ...missing.training, ...training.series } },
      evaluations: evaluations.map((record) => ({ ...record, series: { ...missing.evaluation, ...record.series } })),
    },
  };
}

const isToday = (checkpoint: Checkpoint | OldCheckpoint): checkpoint is Checkpoint => 'series' in checkpoint.history.training;

function evaluationToday(experiment: Experiment, old: OldCheckpoint['history']['evaluations'][number]): EvaluationRecord {
  const { valLoss, valMetric, groups, ...rest } = old;
  return {
    ...rest,
    series: {
      ...gaps(EVALUATION_QUANTITIES, experiment),
      valLoss,
      valMetric,
      ...(groups && { groupLoss: groups.loss, groupAccuracy: groups.accuracy }),
      ...pairSeries(pairCells(experiment), members(experiment).length, rest.matrices),
    },
  };
}
