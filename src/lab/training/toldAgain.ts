/** What a run had recorded before it was kept, for a page that has seen nothing of it. */
import type { LabEvent } from '../../experiment/contract/events.ts';
import { members } from '../../experiment/plan/plan.ts';
import type { Run } from './run.ts';

export function* toldAgain({ history, experiment, step }: Run): Generator<LabEvent> {
  const { warmup, ...training } = history.save();
  for (const { evaluations, training: records } of warmup ? [warmup, training] : [training]) {
    for (const record of evaluations) yield { type: 'evaluation.recorded', record };
    yield { type: 'training.recorded', records };
  }
  for (const [m, { arm, seed }] of members(experiment).entries()) {
    if (history.divergedAt[m] >= 0) yield { type: 'member.diverged', arm, seed, step: history.divergedAt[m] };
  }
  yield { type: 'progress.changed', step, steps: experiment.base.steps, stepsPerSecond: 0, secondsLeft: Number.NaN };
}
