/** What a run had recorded before it was kept, as events: for a page that has seen nothing of it. */
import type { LabEvent } from '../../experiment/contract/events.ts';
import { members } from '../../experiment/plan/plan.ts';
import type { Run } from './run.ts';

export function toldAgain({ experiment, history, step }: Run): LabEvent[] {
  const { warmup, ...proper } = history.save();
  const { steps } = experiment.base;
  return [
    ...(warmup ? [warmup, proper] : [proper]).flatMap(({ evaluations, training }): LabEvent[] => [
      ...evaluations.map((record): LabEvent => ({ type: 'evaluation.recorded', record })),
      { type: 'training.recorded', records: training },
    ]),
    ...members(experiment).flatMap(({ arm, seed }, m): LabEvent[] =>
      history.divergedAt[m] >= 0 ? [{ type: 'member.diverged', arm, seed, step: history.divergedAt[m] }] : [],
    ),
    { type: 'progress.changed', step, steps, stepsPerSecond: 0, secondsLeft: Number.NaN },
  ];
}
