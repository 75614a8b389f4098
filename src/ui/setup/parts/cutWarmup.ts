import type { ScheduleSpec } from '@/experiment/schema/schema.ts';

/** Of a run that is over before its learning rate has risen: nothing forbids it, hardly anybody wants it. */
export const cutWarmup = ({ schedule, steps }: { schedule: ScheduleSpec; steps: number }): string | undefined =>
  schedule.kind !== 'constant' && schedule.warmup > steps
    ? `The warm-up of ${schedule.warmup} steps does not fit into ${steps}: it is cut, and the learning rate is reached in the last step only. Take more steps or a shorter warm-up.`
    : undefined;
