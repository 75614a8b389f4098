/** Learning-rate schedules. */
import type { ScheduleSpec } from '../../experiment/schema/schema.ts';
import { cos } from '../../experiment/course/math.ts';

/**
 * Factor on the base learning rate.
 * @param step 0-based number of the step about to be made
 * @param steps length of the run
 */
export function scheduleFactor(schedule: ScheduleSpec, step: number, steps: number): number {
  if (schedule.kind === 'constant') return 1;
  const warmup = Math.min(schedule.warmup, steps);
  if (step < warmup) return (step + 1) / warmup;
  if (schedule.kind === 'tail') {
    const decaySteps = Math.round(schedule.decay * steps);
    const left = steps - step;
    return left >= decaySteps ? 1 : left / decaySteps;
  }
  return 0.5 * (1 + cos((Math.PI * (step - warmup)) / Math.max(1, steps - warmup)));
}
