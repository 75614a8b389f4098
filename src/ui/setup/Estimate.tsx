import { Text, Tooltip } from '@mantine/core';
import { useExperiment } from '@/state/experiment.ts';
import { bytes, count, plural } from '@/ui/words.ts';
import { aboutTime, estimatedTime, useEstimate } from './useEstimate.ts';

/** What the experiment being edited will take, before Run is pressed. */
export function Estimate() {
  const made = useEstimate(useExperiment((state) => state.experiment));
  const { seconds, guideSeconds, measured, backend, cost } = made;
  const source = measured
    ? 'from how fast this device was before, when other work leaves it as much time'
    : `assuming ${backend} at its usual speed: measured once steps run here`;
  return (
    <Tooltip label={`Estimate: ${plural(cost.members, 'network')} of ${count(cost.parameters)} parameters, ${count(cost.flops)}FLOP in all, ${source}.`}>
      <Text span size="sm" c="dimmed" tabIndex={0} data-testid="estimate">
        {aboutTime(seconds, made)}
        {guideSeconds > 0 && ` + ${estimatedTime(guideSeconds, made)} for the guide`} · {bytes(made.bytes)}
      </Text>
    </Tooltip>
  );
}
