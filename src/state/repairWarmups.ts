/** Keeping warm-ups possible when the task is changed: their inputs follow it, or they go, and that is told. */
import { checkWarmup } from '../experiment/plan/fitWarmup.ts';
import { withInputsOf } from '../experiment/plan/inputs.ts';
import { termOf } from '../experiment/plan/arms.ts';
import { warmupInputWords } from '../experiment/settingWords.ts';
import { type ArmSpec, type Experiment, isImageTask, type WarmupSpec } from '../experiment/schema/schema.ts';
import { sameValue } from './paths.ts';

/** The nearest to a warm-up that there is with the inputs of the task. */
function following({ task }: Experiment, arm: ArmSpec, warmup: WarmupSpec): WarmupSpec | undefined {
  const other = typeof warmup.inputs === 'object' ? withInputsOf(warmup.inputs, task) : undefined;
  if (other) return { ...warmup, inputs: other };
  return termOf(arm, 'align') && { ...warmup, inputs: isImageTask(task) ? 'smooth-noise' : 'random-tokens', loss: 'align' };
}

/** @param before the experiment before the edit: what was wrong by itself is for the checks to say */
export function repairWarmups(experiment: Experiment, before: Experiment): { experiment: Experiment; notes: string[] } {
  const notes: string[] = [];
  if (sameValue(experiment.task, before.task)) return { experiment, notes };
  const arms = experiment.arms.map((arm): ArmSpec => {
    const { warmup, ...rest } = arm;
    if (!warmup || checkWarmup(experiment, arm, '').length === 0) return arm;
    const next = following(experiment, arm, warmup);
    const fits = next && checkWarmup(experiment, { ...arm, warmup: next }, '').length === 0;
    if (!fits) {
      notes.push(`The arm “${arm.name}” has no warm-up any more: the target could not read its inputs.`);
      return rest;
    }
    if (typeof next.inputs === 'string') notes.push(`The arm “${arm.name}” is now warmed up on ${warmupInputWords(next)}: it could not read the other inputs.`);
    return { ...arm, warmup: next };
  });
  return { experiment: { ...experiment, arms }, notes };
}
